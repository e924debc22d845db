"""Where to look at a stack that is up, and how to call it."""

from local.stack import Stack


def shown(stack: Stack, offer: str = "") -> str:
    user = stack.state["users"][0]
    lines = [
        "",
        "It stays up. Look around:",
        *([f"  An open offer   {offer}"] if offer else []),
        f"  Mailbox         {stack.site}/mailbox",
        f"  API             {stack.site}/docs",
        f"  Clock and all   {stack.site}/",
        f"  Staff sign-in   {user['name']}   {user['password']}",
        "",
        f"  TOKEN=$(curl -s {stack.site}/sign-in -d user={user['name']} -d password={user['password']})",
        f'  curl -s {stack.site}/v1/practitioners -H "Authorization: Bearer $TOKEN"',
        "",
        "Stop it: make down",
    ]
    return "\n".join(lines)

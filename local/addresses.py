"""Where to look at a stack that is up, how to call it, and what to try first."""

from collections.abc import Sequence
from dataclasses import dataclass

from local.stack import Stack

TOKEN_LASTS = "A token is good for ten minutes of the clinic's clock: after moving the clock, get a new one."


@dataclass(frozen=True)
class OpenOffer:
    """`whose`: the patient's name and language."""

    link: str
    whose: str


def shown(stack: Stack, offer: OpenOffer | None = None, to_try: Sequence[str] = ()) -> str:
    """`to_try`: what a reader might do next, a line each."""
    user, site = stack.state["users"][0], stack.site
    places = [("Start page, with the clock", f"{site}/"), ("Mailbox", f"{site}/mailbox")]
    if offer:
        places.append(("An open offer", f"{offer.link}  ({offer.whose})"))
    places += [("Staff API", f"{site}/docs"), ("Staff sign-in", f"{user['name']}   {user['password']}")]
    lines = [
        "",
        "It stays up. Look around:",
        *(f"  {name:<28}{where}" for name, where in places),
        "",
        f"  TOKEN=$(curl -s {site}/sign-in -d user={user['name']} -d password={user['password']})",
        f'  curl -s {site}/v1/practitioners -H "Authorization: Bearer $TOKEN"',
        f"  {TOKEN_LASTS}",
        *(["", *to_try] if to_try else []),
        "",
        "Stop it: make down. What is started after that begins anew.",
    ]
    return "\n".join(lines)

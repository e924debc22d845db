"""Whether an email address can be written to, and in which form: everything else is kept out of headers."""

import re

# ASCII only: SES takes no other local part. No quoted local parts, comments, lists or groups.
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_WHOLE = re.compile(rf"{_LOCAL}@(?:{_LABEL}\.)+{_LABEL}")


def sendable(address: str) -> str | None:
    """The address with its domain in ASCII (`müller.ch` becomes `xn--mller-kva.ch`); None when it is not one."""
    local, at, domain = address.strip().rpartition("@")
    if not at or len(local) > 64:
        return None
    try:
        plain = f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return None
    return plain if len(plain) <= 254 and _WHOLE.fullmatch(plain) else None

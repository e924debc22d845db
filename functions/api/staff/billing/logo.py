"""The clinic's logo on its documents: read, set, taken away (B-07)."""

import base64
import binascii
from types import NoneType

from pydantic import Field

from api.staff.given import Given, Nothing
from api.staff.routing import ADMIN, STAFF, Call, Routes
from api.staff.shown import View
from creneau.billing.documents.logo import LARGEST
from creneau.shared.errors import invalid

routes = Routes()
LONGEST = LARGEST * 4 // 3 + 4


class LogoView(View, frozen=True, kw_only=True):
    """The picture in base64, null: there is none."""

    content: str | None


class LogoGiven(Given):
    content: str = Field(max_length=LONGEST, description="A PNG or JPEG in base64.")


@routes("GET", "/v1/settings/logo", STAFF, answers=LogoView)
def read_logo(call: Call, _: Nothing) -> LogoView:
    content = call.app.logo.read()
    return LogoView(content=base64.b64encode(content).decode() or None)


@routes("PUT", "/v1/settings/logo", ADMIN, takes=LogoGiven, answers=NoneType, largest=LONGEST + 100)
def set_logo(call: Call, given: LogoGiven) -> None:
    """On every document drawn from now on; those that are final keep what they have."""
    try:
        content = base64.b64decode(given.content, validate=True)
    except binascii.Error:
        raise invalid("content", "not base64", "encode the file's bytes in base64") from None
    call.app.change_logo(content)


@routes("DELETE", "/v1/settings/logo", ADMIN, answers=NoneType)
def remove_logo(call: Call, _: Nothing) -> None:
    """Harmless to repeat."""
    call.app.change_logo(None)

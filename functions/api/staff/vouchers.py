"""Vouchers: issued, sent by email, listed, sent again (M-19)."""

import re
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from api.staff.given import Email, Given, Id, Language, Line, MoneyGiven, Name, Nothing, Paged
from api.staff.routing import AGENDA, Call, Routes
from api.staff.shown import Listed, View, view
from creneau.messaging.message import Channel, Kind, message_id
from creneau.messaging.voucher import Voucher, voucher_ref, vouchers_by_age
from creneau.shared.money import Money
from creneau.shared.store import require

routes = Routes()


class VoucherView(View, frozen=True, kw_only=True):
    """`expires_on` is the last local day on which it is good, null: no end. `message_ids` are its emails, in order."""

    id: str
    code: str
    amount: Money
    expires_on: date | None
    name: str
    email: str
    language: str | None
    signature_id: str | None
    template_id: str | None
    message_ids: list[str]
    created_at: datetime
    created_by: str
    version: int


def _code(value: str) -> str:
    if value and not re.fullmatch(r"[A-Z0-9](?:[A-Z0-9-]{2,28})[A-Z0-9]", value):
        raise ValueError("not a code; give 4 to 30 capital letters, digits and dashes, or none: then one is made")
    return value


class VoucherGiven(Given):
    """`name` and `email`: whose it is. `code` left out: one that nobody guesses. `language` null: the clinic's."""

    amount: MoneyGiven
    name: Name
    email: Email
    code: Annotated[str, AfterValidator(_code)] = ""
    expires_on: date | None = None
    language: Language | None = None
    signature_id: Id | None = None
    template_id: Line | None = None


class SendingGiven(Given):
    """`sendings`: how many emails of it you know of; was it sent since, it isn't sent once more."""

    sendings: int = Field(ge=1, le=1000)


def _shown(voucher: Voucher) -> VoucherView:
    ids = [message_id(Kind.VOUCHER, Channel.EMAIL, voucher.id, str(n + 1)) for n in range(voucher.sendings)]
    return view(VoucherView, voucher, message_ids=ids)


@routes("GET", "/v1/vouchers", AGENDA, takes=Paged, answers=Listed[VoucherView])
def list_vouchers(call: Call, given: Paged) -> Listed[VoucherView]:
    """The latest first."""
    page = call.app.store.page(vouchers_by_age(), given.limit, given.cursor)
    return Listed(items=[_shown(voucher) for voucher in page.items], next_cursor=page.cursor)


@routes("POST", "/v1/vouchers", AGENDA, takes=VoucherGiven, answers=VoucherView, creates=True)
def issue_voucher(call: Call, given: VoucherGiven) -> VoucherView:
    """It goes out by email at once."""
    wanted = given.model_dump() | {"amount": Money(**given.amount.model_dump())}
    voucher = Voucher(id=call.new_id("vou"), created_at=call.app.clock(), **wanted)
    return _shown(call.app.issue_voucher(voucher, call.actor))


@routes("GET", "/v1/vouchers/{voucher_id}", AGENDA, answers=VoucherView)
def read_voucher(call: Call, _: Nothing) -> VoucherView:
    return _shown(require(call.app.store, voucher_ref(call.id("voucher_id"))))


@routes("POST", "/v1/vouchers/{voucher_id}/send", AGENDA, takes=SendingGiven, answers=VoucherView)
def send_voucher(call: Call, given: SendingGiven) -> VoucherView:
    """Once more, to the same address."""
    return _shown(call.app.send_voucher(call.id("voucher_id"), given.sendings, call.actor))

"""Who pays, typed in by staff."""

import msgspec

from api.staff.given import AddressGiven, Email, Given, Language, Line, Name
from creneau.billing.payer import Payer
from creneau.shared.derived_id import derived_id


class PayerGiven(Given):
    """Somebody typed in. `business`: a legal person, whose register numbers go into `ids` (siret, vat)."""

    name: Name
    address: AddressGiven | None = None
    email: Email | None = None
    language: Language | None = None
    business: bool = False
    ids: dict[str, Line] = {}


def given_payer(given: PayerGiven) -> Payer:
    """The same name and address are the same payer."""
    plain = given.model_dump(mode="json")
    where = "\x1f".join(str(plain["address"]).casefold().split())
    return msgspec.convert({"kind": "free", "key": derived_id("free", given.name.casefold(), where), **plain}, Payer)

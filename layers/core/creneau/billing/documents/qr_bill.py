"""The Swiss QR-bill of an invoice: what its code says and its slip shows (Implementation Guidelines 2.3). Pure."""

import re

from creneau.agenda.catalogue import Address
from creneau.billing.documents.printable import swiss
from creneau.billing.documents.reference import spaced
from creneau.billing.issuer import Account
from creneau.shared.model import Value

CURRENCIES = ("CHF", "EUR")
LEAST, MOST = 1, 99_999_999_999

_NAME, _STREET, _NUMBER, _POSTCODE, _TOWN, _MESSAGE = 70, 70, 16, 16, 35, 140
_BUILDING = re.compile(r"(?P<street>.*\D)[ ,]+(?P<number>\d{1,5} ?[a-zA-Z]?(?:[-/]\d{1,5} ?[a-zA-Z]?)?)")
_BOX = re.compile(r"case postale|postfach|casella postale|p\.? ?o\.? box|bo[iî]te postale", re.I)


class Party(Value, frozen=True, kw_only=True):
    """Name and structured address, cut to what the code may hold; `number` is the building's."""

    name: str
    street: str
    number: str
    postcode: str
    town: str
    country: str

    @property
    def fields(self) -> list[str]:
        return ["S", self.name, self.street, self.number, self.postcode, self.town, self.country]

    @property
    def lines(self) -> list[str]:
        """As on the slip; abroad with the country before the postcode."""
        abroad = "" if self.country in ("CH", "LI") else f"{self.country}-"
        written = [self.name, f"{self.street} {self.number}".strip(), f"{abroad}{self.postcode} {self.town}"]
        return [line for line in written if line]


class QrBill(Value, frozen=True, kw_only=True):
    """`amount` in minor units. `debtor` None: the payer's address is not known, and the slip leaves a field for it.

    `reference`: 27 digits with a QR-IBAN, `RF…` with any other IBAN, or none.
    """

    account: str
    creditor: Party
    amount: int
    currency: str
    debtor: Party | None
    reference: str
    message: str = ""

    @property
    def payload(self) -> str:
        kind = "SCOR" if self.reference[:2] == "RF" else "QRR" if self.reference else "NON"
        nobody = [""] * 7
        fields = ["SPC", "0200", "1", self.account, *self.creditor.fields, *nobody]
        fields += [f"{self.amount // 100}.{self.amount % 100:02}", self.currency]
        fields += self.debtor.fields if self.debtor else nobody
        fields += [kind, self.reference, self.message, "EPD"]
        return "\r\n".join(fields)

    @property
    def printed_account(self) -> str:
        return " ".join(self.account[i : i + 4] for i in range(0, len(self.account), 4))

    @property
    def printed_amount(self) -> str:
        return f"{self.amount // 100:,}.{self.amount % 100:02}".replace(",", " ")

    @property
    def printed_reference(self) -> str:
        return spaced(self.reference)


def qr_bill_of(
    account: Account,
    issuer_name: str,
    issuer_address: Address,
    payer_name: str,
    payer_address: Address | None,
    amount: int,
    currency: str,
    reference: str,
    message: str,
) -> QrBill | None:
    """None when it can't be paid by one: another currency, no Swiss account, nothing owed or too much."""
    iban = account.qr_iban or account.iban
    if currency not in CURRENCIES or iban[:2] not in ("CH", "LI") or not LEAST <= amount <= MOST:
        return None
    return QrBill(
        account=iban,
        creditor=party(account.holder or issuer_name, issuer_address),
        amount=amount,
        currency=currency,
        debtor=party(payer_name, payer_address) if payer_address and _whole(payer_address) else None,
        reference=reference,
        message=swiss(message, _MESSAGE),
    )


def _whole(address: Address) -> bool:
    return bool(swiss(address.postcode, _POSTCODE) and swiss(address.town, _TOWN) and len(address.country) == 2)


def party(name: str, address: Address) -> Party:
    street, number = _apart(swiss(address.street, _STREET + _NUMBER))
    return Party(
        name=swiss(name, _NAME),
        street=street[:_STREET].strip(),
        number=number[:_NUMBER],
        postcode=swiss(address.postcode, _POSTCODE),
        town=swiss(address.town, _TOWN),
        country=address.country.upper(),
    )


def _apart(street: str) -> tuple[str, str]:
    """The building's number by itself where it stands last; a post-office box has none, `12 rue du Lac` stays whole."""
    found = _BUILDING.fullmatch(street)
    if found is None or _BOX.search(street):
        return street, ""
    return found["street"].strip(" ,"), found["number"]

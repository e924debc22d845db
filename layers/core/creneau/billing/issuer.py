"""Who invoices: a practitioner or the clinic, each with its own legal identity, tax status, account and numbers (B-10)."""

from datetime import date, timedelta
from enum import StrEnum

from creneau.agenda.catalogue import Address
from creneau.shared.model import Stored, Value
from creneau.shared.store import Ref


class TaxStatus(StrEnum):
    """`exempt`: its services are exempt by law; `not_liable`: too small, or not registered; `registered`: it charges tax."""

    EXEMPT = "exempt"
    NOT_LIABLE = "not_liable"
    REGISTERED = "registered"


class LegalForm(StrEnum):
    """`sole_trader` is France's entrepreneur individuel, whose invoices say `EI`."""

    SOLE_TRADER = "sole_trader"
    COMPANY = "company"
    ASSOCIATION = "association"


class Tax(Value, frozen=True, kw_only=True):
    """A tax that comes on top of prices (Canada): `rate` in thousandths of a percent (9.975 % is 9975), its number."""

    name: str
    rate: int
    number: str = ""


class Account(Value, frozen=True, kw_only=True):
    """Where to pay. `iban` without blanks; `qr_iban` is the one for QR references (Switzerland)."""

    holder: str = ""
    iban: str = ""
    bic: str = ""
    qr_iban: str = ""


class Term(Value, frozen=True, kw_only=True):
    """When an invoice is due: so many days after its date, on a date, or, with neither, without a due date."""

    days: int | None = None
    on: date | None = None

    def due_on(self, issued_on: date) -> date | None:
        if self.on is not None:
            return max(self.on, issued_on)
        return issued_on + timedelta(days=self.days) if self.days is not None else None


class Issuer(Stored, frozen=True, kw_only=True):
    """`ids` are its numbers in public registers, by their usual name: `siret`, `rpps`, `adeli`, `vat`, `zsr`, `gln`, `uid`,
    `neq`. `exemption` is the mention that the law asks for where no VAT is charged; empty: the country's usual one.
    `taxes` come on top of prices; elsewhere prices hold their VAT. `prefix` begins each number.
    """

    id: str
    name: str
    address: Address
    practitioner_id: str | None = None
    profession: str = ""
    legal_form: LegalForm = LegalForm.SOLE_TRADER
    email: str = ""
    phone: str = ""
    ids: dict[str, str] = {}
    tax_status: TaxStatus = TaxStatus.EXEMPT
    exemption: str = ""
    taxes: tuple[Tax, ...] = ()
    account: Account = Account()
    prefix: str = ""
    term: Term = Term(days=30)
    active: bool = True


class InvoiceTemplate(Stored, frozen=True, kw_only=True):
    """The words around an invoice's lines, and what is left out of it: `hide` names `logo`, or `payment_code` with all that
    is said of paying."""

    id: str
    name: str
    title: str = ""
    introduction: str = ""
    footer: str = ""
    terms: str = ""
    hide: tuple[str, ...] = ()

    @property
    def shows_logo(self) -> bool:
        return "logo" not in self.hide

    @property
    def asks_to_pay(self) -> bool:
        return "payment_code" not in self.hide


def issuer_ref(id: str) -> Ref[Issuer]:
    return Ref(Issuer, (id,))


def invoice_template_ref(id: str) -> Ref[InvoiceTemplate]:
    return Ref(InvoiceTemplate, (id,))

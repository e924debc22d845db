"""Issuers and invoice templates: added and changed, every register number and account checked by its own digits (B-10)."""

from collections.abc import Callable
from dataclasses import dataclass

from creneau.agenda.catalogue import practitioner_ref
from creneau.agenda.catalogue_rules import address_in_form, not_as_needed
from creneau.billing.issuer import Account, InvoiceTemplate, Issuer, TaxStatus, invoice_template_ref, issuer_ref
from creneau.shared.edit import editable, stale
from creneau.shared.errors import Fault
from creneau.shared.settings import Clinic
from creneau.shared.store import Conflict, Put, Store, require

IDS = {
    "FR": ("siret", "rpps", "adeli", "vat"),
    "CH": ("zsr", "gln", "uid", "vat"),
    "CA": ("neq", "licence"),
}
"""The register numbers that an issuer of a country can have; others' invoices would lack what their law asks for."""


@dataclass(frozen=True)
class EditIssuers:
    """Raises Invalid with everything that is wrong, NotFound, Stale."""

    store: Store
    clinic: Clinic

    def add(self, issuer: Issuer) -> Issuer:
        """Adding the same id again answers what is there."""
        checked = self._checked(issuer)
        try:
            self.store.commit([Put(checked)])
        except Conflict:
            return require(self.store, issuer_ref(issuer.id))
        return checked.with_(version=1)

    def change(self, issuer: Issuer, expected_version: int) -> Issuer:
        """What is final keeps what it was finalised with."""
        before = editable(self.store.get(issuer_ref(issuer.id)), expected_version, f"issuer {issuer.id}")
        checked = self._checked(issuer.with_(version=before.version))
        try:
            self.store.commit([Put(checked)])
        except Conflict:
            raise stale(require(self.store, issuer_ref(issuer.id)).version, expected_version) from None
        return checked.with_(version=checked.version + 1)

    def _checked(self, issuer: Issuer) -> Issuer:
        faults: list[Fault] = []
        kept = issuer.with_(
            address=address_in_form(issuer.address, faults),
            ids={name: _id(name, value, issuer.address.country, faults) for name, value in issuer.ids.items() if value},
            account=_account(issuer.account, self.clinic.country, faults),
        )
        if issuer.address.country not in IDS:
            known = ", ".join(sorted(IDS))
            faults.append(
                Fault("address.country", "what its law asks of invoices is not known here", f"one of {known}")
            )
        if issuer.practitioner_id and self.store.get(practitioner_ref(issuer.practitioner_id)) is None:
            faults.append(Fault("practitioner_id", "there is no such practitioner", "use an id as listed"))
        if issuer.taxes and issuer.tax_status is not TaxStatus.REGISTERED:
            faults.append(Fault("taxes", "only who is registered charges taxes", "leave them out"))
        if issuer.taxes and self.clinic.country != "CA":
            faults.append(Fault("taxes", "prices hold their VAT here", "give each service its rate"))
        if faults:
            raise not_as_needed(faults)
        return kept


@dataclass(frozen=True)
class EditInvoiceTemplates:
    """Raises NotFound and Stale."""

    store: Store

    def add(self, template: InvoiceTemplate) -> InvoiceTemplate:
        try:
            self.store.commit([Put(template)])
        except Conflict:
            return require(self.store, invoice_template_ref(template.id))
        return template.with_(version=1)

    def change(self, template: InvoiceTemplate, expected_version: int) -> InvoiceTemplate:
        ref = invoice_template_ref(template.id)
        before = editable(self.store.get(ref), expected_version, f"invoice template {template.id}")
        try:
            self.store.commit([Put(template.with_(version=before.version))])
        except Conflict:
            raise stale(require(self.store, ref).version, expected_version) from None
        return template.with_(version=before.version + 1)


def _id(name: str, value: str, country: str, faults: list[Fault]) -> str:
    """The number in its one form; its check digits are those of its register."""
    # Imported here: only who edits an issuer needs them.
    from stdnum import ean
    from stdnum.ch import uid
    from stdnum.exceptions import ValidationError
    from stdnum.fr import siret
    from stdnum.luhn import validate as luhn

    field = f"ids.{name}"
    if name not in IDS.get(country, ()):
        known = ", ".join(IDS.get(country, ())) or "none"
        faults.append(Fault(field, f"not a register of {country}", f"one of: {known}"))
        return value
    checks: dict[str, Callable[[str], str]] = {
        "siret": siret.validate,
        "rpps": luhn,
        "gln": ean.validate,
        "uid": uid.validate,
    }
    plain = "".join(value.split())
    if name not in checks:
        return plain
    try:
        return checks[name](plain)
    except ValidationError:
        faults.append(Fault(field, f"not a {name.upper()}: its digits do not check", "copy it from the register again"))
        return value


def _account(account: Account, country: str, faults: list[Fault]) -> Account:
    from stdnum import bic, iban
    from stdnum.exceptions import ValidationError

    kept = {"holder": account.holder, "bic": "", "iban": "", "qr_iban": ""}
    for name, check in (("iban", iban.validate), ("qr_iban", iban.validate), ("bic", bic.validate)):
        value = getattr(account, name)
        if not value:
            continue
        try:
            kept[name] = str(check(value))
        except ValidationError:
            faults.append(Fault(f"account.{name}", f"not a valid {name.upper().replace('_', '-')}", "copy it again"))
    for name, wanted in (("qr_iban", True), ("iban", False)):
        if kept[name][:2] in ("CH", "LI") and is_qr_iban(kept[name]) is not wanted:
            other = "iban" if wanted else "qr_iban"
            faults.append(Fault(f"account.{name}", "the bank's number says otherwise", f"give it as {other}"))
    if kept["qr_iban"] and kept["qr_iban"][:2] not in ("CH", "LI"):
        faults.append(Fault("account.qr_iban", "only Swiss banks have QR-IBANs", "give the account as iban"))
    return Account(**kept)


def is_qr_iban(iban: str) -> bool:
    """By its institution number, 30000 to 31999 (Swiss Implementation Guidelines QR-bill 2.3, 4.2.2)."""
    return 30_000 <= int(iban[4:9]) <= 31_999

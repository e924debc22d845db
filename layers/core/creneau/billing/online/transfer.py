"""How something is paid by bank transfer from a page: what to type, and the code to scan. Pure."""

from creneau.agenda.catalogue import Address
from creneau.billing.documents.epc import epc_payload
from creneau.billing.documents.qr_bill import qr_bill_of
from creneau.billing.documents.reference import spaced
from creneau.billing.issuer import Issuer
from creneau.shared.model import Value


class Transfer(Value, frozen=True, kw_only=True):
    """`amount` in minor units. `invoice` is its number, empty: it is for what is on no invoice yet, which has no reference.
    `code` is what its QR code says, empty: there is none in that currency or country; `swiss`: it is a QR-bill's.
    """

    invoice: str
    holder: str
    iban: str
    bic: str
    reference: str
    amount: int
    currency: str
    code: str
    swiss: bool


def transfer_of(
    issuer: Issuer,
    payer: tuple[str, Address | None],
    amount: int,
    currency: str,
    *,
    invoice: str = "",
    reference: str = "",
    message: str = "",
) -> Transfer | None:
    """None: the issuer has no account. `payer`: name and address; `message` goes into a Swiss code, which others read."""
    account = (
        issuer.account if reference else issuer.account.with_(qr_iban="")
    )  # a QR-IBAN takes no transfer without one
    iban = account.qr_iban or account.iban
    if not iban or amount <= 0:
        return None
    bill = qr_bill_of(account, issuer.name, issuer.address, *payer, amount, currency, reference, message)
    code = bill.payload if bill else epc_payload(account, issuer.name, amount, reference) if currency == "EUR" else ""
    return Transfer(
        invoice=invoice,
        holder=account.holder or issuer.name,
        iban=" ".join(iban[i : i + 4] for i in range(0, len(iban), 4)),
        bic="" if bill else account.bic,
        reference=spaced(reference),
        amount=amount,
        currency=currency,
        code=code,
        swiss=bill is not None,
    )

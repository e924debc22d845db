"""What the payment code of an invoice in EUR says: a SEPA credit transfer (EPC069-12, version 002). Pure."""

from creneau.billing.documents.printable import one_line
from creneau.billing.issuer import Account

LONGEST = 331
"""Bytes: a version 13 code with error correction M."""

LEAST, MOST = 1, 99_999_999_999


def epc_payload(account: Account, name: str, amount: int, reference: str) -> str:
    """`amount` in cents. Empty when it can't be paid by transfer in EUR: nothing owed, too much, no IBAN."""
    if not account.iban or not LEAST <= amount <= MOST:
        return ""
    payee = one_line(account.holder or name)[:70]
    while len(payload := _payload(account, payee, amount, reference)) > LONGEST:
        payee = payee[:-1]
    return payload.decode()


def _payload(account: Account, payee: str, amount: int, reference: str) -> bytes:
    utf_8, purpose = "1", ""
    fields = ["BCD", "002", utf_8, "SCT", account.bic, payee, account.iban]
    fields += [f"EUR{amount // 100}.{amount % 100:02}", purpose, reference]
    return "\n".join(fields).encode()

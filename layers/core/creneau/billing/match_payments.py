"""Which invoice each credit of a bank file pays: by its reference, the rest proposed by amount and name. Pure."""

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum

from creneau.billing.bank_file import Credit
from creneau.billing.invoice import Invoice
from creneau.shared.model import Value


class Match(StrEnum):
    """`reference`: certain; `proposed`: for staff to confirm; `recorded`: in the books already; `unknown`: nobody's.

    A reference of which nothing is owed (paid twice, credited, another system's) says that another document is meant: such
    a credit is proposed only where its text names the invoice, or the payer is the same.
    """

    REFERENCE = "reference"
    PROPOSED = "proposed"
    RECORDED = "recorded"
    UNKNOWN = "unknown"


class Matched(Value, frozen=True, kw_only=True):
    """`invoice_ids`: the one that a reference names, or those proposed, the likeliest first. `amount` is what settles it:
    never more than is owed; `excess` is what the payer paid too much."""

    credit: Credit
    match: Match
    invoice_ids: tuple[str, ...] = ()
    amount: int = 0
    excess: int = 0


def matched(
    credits: Iterable[Credit],
    owed: Sequence[Invoice],
    reference_of: Callable[[Invoice], str],
    recorded: Callable[[Credit], bool],
) -> list[Matched]:
    """In the order of their days; what an earlier credit settles, a later one does not."""
    by_reference = {reference_of(i): i for i in owed}
    left = {i.id: i.balance for i in owed}
    found = []
    for credit in sorted(credits, key=lambda c: (c.on, c.id)):
        if recorded(credit):
            found.append(Matched(credit=credit, match=Match.RECORDED))
            continue
        invoice = by_reference.get(credit.reference) if credit.reference else None
        if invoice is not None and invoice.currency == credit.currency:
            amount = min(credit.amount, left[invoice.id])
            left[invoice.id] -= amount
            excess = credit.amount - amount
            match = Match.REFERENCE if amount else Match.UNKNOWN
            found.append(Matched(credit=credit, match=match, invoice_ids=(invoice.id,), amount=amount, excess=excess))
            continue
        likely = _proposed(credit, owed, left)
        match = Match.PROPOSED if likely else Match.UNKNOWN
        amount = min(credit.amount, left[likely[0]]) if likely else 0
        excess = credit.amount - amount
        found.append(Matched(credit=credit, match=match, invoice_ids=likely, amount=amount, excess=excess))
    return found


def _proposed(credit: Credit, owed: Sequence[Invoice], left: dict[str, int]) -> tuple[str, ...]:
    """Named by its number; or of this payer and amount; or, where only one is of that amount, that one: never where a
    reference says that another document is meant."""
    said, text = _plain(credit.debtor), f" {_plain(credit.text)} "
    open_ones = [i for i in owed if left[i.id] > 0 and i.currency == credit.currency]
    named = [i.id for i in open_ones if i.frozen and f" {_plain(i.frozen.number)} " in text]
    same_amount = [i for i in open_ones if left[i.id] == credit.amount]
    of_payer = [i.id for i in same_amount if said and _alike(said, _plain(i.payer.name))]
    alone = [same_amount[0].id] if len(same_amount) == 1 and not credit.reference else []
    return tuple(dict.fromkeys((*named, *of_payer, *alone)))[:5]


def _plain(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())


def _alike(one: str, other: str) -> bool:
    """The same words, in whatever order: banks write the family name first."""
    return bool(one) and set(one.split()) >= set(other.split())

"""A month's SMS, split into included and billable credits in order of hand-over (S-02, S-03)."""

from collections.abc import Iterable, Iterator

from creneau.messaging.message import Kind
from creneau.messaging.sms.month import Charge, SmsUse, Tariff, UseState
from creneau.shared.model import Value


class Charged(Value, frozen=True, kw_only=True):
    """One use with what it costs; the limit of the included credits can lie within it. `amount` in minor units.

    What is reserved, uncertain or returned costs nothing: nobody pays for what is not known to have left.
    """

    use: SmsUse
    included: int = 0
    billable: int = 0
    amount: int = 0


class Line(Value, frozen=True, kw_only=True):
    """Sums of one kind, or of all (None). `credits` are `included` and `billable` ones; the others are beside them."""

    kind: Kind | None
    messages: int = 0
    credits: int = 0
    included: int = 0
    billable: int = 0
    reserved: int = 0
    uncertain: int = 0
    amount: int = 0


class Statement(Value, frozen=True, kw_only=True):
    lines: tuple[Line, ...]
    total: Line


def charged(uses: Iterable[SmsUse], tariff: Tariff) -> Iterator[Charged]:
    """Each use of one month with its part; `uses` in any order, answered in order of hand-over."""
    left = tariff.included
    for use in sorted(uses, key=lambda u: (u.at, u.message_id)):
        if use.state is not UseState.USED:
            yield Charged(use=use)
            continue
        custom = use.charge is Charge.CUSTOM
        included = 0 if custom else min(left, use.credits)
        left -= included
        billable = use.credits - included
        price = tariff.custom_price if custom else tariff.price
        yield Charged(use=use, included=included, billable=billable, amount=billable * price)


def statement(uses: Iterable[SmsUse], tariff: Tariff) -> Statement:
    """By kind, in the kinds' own order, and in all. It adds up: the amount is `tariff.cost` of the credits used."""
    entries = list(charged(uses, tariff))
    present = {e.use.kind for e in entries if e.use.state is not UseState.RETURNED}
    lines = tuple(_line(kind, [e for e in entries if e.use.kind is kind]) for kind in Kind if kind in present)
    return Statement(lines=lines, total=_line(None, entries))


def _line(kind: Kind | None, entries: list[Charged]) -> Line:
    def credits(state: UseState) -> int:
        return sum(e.use.credits for e in entries if e.use.state is state)

    return Line(
        kind=kind,
        messages=sum(e.use.state is UseState.USED for e in entries),
        credits=credits(UseState.USED),
        included=sum(e.included for e in entries),
        billable=sum(e.billable for e in entries),
        reserved=credits(UseState.RESERVED),
        uncertain=credits(UseState.UNCERTAIN),
        amount=sum(e.amount for e in entries),
    )

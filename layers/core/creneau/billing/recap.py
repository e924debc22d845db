"""What would be invoiced, to whom, and what is left out and why: shown before anything is written (B-02, B-03). Pure."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum

import msgspec

from creneau.billing.billable import Billable
from creneau.billing.consultations import SeenMoreOften
from creneau.billing.issuer import Issuer
from creneau.billing.line import Line, Totals, totals_of
from creneau.billing.payer import Payer
from creneau.shared.model import Value

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Grouping(StrEnum):
    """`one_for_all` goes to one recipient: a clinic, a hospital, an employer (B-03)."""

    PER_CONSULTATION = "per_consultation"
    PER_PAYER = "per_payer"
    ONE_FOR_ALL = "one_for_all"


class LeftOut(Value, frozen=True, kw_only=True):
    """`id` is a consultation's or an appointment's; `reason` is stable and machine readable. `not_seen`: the visit has not
    ended, or did not take place; `entered_by_hand`: a consultation that somebody entered stands for it."""

    id: str
    reason: str


class Item(Value, frozen=True, kw_only=True):
    """One consultation to invoice: who pays for it, and its lines."""

    billable: Billable
    payer: Payer
    lines: tuple[Line, ...]


class Planned(Value, frozen=True, kw_only=True):
    """One invoice that would be made; `asks` are the lines that have no price yet."""

    payer: Payer
    lines: tuple[Line, ...]
    totals: Totals
    billables: tuple[Billable, ...]

    @property
    def asks(self) -> tuple[int, ...]:
        return tuple(n for n, line in enumerate(self.lines) if line.price is None)


class Recap(Value, frozen=True, kw_only=True):
    """`digest` names this very content: it is confirmed, and refused when what it was made from has changed since."""

    issuer_id: str
    template_id: str | None = None
    invoices: tuple[Planned, ...]
    left_out: tuple[LeftOut, ...] = ()
    seen_more_often: tuple[SeenMoreOften, ...] = ()
    digest: str = ""


def why_left_out(billable: Billable, mine: str, now: datetime) -> str:
    """Why it can't be invoiced, empty: it can. What documents have whose ids begin with `mine` counts as free."""
    if not billable.wanted:
        return "marked_not_invoiceable"
    if billable.taken_by is not None and not (mine and billable.taken_by.startswith(mine)):
        return "invoiced_already"
    if billable.is_void:
        return "void"
    if billable.covered_by is not None:
        return "covered_by_package"
    if billable.due is not None and billable.due.at > now and not billable.consultation:
        return "not_due_yet"
    return ""


def recap_of(
    items: Iterable[Item],
    grouping: Grouping,
    recipient: Payer | None,
    issuer: Issuer | None,
    left_out: Iterable[LeftOut] = (),
    seen_more_often: Iterable[SeenMoreOften] = (),
    template_id: str | None = None,
) -> Recap:
    """`recipient` pays for all of it where there is one; else each item's own payer pays. Nobody need issue nothing."""
    ordered = sorted(items, key=lambda i: (i.billable.on, i.billable.start or _EPOCH, i.billable.id))
    groups: dict[str, list[Item]] = {}
    for item in ordered:
        payer = recipient or item.payer
        key = {
            Grouping.PER_CONSULTATION: item.billable.id,
            Grouping.PER_PAYER: payer.key,
            Grouping.ONE_FOR_ALL: "all",
        }[grouping]
        groups.setdefault(key, []).append(item.with_(payer=payer))
    recap = Recap(
        issuer_id=issuer.id if issuer else "",
        template_id=template_id,
        invoices=tuple(_planned(group, issuer) for group in groups.values()) if issuer else (),
        left_out=tuple(left_out),
        seen_more_often=tuple(seen_more_often),
    )
    return recap.with_(digest=hashlib.sha256(msgspec.json.encode(_timeless(recap), order="sorted")).hexdigest()[:32])


def _planned(group: list[Item], issuer: Issuer) -> Planned:
    lines = tuple(line for item in group for line in item.lines)
    return Planned(
        payer=group[0].payer,
        lines=lines,
        totals=totals_of(lines, issuer),
        billables=tuple(item.billable for item in group),
    )


def _timeless(recap: Recap) -> Recap:
    """Without when and by whom a consultation is made, and whether the batch itself has made and taken it already; what is
    due for it is in its lines."""

    def plain(billable: Billable) -> Billable:
        bare = billable.with_(due=None, paid=0, payment_ids=())
        return bare.with_(created_at=_EPOCH, created_by="", taken_by=None, version=0)

    return recap.with_(invoices=tuple(p.with_(billables=tuple(plain(b) for b in p.billables)) for p in recap.invoices))

"""A month's consumption as staff see it, with the messages behind it (S-03)."""

from dataclasses import dataclass

from creneau.messaging.message import Kind
from creneau.messaging.sms.month import (
    SmsMonth,
    SmsUse,
    UseState,
    month_of,
    opened,
    sms_month_ref,
    spent_percent,
    tariff_of,
    uses_of_month,
)
from creneau.messaging.sms.statement import Charged, Statement, charged, statement
from creneau.shared.errors import invalid
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Store
from creneau.shared.time import Clock

AT_ONCE = 1000


@dataclass(frozen=True)
class Consumption:
    """`limit` and `spent_percent` are of the spending limit as it is set now; what may have left counts as spent."""

    month: SmsMonth
    statement: Statement
    limit: int | None
    spent_percent: int


@dataclass(frozen=True)
class Entries:
    """Some messages of a month; `cursor` asks for the next ones, None: there are none."""

    items: list[Charged]
    cursor: str | None = None


@dataclass(frozen=True)
class ShowConsumption:
    """Of a local calendar month, None: the present one. Each answer reads the whole ledger of the month: the split into
    included and billable credits is made in order of hand-over."""

    store: Store
    clinic: Clinic
    clock: Clock

    def __call__(self, month: str | None = None) -> Consumption:
        id = month or self._present
        found, settings = self._month(id)
        told = statement(self._uses(id), found.tariff)
        return Consumption(found, told, settings.sms.monthly_limit, spent_percent(found, settings.sms))

    def messages(self, month: str | None, kind: Kind | None, limit: int, cursor: str | None) -> Entries:
        """In order of hand-over; those given back are left out. Invalid when the cursor is not one of ours."""
        found, _ = self._month(month or self._present)
        entries = [
            entry
            for entry in charged(self._uses(found.id), found.tariff)
            if entry.use.state is not UseState.RETURNED and kind in (None, entry.use.kind)
        ]
        first = _place(cursor)
        more = first + limit < len(entries)
        return Entries(entries[first : first + limit], str(first + limit) if more else None)

    def _month(self, id: str) -> tuple[SmsMonth, Settings]:
        """The present month at today's prices, by which the next SMS is judged; one that is over at those of its last."""
        read = self.store.snapshot([SETTINGS, sms_month_ref(id)])
        settings, found = read.get(SETTINGS) or Settings(), read.get(sms_month_ref(id))
        if found is None or id == self._present:
            found = opened(found, id, tariff_of(settings, self.clinic.currency))
        return found, settings

    @property
    def _present(self) -> str:
        return month_of(self.clock(), self.clinic.zone)

    def _uses(self, month: str) -> list[SmsUse]:
        uses: list[SmsUse] = []
        cursor: str | None = None
        while True:
            page = self.store.page(uses_of_month(month), AT_ONCE, cursor)
            uses += page.items
            cursor = page.cursor
            if cursor is None:
                return uses


def _place(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
        raise invalid("cursor", "the cursor is not of this list", "leave it out to begin at the first page")
    return int(cursor)

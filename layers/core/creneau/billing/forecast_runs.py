"""What settings about to be saved would make and send by themselves in the next thirty days (C-02): writes nothing.

The planner itself, on the payments due as they stand; nothing is booked, cancelled or paid meanwhile.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from creneau.billing.bill import asked_for, may_ask
from creneau.billing.billable import Billable, DueState, dues
from creneau.billing.payer_record import PayerRecord, payer_record_ref
from creneau.billing.people import People, payer_of, people_of, practitioners_of
from creneau.billing.periods import Period, periods_ahead
from creneau.billing.plan_run import part_of
from creneau.billing.run import BillingRun, RunMode, RunPayer
from creneau.shared.model import Value
from creneau.shared.settings import BillingSettings, Clinic
from creneau.shared.store import Store
from creneau.shared.time import Clock, local_date

DAYS = 30
MOST = 20_000
"""Payments due that are looked at; with more the forecast is a least one."""


class ForecastRun(Value, frozen=True, kw_only=True):
    """One period's run: documents or links, what leaves, and the total of all in minor units of the clinic's currency.

    `unreached`: neither an email nor an SMS leaves for them. Drafts tell nobody before staff confirm them.
    """

    on: date
    at: datetime
    documents: int = 0
    links: int = 0
    emails: int = 0
    texts: int = 0
    unreached: int = 0
    total: int = 0


class RunsForecast(Value, frozen=True, kw_only=True):
    """`complete` false: there is more due than was looked at."""

    runs: tuple[ForecastRun, ...]
    complete: bool = True

    @property
    def texts(self) -> int:
        return sum(run.texts for run in self.runs)


@dataclass(frozen=True)
class _Owed:
    at: datetime
    part: RunPayer
    has_email: bool
    has_phone: bool


@dataclass(frozen=True)
class ForecastRuns:
    store: Store
    clinic: Clinic
    clock: Clock

    def __call__(self, billing: BillingSettings) -> RunsForecast:
        now, zone = self.clock(), self.clinic.zone
        periods = list(periods_ahead(billing, now, DAYS, zone)) if billing.automatic else []
        if not periods:
            return RunsForecast(runs=())
        run = _as_if(billing, periods[-1], now, local_date(now, zone))
        by_payer, looked_at = dict[str, list[_Owed]](), 0
        for owed in self._owed(run):
            by_payer.setdefault(owed.part.place, []).append(owed)
            looked_at += 1
        counted = {p.on: ForecastRun(on=p.on, at=p.at) for p in periods}
        records = self._records(by_payer.values()) if run.mode is RunMode.SEND_PAYMENT_LINK else {}
        for theirs in by_payer.values():
            record = records.get(theirs[0].part.payer_key)
            for period, gathered in self._gets(run, periods, theirs, record):
                counted[period.on] = _with(counted[period.on], run, gathered, self.clinic.currency)
        return RunsForecast(runs=tuple(counted.values()), complete=looked_at < MOST)

    def _owed(self, run: BillingRun) -> Iterator[_Owed]:
        cursor, count = None, 0
        while count < MOST:
            page = self.store.page(dues(DueState.OPEN, run.at), 100, cursor)
            owed = [b for b in page.items if b.due_state is DueState.OPEN]
            people, practitioners = people_of(self.store, owed), practitioners_of(self.store, owed)
            for billable in owed:
                if billable.due is not None:
                    part = part_of(run, billable, billable.due, payer_of(billable, people), practitioners)
                    email, phone = _reached(billable, people)
                    yield _Owed(billable.due.at, part, email, phone)
            count += len(page.items)
            cursor = page.cursor
            if cursor is None:
                return

    def _records(self, payers: Iterable[list[_Owed]]) -> dict[str, PayerRecord]:
        keys = list(dict.fromkeys(theirs[0].part.payer_key for theirs in payers))
        found = self.store.get_many([payer_record_ref(key) for key in keys]) if keys else []
        return {r.id: r for r in found if r is not None}

    def _gets(
        self, run: BillingRun, periods: list[Period], theirs: list[_Owed], record: PayerRecord | None
    ) -> Iterator[tuple[Period, list[_Owed]]]:
        """Documents take what they gather; a link for the same goes again after the gap."""
        left = list(theirs)
        for period in periods:
            due = [o for o in left if o.at <= period.at]
            if not due:
                continue
            if run.mode is not RunMode.SEND_PAYMENT_LINK:
                left = [o for o in left if o.at > period.at]
                yield period, due
                continue
            total, what = _total(due), asked_for(o.part.billable_ids[0] for o in due)
            if may_ask(record, total, what, period.at, run.notice_gap_days, self.clinic.zone):
                key = due[0].part.payer_key
                record = PayerRecord(id=key, asked=total, asked_for=what, asked_at=period.at)
                yield period, due


def _as_if(billing: BillingSettings, last: Period, now: datetime, today: date) -> BillingRun:
    return BillingRun(
        id="forecast",
        mode=RunMode(billing.mode),
        channel=billing.channel,
        on=today,
        at=last.at,
        issuer_id=billing.issuer_id,
        notice_gap_days=billing.notice_gap_days,
        created_at=now,
    )


def _reached(billable: Billable, people: People) -> tuple[bool, bool]:
    """Whether their payer has an email address, and a telephone number."""
    payer = payer_of(billable, people)
    patient = people.get(payer.patient_id or "") if payer else None
    if payer is None or patient is None:
        return False, False
    contact = next((c for c in patient.contacts if c.id == payer.contact_id), None)
    of = contact or patient
    return bool(of.email) and not of.email_blocked, bool(of.phone) and not of.phone_blocked


def _with(counted: ForecastRun, run: BillingRun, gathered: list[_Owed], currency: str) -> ForecastRun:
    part, who = gathered[0].part, gathered[0]
    if part.issuer_id == "" and run.mode is not RunMode.SEND_PAYMENT_LINK:
        return counted  # nobody issues it
    tells = run.mode is not RunMode.DRAFT
    email = tells and "email" in run.channels and who.has_email
    text = tells and "sms" in run.channels and who.has_phone
    is_link = run.mode is RunMode.SEND_PAYMENT_LINK
    return counted.with_(
        documents=counted.documents + (not is_link),
        links=counted.links + is_link,
        emails=counted.emails + email,
        texts=counted.texts + text,
        unreached=counted.unreached + (tells and not (email or text)),
        total=counted.total + (_total(gathered) if part.currency == currency else 0),
    )


def _total(gathered: Iterable[_Owed]) -> int:
    return sum(o.part.total for o in gathered)

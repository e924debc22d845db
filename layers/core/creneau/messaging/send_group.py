"""An SMS to a group goes out page by page, so that thousands of patients are one request, and can be taken back (M-14)."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from creneau.agenda.appointment import Appointment
from creneau.agenda.catalogue import Patient
from creneau.agenda.collections import appointments_of_patient, patients_by_name
from creneau.messaging.custom import Words, check, message_of
from creneau.messaging.group import GroupFilter, GroupState, SmsGroup, faults_of_filter, group_ref, means
from creneau.messaging.may_send import may_send
from creneau.messaging.message import Decision, Message, MessageState, message_ref
from creneau.messaging.message_lists import messages_of_batch
from creneau.messaging.of_use import would_leave
from creneau.messaging.template import TEMPLATE_BOOK, TemplateBook
from creneau.messaging.verdict import Facts, Reason, Suppress, decided, with_verdict
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.errors import Invalid
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Put, Store, Write, everything, require
from creneau.shared.time import Clock, utc

PAGE = 25
"""Patients of one step: with each a message, and the group itself, it stays well below what one write takes."""

APPOINTMENTS = 200
"""So many of a patient's latest appointments are looked at."""

STEP_LASTS = timedelta(minutes=3)
"""Without another step by then, the sweeper takes it that the stream lost it."""


@dataclass(frozen=True)
class Asked:
    """What staff want sent to whom; `at` None: now."""

    filter: GroupFilter
    words: Words
    at: datetime | None


@dataclass(frozen=True)
class Seen:
    """A patient whom the filter means; `reason` says why nothing goes to them, None: it does. `message`: as planned."""

    patient: Patient
    message: Message
    reason: str | None


@dataclass(frozen=True)
class Preview:
    """A page of all patients sorted out; `cursor` asks for the next, None: that was the last."""

    leaves_at: datetime
    looked_at: int
    seen: list[Seen]
    cursor: str | None


@dataclass(frozen=True)
class SortOut:
    """Whom a group's SMS goes to, among some patients: the preview and the sending ask alike."""

    store: Store
    clinic: Clinic

    def __call__(self, group: SmsGroup, patients: list[Patient], now: datetime) -> list[Seen]:
        read = self.store.snapshot([SETTINGS, TEMPLATE_BOOK])
        settings, book = read.get(SETTINGS) or Settings(), read.get(TEMPLATE_BOOK) or TemplateBook()
        meant = [p for p in patients if not p.erased and means(group.filter, p, self._of(group, p), self.clinic, now)]
        return [self._seen(group, patient, settings, book, now) for patient in meant]

    def _of(self, group: SmsGroup, patient: Patient) -> list[Appointment]:
        if not group.filter.is_of_appointments:
            return []
        return everything(self.store, appointments_of_patient(patient.id), APPOINTMENTS)

    def _seen(self, group: SmsGroup, patient: Patient, settings: Settings, book: TemplateBook, now: datetime) -> Seen:
        words = Words(text=group.text, template_id=group.template_id)
        new = message_of(group.id, patient.id, words, group.due_at, group.practitioner_id, now)
        new = new.with_(batch_id=group.id)
        facts = Facts(clinic=self.clinic, settings=settings, book=book, patient=patient, appointment=None, group=group)
        verdict = may_send(new, facts, now)
        message = with_verdict(new, verdict, decided(verdict, "plan", facts, now))
        return Seen(patient, message, verdict.reason if isinstance(verdict, Suppress) else None)


def group_leaves_at(group: SmsGroup, settings: Settings, clinic: Clinic) -> datetime:
    """The soonest that it leaves: not on a day that rests, nor in the quiet hours."""
    words = Words(text=group.text, template_id=group.template_id)
    some = message_of(group.id, "", words, group.due_at, group.practitioner_id, group.created_at).with_(
        batch_id=group.id
    )
    return would_leave(group.due_at, some, settings, clinic)


@dataclass(frozen=True)
class PreviewGroup:
    """Whom it would go to, among a page of all patients: what staff see before they send. Nothing is stored."""

    store: Store
    clinic: Clinic
    clock: Clock
    sort_out: SortOut

    def __call__(self, asked: Asked, limit: int, cursor: str | None, by: Actor) -> Preview:
        now = self.clock()
        group = opened("preview", asked, self.store, now, by)
        page = self.store.page(patients_by_name(), limit, cursor)
        return Preview(
            leaves_at=group_leaves_at(group, self.store.get(SETTINGS) or Settings(), self.clinic),
            looked_at=len(page.items),
            seen=self.sort_out(group, page.items, now),
            cursor=page.cursor,
        )


@dataclass(frozen=True)
class SendToGroup:
    """Begins; each step asks for the next by being written. The same id again answers how far it got.

    Raises Invalid, and Refused while the clinic sends no such SMS.
    """

    store: Store
    clock: Clock
    again: Again

    def __call__(self, id: str, asked: Asked, by: Actor) -> SmsGroup:
        return self.again(lambda: self._step(id, asked, by))

    def _step(self, id: str, asked: Asked, by: Actor) -> SmsGroup:
        present = self.store.get(group_ref(id))
        if present is not None:
            return present
        now = self.clock()
        group = opened(id, asked, self.store, now, by)
        self.store.commit([Put(group)])
        return group.with_(version=1)


def opened(id: str, asked: Asked, store: Store, now: datetime, by: Actor) -> SmsGroup:
    """A group of which nobody was looked at yet. A practitioner writes to patients of their own. Raises Invalid, Refused
    and Forbidden."""
    by.require_agenda_of(asked.filter.practitioner_id or "")
    read = store.snapshot([SETTINGS, TEMPLATE_BOOK])
    at = utc(asked.at) if asked.at else None
    check(asked.words, at, read.get(TEMPLATE_BOOK) or TemplateBook(), read.get(SETTINGS) or Settings(), now)
    faults = faults_of_filter(asked.filter)
    if faults:
        raise Invalid(faults[0].problem, code="invalid", remedy=faults[0].remedy, faults=tuple(faults))
    return SmsGroup(
        id=id,
        filter=asked.filter,
        text=asked.words.text,
        template_id=asked.words.template_id,
        due_at=at or now,
        created_at=now,
        created_by=by.id,
        practitioner_id=by.practitioner_id,
        look_at=now + STEP_LASTS,
    )


@dataclass(frozen=True)
class WalkGroup:
    """One step of a group under way: a page of patients planned for, or a page of messages taken back.

    Harmless to repeat and to run twice at once: each step is one write on the version that it read.
    """

    store: Store
    clock: Clock
    again: Again
    sort_out: SortOut

    def __call__(self, group_id: str) -> SmsGroup:
        return self.again(lambda: self._step(group_id))

    def _step(self, group_id: str) -> SmsGroup:
        group = require(self.store, group_ref(group_id))
        if not group.is_under_way:
            return group
        after, writes = self._plan(group) if group.state is GroupState.PLANNING else self._take_back(group)
        self.store.commit([Put(after), *writes])
        return after.with_(version=after.version + 1)

    def _plan(self, group: SmsGroup) -> tuple[SmsGroup, list[Write]]:
        now = self.clock()
        page = self.store.page(patients_by_name(), PAGE, group.cursor)
        seen = self.sort_out(group, page.items, now)
        # Whoever was renamed while it went on can turn up twice.
        known = self.store.get_many([message_ref(s.message.id) for s in seen]) if seen else []
        fresh = [s for s, present in zip(seen, known, strict=True) if present is None]
        left_out = Counter(group.left_out) + Counter(s.reason for s in fresh if s.reason)
        after = group.with_(
            looked_at=group.looked_at + len(page.items),
            planned=group.planned + sum(s.reason is None for s in fresh),
            left_out=dict(left_out),
        )
        # Of those who never agreed there is nothing to tell; of all others the record says why nothing came.
        writes: list[Write] = [Put(s.message) for s in fresh if s.reason != Reason.NO_CONSENT]
        return self._went_on(after, page.cursor, GroupState.PLANNED), writes

    def _take_back(self, group: SmsGroup) -> tuple[SmsGroup, list[Write]]:
        page = self.store.page(messages_of_batch(group.id), PAGE, group.cursor)
        unsent = [m for m in page.items if m.is_scheduled]
        facts = {"by": group.cancelled_by, "group": group.id}
        why = Decision(at=self.clock(), step="cancel", verdict="cancel", rule="M-02", facts=facts)
        after = group.with_(cancelled=group.cancelled + len(unsent))
        writes: list[Write] = [Put(m.because(why).ended(MessageState.CANCELLED)) for m in unsent]
        return self._went_on(after, page.cursor, GroupState.CANCELLED), writes

    def _went_on(self, group: SmsGroup, cursor: str | None, when_over: GroupState) -> SmsGroup:
        if cursor is None:
            return group.with_(cursor=None, state=when_over, look_at=None)
        return group.with_(cursor=cursor, look_at=self.clock() + STEP_LASTS)


@dataclass(frozen=True)
class CancelGroup:
    """Takes back all that has not left: no message of the group that is read from now on leaves, and each is marked so.

    One that a delivery had read a moment before, not yet handed over, may still leave.

    Repeating it changes nothing. Raises NotFound, Forbidden.
    """

    store: Store
    clock: Clock
    again: Again

    def __call__(self, group_id: str, by: Actor) -> SmsGroup:
        return self.again(lambda: self._step(group_id, by))

    def _step(self, group_id: str, by: Actor) -> SmsGroup:
        group = require(self.store, group_ref(group_id))
        by.require_agenda_of(group.practitioner_id or "")
        if group.state in (GroupState.CANCELLING, GroupState.CANCELLED):
            return group
        after = group.with_(
            state=GroupState.CANCELLING, cursor=None, cancelled_by=by.id, look_at=self.clock() + STEP_LASTS
        )
        self.store.commit([Put(after)])
        return after.with_(version=after.version + 1)

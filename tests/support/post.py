"""The message pipeline in memory: the real use cases, its store, queue, executions, bucket and mailer in hand."""

import email
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from creneau.adapters.invoices import BilledInvoices
from creneau.adapters.offers import WaitlistOffers
from creneau.adapters.owed_invoices import BilledOwing
from creneau.agenda.appointment import Appointment, appointment_ref
from creneau.agenda.attendance import Attendance
from creneau.agenda.catalogue import Address, Location, Patient, Practitioner, Service
from creneau.agenda.change_attendance import ChangeAttendance
from creneau.agenda.day import Availability, PractitionerDay, Release, day_ref
from creneau.agenda.diary import OfferLock, PatientDiary
from creneau.agenda.slot import Slot
from creneau.billing.owed import OwedBy
from creneau.messaging.attach import Attach
from creneau.messaging.compose import Compose
from creneau.messaging.deliver import Deliver, Delivered
from creneau.messaging.dispatch import Dispatch, HandOver
from creneau.messaging.message import Message, MessageState, message_ref
from creneau.messaging.plan_changes import PlanAppointmentMessages
from creneau.messaging.plan_offers import PlanOffers
from creneau.messaging.plan_reminders import PlanReminders
from creneau.messaging.ports import Mail, NotDrawn, OutboxEntry, Text
from creneau.messaging.read_known import ReadKnown
from creneau.messaging.record_feedback import RecordFeedback
from creneau.messaging.replan import ContinueReplan, StartReplan
from creneau.messaging.sweep import SweepMessages
from creneau.shared.actor import SYSTEM
from creneau.shared.again import Again
from creneau.shared.link import Link
from creneau.shared.model import Stored
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import DecideOffer, Put
from creneau.waitlist.round import Offer, Round, round_ref
from tests.support.fake_store import FakeStore

CLINIC = Clinic(
    name="Cabinet du Lac",
    zone_name="Europe/Zurich",
    country="CH",
    currency="CHF",
    language="fr",
    sender="rendez-vous@cabinet.example",
)
NOW = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)
SLOT = Slot(
    agenda_id="agd_1", start=datetime(2027, 3, 2, 8, 30, tzinfo=UTC), end=datetime(2027, 3, 2, 9, 0, tzinfo=UTC)
)


class Crash(BaseException):
    """The process is gone: nothing after it runs."""


@dataclass
class FakeMailer:
    """`faults` holds what the next calls do: raise it, before the mail left, or after when it is in `lost`."""

    sent: list[Mail] = field(default_factory=list)
    faults: list[BaseException] = field(default_factory=list)
    lost: list[BaseException] = field(default_factory=list)

    def send(self, mail: Mail) -> str:
        if self.faults:
            raise self.faults.pop(0)
        self.sent.append(mail)
        if self.lost:
            raise self.lost.pop(0)
        return f"ses-{len(self.sent)}"


@dataclass
class FakeTexter:
    """As the mailer."""

    sent: list[Text] = field(default_factory=list)
    faults: list[BaseException] = field(default_factory=list)
    lost: list[BaseException] = field(default_factory=list)

    def send(self, text: Text) -> str:
        if self.faults:
            raise self.faults.pop(0)
        self.sent.append(text)
        if self.lost:
            raise self.lost.pop(0)
        return f"sns-{len(self.sent)}"


@dataclass
class FakeOutbox:
    entries: list[tuple[OutboxEntry, int]] = field(default_factory=list)

    def put(self, entry: OutboxEntry, delay_seconds: int) -> None:
        assert 0 <= delay_seconds <= 900
        self.entries.append((entry, delay_seconds))


@dataclass
class FakeDelays:
    started: dict[str, tuple[OutboxEntry, datetime]] = field(default_factory=dict)

    def start(self, name: str, entry: OutboxEntry, until: datetime) -> None:
        self.started.setdefault(name, (entry, until))


@dataclass
class FakeContents:
    kept: dict[str, bytes] = field(default_factory=dict)

    def keep(self, key: str, content: bytes) -> None:
        self.kept[key] = content


@dataclass
class FakeDocuments:
    """PDFs by key; `faults` are why the next ones can't be drawn."""

    drawn: dict[str, bytes] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def read(self, invoice_id: str, key: str) -> bytes:
        if self.faults:
            raise NotDrawn(self.faults.pop(0))
        return self.drawn.setdefault(key, b"%PDF of " + invoice_id.encode())


class CountingStore(FakeStore):
    """Counts calls as the table would: one read call per snapshot, batch or get; writes by the items they write."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []

    def get(self, ref: Any) -> Any:
        self.calls.append("get")
        return super().get(ref)

    def snapshot(self, refs: Any) -> Any:
        inner, self.calls = self.calls, []
        found = super().snapshot(refs)
        self.calls = [*inner, "snapshot"]
        return found

    def get_many(self, refs: Any) -> Any:
        inner, self.calls = self.calls, []
        found = super().get_many(refs)
        self.calls = [*inner, "get_many"]
        return found

    def commit(self, writes: Any) -> None:
        self.calls.append("commit")
        super().commit(writes)


class Post:
    """A clinic with one patient of each kind wanted, and everything that a message passes through."""

    def __init__(self, clinic: Clinic = CLINIC) -> None:
        self.now, self.clinic = NOW, clinic
        self.store, self.mailer = CountingStore(), FakeMailer()
        self.outbox, self.delays, self.contents = FakeOutbox(), FakeDelays(), FakeContents()
        self.randoms = 0
        again = Again(pause=lambda _: None, dice=lambda: 0.5)
        offers = WaitlistOffers(clinic.zone)
        self.change_attendance = ChangeAttendance(self.store, clinic, self.clock, again)
        self.plan = PlanAppointmentMessages(self.store, clinic, self.clock, again)
        self.remind = PlanReminders(self.store, clinic, self.clock, again)
        self.start_replan = StartReplan(self.store, self.clock, again)
        self.continue_replan = ContinueReplan(self.store, self.remind, self.clock, self._trouble)
        self.plan_offers = PlanOffers(self.store, clinic, offers, self.clock, again)
        self.dispatch = Dispatch(self.store, self.outbox, self.delays, self.clock)
        self.hand_over = HandOver(self.store, self.outbox, self.clock)
        compose = Compose(clinic, "https://rdv.cabinet.example", self._random)
        self.documents = FakeDocuments()
        self.owed_by = OwedBy(self.store, self.clock)
        read = ReadKnown(self.store, offers, BilledInvoices(), BilledOwing(self.owed_by), clinic)
        self.texter = FakeTexter()
        self.deliver = Deliver(
            store=self.store,
            read=read,
            attach=Attach(self.documents),
            compose=compose,
            contents=self.contents,
            mailer=self.mailer,
            texter=self.texter,
            dispatch=self.dispatch,
            clock=self.clock,
            again=again,
        )
        self.feedback = RecordFeedback(self.store, self.clock, again)
        self.troubles: list[tuple[Any, Exception]] = []
        self.sweep = SweepMessages(self.store, self.dispatch, self.clock, self._trouble)
        self.put(
            Practitioner(id="prc_1", name="Dr Anne Favre"),
            Location(
                id="loc_1",
                name="Cabinet du Lac",
                address=Address(street="Rue du Lac 12", postcode="1003", town="Lausanne", country="CH"),
                phone="+41215550123",
            ),
            Service(id="srv_1", name="Consultation", category="in_person", duration_minutes=30),
        )

    def clock(self) -> datetime:
        return self.now

    def _trouble(self, where: Any, error: Exception) -> None:
        self.troubles.append((where, error))

    def _random(self, count: int) -> bytes:
        self.randoms += 1
        return bytes([self.randoms]) * count

    def put(self, *items: Stored) -> None:
        for item in items:
            self.store.commit([Put(item)])

    def edit(self, ref: Any, **changes: Any) -> None:
        self.put(self._of(ref).with_(**changes))

    def _of(self, ref: Any) -> Stored:
        found = self.store.get(ref)
        assert found is not None
        return cast(Stored, found)

    def settings(self, **messaging: Any) -> None:
        present = self.store.get(SETTINGS) or Settings()
        self.put(present.with_(messaging=present.messaging.with_(**messaging)))

    def patient(self, id: str = "pat_1", **more: Any) -> str:
        given = {"first_name": "Claire", "last_name": "Martin", "email": f"{id}@mail.example", "language": "fr"} | more
        self.put(Patient(id=id, **given))
        return id

    def appointment(self, id: str = "apt_1", patient_id: str = "pat_1", **more: Any) -> str:
        given: dict[str, Any] = {
            "start": datetime(2027, 4, 1, 13, 0, tzinfo=UTC),
            "end": datetime(2027, 4, 1, 13, 30, tzinfo=UTC),
            "created_at": self.now,
            "attendance_at": self.now,
            "changed_at": self.now,
        } | more
        self.put(
            Appointment(
                id=id,
                visit_id=f"vis_{id}",
                agenda_id="agd_1",
                practitioner_id="prc_1",
                location_id="loc_1",
                patient_id=patient_id,
                service_id="srv_1",
                **given,
            )
        )
        return id

    def attendance(self, to: Attendance, id: str = "apt_1") -> None:
        """As `ChangeAttendance` records it."""
        before = cast(Appointment, self._of(appointment_ref(id)))
        self.now += timedelta(seconds=1)
        self.put(before.with_(attendance=to, changes=before.changes + 1, attendance_at=self.now, changed_at=self.now))

    def answer(self, to: Attendance, id: str = "apt_1") -> None:
        """The attendance changed by the use case itself."""
        self.now += timedelta(seconds=1)
        self.change_attendance(id, to, SYSTEM)

    def texting(self, **sms: Any) -> None:
        """SMS are on, and so is every template."""
        present = self.store.get(SETTINGS) or Settings()
        messaging = present.messaging.with_(off=())
        self.put(present.with_(messaging=messaging, sms=present.sms.with_(**{"enabled": True, **sms})))

    def offer(self, count: int = 1, **patient: Any) -> str:
        """A round with so many offers, to patients `pat_1`… for appointments `apt_1`…; its id."""
        offers = {}
        for n in range(1, count + 1):
            self.patient(f"pat_{n}", **patient)
            self.appointment(f"apt_{n}", f"pat_{n}", waiting_since=self.now)
            offers[f"apt_{n}"] = Offer(
                appointment_id=f"apt_{n}",
                patient_id=f"pat_{n}",
                service_id="srv_1",
                start=datetime(2027, 4, 1, 13, 0, tzinfo=UTC),
                waiting_since=self.now,
                sent_at=self.now,
            )
        round = Round(
            practitioner_id="prc_1",
            slot=SLOT,
            n=1,
            q=1,
            opened_at=self.now,
            expires_at=self.now + timedelta(days=15),
            offers=offers,
        )
        hours = Availability(id="avl_1", agenda_id="agd_1", start=SLOT.start, end=SLOT.end + timedelta(hours=3))
        release = Release(agenda_id="agd_1", start=SLOT.start, end=SLOT.end, n=1, opened_at=self.now)
        self.put(
            round,
            PractitionerDay(practitioner_id="prc_1", on=date(2027, 3, 2), availabilities=(hours,), releases=(release,)),
        )
        for id, offer in offers.items():
            lock = OfferLock(round_id=round.id, appointment_id=id)
            self.put(PatientDiary(patient_id=offer.patient_id, lock=lock))
        return round.id

    def edit_message(self, id: str, **changes: Any) -> None:
        self.edit(message_ref(id), **changes)

    def decide(self, state: str, appointment_id: str = "apt_1") -> None:
        self.store.commit([DecideOffer(round_ref(SLOT, 1, 1), appointment_id, state, self.now)])

    def wait(self, lasts: timedelta) -> None:
        self.now += lasts

    # -- what is there
    @property
    def day(self) -> PractitionerDay:
        return cast(PractitionerDay, self._of(day_ref("prc_1", date(2027, 3, 2))))

    def message(self, id: str) -> Message:
        return cast(Message, self._of(message_ref(id)))

    def messages(self) -> list[Message]:
        return [m for m in self.store.items.values() if isinstance(m, Message)]

    def links(self) -> list[Link]:
        return [link for link in self.store.items.values() if isinstance(link, Link)]

    def planned(self, appointment_id: str = "apt_1") -> str:
        (id,) = self.plan(appointment_id).message_ids
        return id

    def mails(self) -> list[EmailMessage]:
        return [read_mail(mail.mime) for mail in self.mailer.sent]

    def meanwhile(self, act: Callable[[], object]) -> None:
        """A rival acts, once, between what the next change has read and its write."""

        def first(_writes: Any) -> None:
            self.store.before_commit.remove(first)
            act()

        self.store.before_commit.append(first)

    def until(self, instant: datetime) -> None:
        """Time passes, and whatever may leave meanwhile is delivered at its own instant, late ones now."""
        for _ in range(1000):
            waiting = [m for m in self.messages() if m.is_scheduled and m.goes_at <= instant]
            if not waiting:
                break
            first = min(waiting, key=lambda m: (m.goes_at, m.due_at, m.id))
            self.now = max(self.now, first.goes_at)
            self.deliver(first.id, first.version)
        else:
            raise AssertionError("the messages never come to rest")
        self.now = max(self.now, instant)

    def rest(self) -> list[Delivered]:
        """Everything scheduled is dispatched and delivered, over and over, with time passing, until all is settled."""
        outcomes = []
        for _ in range(200):
            for message in self.messages():
                if message.is_scheduled and self.dispatch(message.id) == "queued":
                    entry, delay = self.outbox.entries.pop()
                    self.now += timedelta(seconds=delay)
                    outcomes.append(self.deliver(entry.message_id, entry.version))
            if not any(m.state in (MessageState.SCHEDULED, MessageState.CLAIMED) for m in self.messages()):
                break
            self.now += timedelta(minutes=1)
            self.sweep()
        return outcomes


def read_mail(mime: bytes) -> EmailMessage:
    return email.message_from_bytes(mime, policy=default)


def body(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return cast(str, part.get_content())

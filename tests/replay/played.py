"""The product itself through a year: the real composition on a store, a clock, queues and mail held in the hand."""

import heapq
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from creneau.agenda.appointment import Appointment, appointment_ref
from creneau.agenda.attendance import Attendance
from creneau.agenda.catalogue import Address, Contact, Patient, Practitioner, Service
from creneau.billing.billable import Billable
from creneau.billing.invoice import Invoice, InvoiceState, invoice_ref
from creneau.billing.issuer import Issuer, Term
from creneau.billing.owed import OwedKind
from creneau.billing.payer_record import PayerRecord, payer_record_ref
from creneau.billing.payment import Method, Paid
from creneau.billing.ports import RunInput
from creneau.changes import name_changes
from creneau.messaging.delay import parse_delay
from creneau.messaging.message import Channel, Kind, Message, MessageState
from creneau.messaging.ports import OutboxEntry
from creneau.messaging.template import TEMPLATE_BOOK, Line, TemplateBook
from creneau.reactions import react, reactions_to
from creneau.shared.actor import SYSTEM
from creneau.shared.again import Again
from creneau.shared.model import Stored
from creneau.shared.money import Money
from creneau.shared.settings import SETTINGS, BillingSettings, Settings
from creneau.shared.store import Put, require
from creneau.shared.time import local_date
from creneau.wiring import App
from tests.replay.year import (
    FIRST,
    LAST,
    OUTAGE,
    PRICES,
    TERM,
    ZONE,
    Happening,
    Person,
    at,
    payments_of,
    pays_link,
    promises,
)
from tests.support.fake_store import FakeStore
from tests.support.post import FakeContents, FakeDocuments, FakeMailer, FakeTexter
from tests.support.world import ENVIRONMENT

ADDRESS = Address(street="Rue du Lac 12", postcode="1003", town="Lausanne", country="CH")


class Executions:
    """Implements `billing.ports.Runs`: what is started waits until whoever started it is done."""

    def __init__(self) -> None:
        self.waiting: dict[str, RunInput] = {}

    def start(self, name: str, given: RunInput) -> None:
        self.waiting.setdefault(name, given)


class Waiting:
    """Implements the outbox and the delays: who waits for what is read from the messages themselves."""

    def put(self, entry: OutboxEntry, delay_seconds: int) -> None: ...

    def start(self, name: str, entry: OutboxEntry, until: datetime) -> None: ...


class PlayedApp(App):
    """Messages about appointments are another matter: nobody is told of those."""

    def __init__(self, store: FakeStore, clock: Any) -> None:
        super().__init__(ENVIRONMENT | {"PUBLIC_BASE_URL": "https://rdv.cabinet.example"})
        self.store, self.clock = store, clock
        self.runs = self.executions = Executions()
        self.outbox = self.delays = Waiting()
        self.mailer, self.texter = FakeMailer(), FakeTexter()
        self.contents, self.documents = FakeContents(), FakeDocuments()
        self.again = Again(pause=lambda _: None, dice=lambda: 0.0)
        self.plan_appointment_messages = lambda _: None  # type: ignore[assignment]
        self.plan_reminders = lambda _: None  # type: ignore[assignment]

    def trouble(self, where: object, error: Exception) -> None:
        raise error


class Played:
    """`told` is what payers got or were billed, as in `Naive`."""

    def __init__(self, persons: Iterable[Person]) -> None:
        self.now = at(FIRST, "00:00")
        self.store = FakeStore()
        self.app = PlayedApp(self.store, lambda: self.now)
        self.stream: deque[tuple[Stored | None, Stored | None]] = deque()
        self.hand_overs: list[tuple[datetime, str, int]] = []
        self.told: list[tuple[date, str, str, object]] = []
        self.later: list[tuple[datetime, int, int, Any]] = []
        self.order = count()
        self.known_final: set[str] = set()
        self.persons = {p.id: p for p in persons}
        self.store.listeners.append(lambda old, new: self.stream.append((old, new)))
        self._open()

    def _open(self) -> None:
        self._put(
            Issuer(id="iss_1", name="Dr Anne Favre", address=ADDRESS, prefix="F", term=Term(days=TERM)),
            Practitioner(id="prc_1", name="Dr Anne Favre", issuer_id="iss_1"),
            *(
                Service(
                    id=id,
                    name="Séance",
                    category="in_person",
                    duration_minutes=30,
                    price=Money(amount=price, currency="CHF"),
                )
                for id, price in PRICES.items()
            ),
            *(self._patient(p) for p in self.persons.values()),
        )
        for parent in {p.parent for p in self.persons.values() if p.parent}:
            children = tuple(p.id for p in self.persons.values() if p.parent == parent)
            self._put(PayerRecord(id=f"patient.{parent}", pays_for=children))
        self.stream.clear()

    def _patient(self, person: Person) -> Patient:
        contact = Contact(id="con_1", name=f"Contact of {person.id}", email=f"c.{person.id}@mail.example")
        return Patient(
            id=person.id,
            first_name="P",
            last_name=person.id,
            email=f"{person.id}@mail.example" if person.email else None,
            address=ADDRESS,
            contacts=(contact,) if person.contact else (),
            payer_contact_id="con_1" if person.contact else None,
            payer_patient_id=person.parent,
            receives_payment_reminders=person.reminders,
        )

    def _put(self, *items: Stored) -> None:
        for item in items:
            self.store.commit([Put(item)])

    # -- the year
    def live(self, happenings: Iterable[Happening]) -> "Played":
        for h in happenings:
            self._then(h.at, 0, h)
        day = FIRST
        while day <= LAST:
            for clock in ("08:00", "08:05", "09:00", "10:00", "10:05"):
                self._then(at(day, clock), 1, None)
            if day.weekday() == 1:
                self._then(at(day, "10:00"), 0, self._confirm)
            day += timedelta(days=1)
        self._then(OUTAGE[1], 1, None)
        while self.later:
            when, _, _, what = heapq.heappop(self.later)
            self.now = max(self.now, when)
            if local_date(self.now, ZONE) > LAST:
                break
            if isinstance(what, Happening):
                getattr(self, f"_{what.what}")(what)
            elif what is not None:
                what()
            self._rest()
        return self

    def _then(self, when: datetime, place: int, what: Any) -> None:
        heapq.heappush(self.later, (when, place, next(self.order), what))

    def _rest(self) -> None:
        """Until nothing follows any more: reactions, and, unless they are down, the schedule, runs and hand-overs."""
        self._react()
        if OUTAGE[0] <= self.now < OUTAGE[1]:
            return
        self.app.start_due_run()
        self._react()
        while self.app.executions.waiting:
            name = next(iter(self.app.executions.waiting))
            self._execute(self.app.executions.waiting.pop(name).run_id)
            self._react()
        while self.hand_overs and self.hand_overs[0][0] <= self.now:
            _, id, version = heapq.heappop(self.hand_overs)
            self.app.deliver(id, version)
            self._react()

    def _react(self) -> None:
        while self.stream:
            before, after = self.stream.popleft()
            self._look(before, after)
            for reaction in reactions_to(name_changes(before, after)):
                if reaction.reaction != "dispatch_message":
                    react(self.app, reaction)

    def _execute(self, run_id: str) -> None:
        planned = self.app.plan_run(run_id)
        while planned.outcome == "more":
            planned = self.app.plan_run(run_id)
        for page in planned.pages:
            self.app.bill_page(page.run_id, page.n)
        self.app.close_run(run_id)

    # -- what happens
    def _book(self, h: Happening) -> None:
        assert h.start is not None
        self._appointment(f"apt_{h.visit}", h.visit, h.person, h.service, h.start)

    def _appointment(self, id: str, visit: str, person: str, service: str, start: datetime) -> None:
        self._put(
            Appointment(
                id=id,
                visit_id=visit,
                agenda_id="agd_1",
                practitioner_id="prc_1",
                location_id="loc_1",
                patient_id=person,
                service_id=service,
                start=start,
                end=start + timedelta(minutes=30),
                created_at=self.now,
                attendance_at=self.now,
                changed_at=self.now,
            )
        )

    def _change(self, id: str, to: Attendance) -> Appointment:
        before = require(self.store, appointment_ref(id))
        if before.attendance is Attendance.BOOKED:
            changes = {"attendance": to, "changes": before.changes + 1, "attendance_at": self.now}
            self._put(before.with_(changed_at=self.now, **changes))
        return before

    def _move(self, h: Happening) -> None:
        assert h.start is not None
        before = self._change(f"apt_{h.visit}", Attendance.MOVED)
        self._appointment(f"apt_{h.visit}_b", h.visit, before.patient_id, before.service_id, h.start)

    def _cancel(self, h: Happening) -> None:
        self._change(f"apt_{h.visit}", Attendance.CANCELLED_BY_PATIENT)

    def _absent(self, h: Happening) -> None:
        self._change(f"apt_{h.visit}", Attendance.PATIENT_ABSENT)

    def _settings(self, h: Happening) -> None:
        before = self.store.get(SETTINGS) or Settings()
        billing = BillingSettings(automatic=True, **h.given)  # type: ignore[arg-type]
        self.app.change_settings(before.with_(billing=billing), before.version)

    def _template(self, h: Happening) -> None:
        book, delays = self.store.get(TEMPLATE_BOOK) or TemplateBook(), h.given["delays"]
        assert isinstance(delays, tuple)
        known = next((line for line in book.stored if line.id == h.given["id"]), None)
        line = known or Line(
            id=str(h.given["id"]),
            kind=Kind.PAYMENT_REMINDER,
            channel=Channel.EMAIL,
            delays=tuple(map(parse_delay, delays)),
            since=self.now,
        )
        self._put(book.with_line(line.with_(active=bool(h.given["on"]))))

    def _confirm(self) -> None:
        """Staff confirm every draft that a run made."""
        drafts = [i.id for i in self._all(Invoice) if i.state is InvoiceState.DRAFT]
        for start in range(0, len(drafts), 50):
            confirmed = self.app.confirm_drafts(drafts[start : start + 50], SYSTEM)
            assert not confirmed.not_final, confirmed.not_final

    # -- what came of it
    def _look(self, before: Stored | None, after: Stored | None) -> None:
        if isinstance(after, Message):
            self._look_at_message(before if isinstance(before, Message) else None, after)
        if isinstance(after, Invoice) and after.is_final and after.id not in self.known_final:
            self.known_final.add(after.id)
            self._issued(after)

    def _issued(self, invoice: Invoice) -> None:
        assert invoice.frozen is not None
        on, payer = invoice.frozen.issued_on, invoice.payer.key
        self.told.append((on, payer, "invoice", invoice.total))
        for when, amount in payments_of(payer, on, invoice.total):
            self._then(when, 3, lambda a=amount: self._pay(invoice.id, a))

    def _pay(self, invoice_id: str, amount: int) -> None:
        owed = require(self.store, invoice_ref(invoice_id)).balance
        if owed > 0:
            paid = self._paid(min(amount, owed), Method.TRANSFER)
            self.app.record_payment(f"pay_{next(self.order)}", invoice_id, paid, SYSTEM)

    def _pay_due(self, payer: str) -> None:
        for item in self.app.owed_by(payer).of(OwedKind.DUE):
            paid = self._paid(item.amount, Method.ONLINE)
            self.app.pay_due(f"pay_{next(self.order)}", item.id, paid, SYSTEM)

    def _paid(self, amount: int, method: Method) -> Paid:
        return Paid(amount=amount, currency="CHF", method=method, paid_on=local_date(self.now, ZONE))

    def _look_at_message(self, before: Message | None, after: Message) -> None:
        if after.is_scheduled:
            heapq.heappush(self.hand_overs, (after.goes_at, after.id, after.version))
        if after.state is not MessageState.SENT or (before is not None and before.state is MessageState.SENT):
            return
        payer, on = after.payer_key or "", local_date(self.now, ZONE)
        if after.kind is Kind.INVOICE:
            invoice = require(self.store, invoice_ref(after.invoice_id or ""))
            self.told.append((on, invoice.payer.key, "invoice sent", invoice.total))
        elif after.kind is Kind.PAYMENT_LINK:
            self.told.append((on, payer, "link", int(after.given["total"])))
            when = pays_link(payer, on)
            if when:
                self._then(when, 3, lambda: self._pay_due(payer))
        elif after.kind is Kind.PAYMENT_REMINDER:
            about = [require(self.store, invoice_ref(id)) for id in after.invoice_ids]
            self.told.append((on, payer, "reminder", tuple(sorted(_named(i) for i in about))))
            promised = promises(payer, on)
            if promised:
                when, until = promised
                self._then(when, 3, lambda: self._promise(payer, until))

    def _promise(self, payer: str, until: date) -> None:
        record = self.store.get(payer_record_ref(payer)) or PayerRecord(id=payer)
        self._put(record.with_(paused_until=until, paused_because="pays_on"))

    def _all(self, kind: type[Any]) -> Iterator[Any]:
        return iter([item for item in self.store.items.values() if isinstance(item, kind)])

    def billables(self) -> list[Billable]:
        return list(self._all(Billable))

    def invoices(self) -> list[Invoice]:
        return list(self._all(Invoice))

    def messages(self) -> list[Message]:
        return list(self._all(Message))


def _named(invoice: Invoice) -> tuple[date, int]:
    assert invoice.frozen is not None
    return invoice.frozen.issued_on, invoice.total

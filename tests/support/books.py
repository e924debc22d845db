"""A small clinic's books in memory: visits that took place, and the use cases that invoice them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from creneau.agenda.appointment import Appointment, appointment_ref
from creneau.agenda.attendance import Attendance
from creneau.agenda.catalogue import Address, Patient, Practitioner, Service
from creneau.billing.asked import Asked, PlanInvoices
from creneau.billing.billable import Billable, billable_id_of_visit, billable_ref
from creneau.billing.change_draft import DeleteDraft, EditDraft
from creneau.billing.credit import DraftCredit
from creneau.billing.decide_task import DecideTask
from creneau.billing.drafts import Assemble, Made, MakeDrafts
from creneau.billing.edit_consultations import EditConsultations
from creneau.billing.edit_packages import EditPackages
from creneau.billing.finalise import Finalise
from creneau.billing.invoice import Invoice, invoice_ref
from creneau.billing.issuer import Issuer
from creneau.billing.keep_due import KeepDue
from creneau.billing.owed import OwedBy
from creneau.billing.pay_due import PayDue
from creneau.billing.payment import CancelPayment, Method, Paid, Payment, RecordPayment, SetInstalments
from creneau.billing.sell import SellProduct
from creneau.billing.sell_package import SellPackage
from creneau.billing.take_back_sale import TakeBackSale
from creneau.billing.task import Task, open_tasks
from creneau.shared.actor import Actor, Role
from creneau.shared.again import Again
from creneau.shared.model import Stored
from creneau.shared.money import Money
from creneau.shared.settings import Clinic
from creneau.shared.store import Put, everything, require
from tests.support.fake_store import FakeStore

CLINIC = Clinic(
    name="Cabinet du Lac",
    zone_name="Europe/Zurich",
    country="CH",
    currency="CHF",
    language="fr",
    sender="cabinet@clinic.example",
)
BILLER = Actor(id="usr_1", roles=(Role.BILLING,))
ADDRESS = Address(street="Rue du Lac 12", postcode="1003", town="Lausanne", country="CH")
HALF = timedelta(minutes=30)


class Books:
    """`now` is in the test's hand; it begins on 15 March 2027, 18:00 in Zurich."""

    def __init__(self, store: Any = None) -> None:
        self.now = datetime(2027, 3, 15, 17, tzinfo=UTC)
        self.store = store if store is not None else FakeStore()
        again = Again(pause=lambda _: None, dice=lambda: 0.0, tries=200)
        clock = lambda: self.now  # noqa: E731
        self.keep_due = KeepDue(self.store, CLINIC, clock, again)
        self.owed_by = OwedBy(self.store, clock)
        self.packages = EditPackages(self.store, CLINIC)
        self.sell_package = SellPackage(self.store, CLINIC, clock, again)
        self.sell_product = SellProduct(self.store, CLINIC, clock, again)
        self.take_back = TakeBackSale(self.store, again)
        self.decide = DecideTask(self.store, clock, again)
        self.consultations = EditConsultations(self.store, CLINIC, clock, again)
        self.plan = PlanInvoices(self.store, CLINIC, clock)
        self.assemble = Assemble(self.store, again)
        self.make = MakeDrafts(self.store, CLINIC, clock, again, self.plan, self.assemble)
        self.edit = EditDraft(self.store)
        self.delete = DeleteDraft(self.store, clock, again)
        self.finalise = Finalise(self.store, CLINIC, clock, again)
        self.record = RecordPayment(self.store, CLINIC, clock, again)
        self.pay_due = PayDue(self.store, CLINIC, clock, again, self.record)
        self.cancel_payment = CancelPayment(self.store, clock, again)
        self.instalments = SetInstalments(self.store, again)
        self.draft_credit = DraftCredit(self.store, clock)

    def open(self) -> "Books":
        """Two practitioners, an issuer, two services (the older without a price), three patients."""
        self.put(
            Issuer(id="iss_1", name="Dr Anne Favre", address=ADDRESS, prefix="F"),
            Practitioner(id="prc_1", name="Dr Anne Favre", issuer_id="iss_1"),
            Practitioner(id="prc_2", name="Dr Luc Rey", issuer_id="iss_1"),
            Service(id="srv_1", name="Bilan", category="in_person", duration_minutes=30),
            Service(
                id="srv_2",
                name="Séance",
                category="in_person",
                duration_minutes=30,
                price=Money(amount=12_050, currency="CHF"),
            ),
            *(self.patient(n) for n in (1, 2, 3)),
        )
        return self

    def patient(self, n: int) -> Patient:
        return Patient(id=f"pat_{n}", first_name="P", last_name=f"{n}", email=f"p{n}@mail.example", address=ADDRESS)

    def put(self, *items: Stored) -> None:
        for item in items:
            self.store.commit([Put(item)])

    def visit(
        self,
        at: str,
        patient: str = "pat_1",
        practitioner: str = "prc_1",
        service: str = "srv_2",
        attendance: Attendance = Attendance.ATTENDED,
    ) -> str:
        """`at` is UTC, `2027-03-01 09:00`; the appointment's id."""
        start = datetime.fromisoformat(at).replace(tzinfo=UTC)
        id = f"apt_{practitioner[-1]}{patient[-1]}_{start:%m%d%H%M}"
        self.put(
            Appointment(
                id=id,
                visit_id=f"vis_{id}",
                agenda_id="agd_1",
                practitioner_id=practitioner,
                location_id="loc_1",
                patient_id=patient,
                service_id=service,
                start=start,
                end=start + HALF,
                attendance=attendance,
                created_at=start,
                attendance_at=start,
                changed_at=start,
            )
        )
        return id

    def attendance(self, appointment_id: str, state: Attendance) -> None:
        """Changed in the agenda; nothing follows by itself."""
        visit = require(self.store, appointment_ref(appointment_id))
        changed = visit.with_(attendance=state, attendance_at=self.now, changed_at=self.now)
        self.store.commit([Put(changed)])

    def moved(self, appointment_id: str, at: str, **more: Any) -> str:
        """The visit at another time (UTC), in one write, as a move is; the new appointment's id."""
        old = require(self.store, appointment_ref(appointment_id))
        start = datetime.fromisoformat(at).replace(tzinfo=UTC)
        new = old.with_(
            version=0, id=f"{old.id}m", moved_from=old.id, start=start, end=start + HALF, created_at=self.now, **more
        )
        self.store.commit([Put(old.with_(attendance=Attendance.MOVED, moved_to=new.id)), Put(new)])
        return new.id

    def consultation(self, n: int, patient: str = "pat_1", on: date = date(2027, 3, 1), **more: Any) -> str:
        """One entered by hand, or imported: a consultation that exists."""
        id = f"bil_{patient[-1]}_{n:04}"
        given = {"practitioner_id": "prc_1", "service_id": "srv_2"} | more
        self.put(
            Billable(
                id=id, patient_id=patient, on=on, title="Consultation", consultation=True, created_at=self.now, **given
            )
        )
        return id

    # -- the steps of staff
    def drafted(self, batch: str = "bat_1", **asked: Any) -> Made:
        wanted = Asked(**({"patient_id": "pat_1"} | asked if "consultation_ids" not in asked else asked))
        return self.make(batch, wanted, self.plan(wanted, BILLER).digest, BILLER)

    def invoiced(self, batch: str = "bat_1", **asked: Any) -> Invoice:
        (id,) = self.drafted(batch, **asked).invoice_ids
        return self.finalise(id)

    def paid(self, invoice: Invoice, amount: int, id: str = "pay_1", **more: Any) -> Payment:
        given: dict[str, Any] = {"method": Method.TRANSFER, "paid_on": date(2027, 3, 15), "currency": "CHF"} | more
        return self.record(id, invoice.id, Paid(amount=amount, **given), BILLER)

    def paid_due(self, billable: Billable, amount: int, id: str = "pay_due", **more: Any) -> Payment:
        given: dict[str, Any] = {"method": Method.CARD, "paid_on": date(2027, 3, 15), "currency": "CHF"} | more
        return self.pay_due(id, billable.id, Paid(amount=amount, **given), BILLER)

    # -- what is there
    def invoice(self, id: str) -> Invoice:
        return require(self.store, invoice_ref(id))

    def billable_of(self, appointment_id: str) -> Billable | None:
        """Its visit's."""
        visit = require(self.store, appointment_ref(appointment_id))
        return self.store.get(billable_ref(billable_id_of_visit(visit.visit_id)))

    def due_of(self, appointment_id: str) -> Billable:
        """The visit's billable, after the reaction to the appointment's change."""
        self.keep_due(appointment_id)
        found = self.billable_of(appointment_id)
        assert found is not None
        return found

    def tasks(self) -> list[Task]:
        return everything(self.store, open_tasks())

    def billable(self, id: str) -> Billable:
        return require(self.store, billable_ref(id))

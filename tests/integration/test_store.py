"""What `shared.store` promises, on the store in memory and on the table alike."""

import base64
import inspect
import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from creneau.adapters.dynamodb import keys
from creneau.agenda.absence import AbsenceRecord
from creneau.agenda.appointment import Appointment
from creneau.agenda.blocked_address import address_key, patients_of_address, patients_of_number
from creneau.agenda.catalogue import Address, Contact, Patient, Service, patient_ref, service_ref
from creneau.agenda.collections import (
    appointments_between,
    appointments_of_patient,
    appointments_of_slot,
    catalogue,
    days_of_practitioner,
    line_of,
    patients_by_birthday,
    patients_by_name,
)
from creneau.agenda.day import PractitionerDay, Release, day_ref
from creneau.agenda.line import WaitEntry
from creneau.agenda.slot import Slot
from creneau.billing.billable import Billable, Due, DueState, billables_of_patient, dues, open_billables
from creneau.billing.invoice import (
    Frozen,
    Invoice,
    InvoiceState,
    documents_issued,
    drafts_of_runs,
    invoices_of_payer,
    invoices_owed,
)
from creneau.billing.issuer import Issuer
from creneau.billing.line import Totals
from creneau.billing.online.checkout import Checkout, checkouts_of_intent, checkouts_of_payer
from creneau.billing.package import SoldPackage, packages_of_patient
from creneau.billing.payer import Payer, PayerKind
from creneau.billing.payment import Method, Payment, payments_between, payments_of_invoice
from creneau.billing.run import BillingRun, Outcome, RunMode, RunPayer, payers_by_outcome, payers_of_run, runs_by_age
from creneau.billing.task import Task, TaskKind, open_tasks, tasks_done
from creneau.messaging.group import GroupFilter, SmsGroup, groups_by_age
from creneau.messaging.message import Channel, Kind, Message, MessageState
from creneau.messaging.message_lists import (
    messages_by_provider_id,
    messages_by_state,
    messages_of_appointment,
    messages_of_batch,
    messages_of_patient,
    messages_of_payer,
)
from creneau.messaging.sms.month import SmsMonth, SmsUse, Tariff, uses_of_month
from creneau.messaging.voucher import Voucher, vouchers_by_age
from creneau.shared.errors import Invalid, NotFound
from creneau.shared.money import Money
from creneau.shared.store import Absent, Collection, Conflict, DecideOffer, Delete, Put, Unchanged, everything, require
from creneau.waitlist.round import Offer, OfferState, Round, round_ref, rounds_of_slot

NOON = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
HALF = timedelta(minutes=30)
SLOT = Slot(agenda_id="agd_1", start=NOON, end=NOON + HALF)
MOTHER = Contact(id="con_1", name="Mother", email="family@mail.example", receives_messages=True)


def patient(id: str = "pat_1", **more: Any) -> Patient:
    return Patient(id=id, **{"first_name": "Anne", "last_name": "Favre"} | more)


def appointment(id: str, start: datetime = NOON, **more: Any) -> Appointment:
    given: dict[str, Any] = {"agenda_id": "agd_1", "patient_id": "pat_1", "end": start + HALF} | more
    same: dict[str, Any] = dict.fromkeys(("created_at", "attendance_at", "changed_at"), NOON)
    ids: dict[str, Any] = {
        "visit_id": f"vis_{id}",
        "practitioner_id": "prc_1",
        "location_id": "loc_1",
        "service_id": "srv_1",
    }
    return Appointment(id=id, start=start, **ids, **same, **given)


def message(id: str, due: datetime = NOON, **more: Any) -> Message:
    given: dict[str, Any] = {"patient_id": "pat_1", "appointment_id": "apt_1", "channel": Channel.EMAIL} | more
    return Message(id=id, kind=Kind.CONFIRMED, occurrence="0", due_at=due, created_at=NOON, **given)


def entry(id: str, since: datetime, **more: Any) -> WaitEntry:
    given: dict[str, Any] = {"agenda_id": "agd_1", "lasts_minutes": 30} | more
    own: dict[str, Any] = {"patient_id": f"pat_{id}", "service_id": "srv_1", "start": NOON, "end": NOON + HALF}
    return WaitEntry(waiting_since=since, appointment_id=id, **own, **given)


def round(n: int = 1, q: int = 1, slot: Slot = SLOT, **more: Any) -> Round:
    offers = {
        a: Offer(
            appointment_id=a,
            patient_id=f"pat_{a}",
            service_id="srv_1",
            start=NOON,
            waiting_since=NOON,
            sent_at=NOON,
        )
        for a in ("apt_1", "apt_2")
    }
    given: dict[str, Any] = {"offers": offers, "opened_at": NOON, "expires_at": NOON} | more
    return Round(practitioner_id="prc_1", slot=slot, n=n, q=q, **given)


def day(on: date, practitioner_id: str = "prc_1", **more: Any) -> PractitionerDay:
    return PractitionerDay(practitioner_id=practitioner_id, on=on, **more)


def put(store: Any, *items: Any) -> None:
    for item in items:
        store.commit([Put(item)])


# -- reading
def test_what_is_not_there_is_none(store):
    assert store.get(patient_ref("pat_1")) is None
    assert store.snapshot([patient_ref("pat_1")]).get(patient_ref("pat_1")) is None
    assert store.get_many([patient_ref("pat_1")]) == [None]
    with pytest.raises(NotFound, match="pat_1"):
        require(store, patient_ref("pat_1"))


def test_a_snapshot_reads_each_value_once_however_often_it_is_named(store):
    put(store, patient())
    ref, other = patient_ref("pat_1"), service_ref("srv_1")
    snapshot = store.snapshot([ref, other, ref])
    assert (snapshot[ref], snapshot.get(other)) == (patient(version=1), None)
    assert store.snapshot([]) is not None


def test_many_values_come_in_the_order_asked_and_as_often(store):
    put(store, *(patient(f"pat_{n}") for n in range(3)))
    refs = [patient_ref(f"pat_{n}") for n in (2, 0, 9, 2)]
    assert [p and p.id for p in store.get_many(refs)] == ["pat_2", "pat_0", None, "pat_2"]
    assert store.get_many([]) == []


def test_more_values_than_one_request_takes(store):
    put(store, *(patient(f"pat_{n}") for n in range(0, 120, 7)))
    found = store.get_many([patient_ref(f"pat_{n}") for n in range(120)])
    assert [p.id for p in found if p] == [f"pat_{n}" for n in range(0, 120, 7)]


# -- writing
def test_a_new_value_is_put_once(store):
    put(store, patient())
    assert store.get(patient_ref("pat_1")).version == 1
    with pytest.raises(Conflict):
        put(store, patient(last_name="Rossi"))
    assert store.get(patient_ref("pat_1")) == patient(version=1)


def test_a_change_is_of_the_version_read(store):
    put(store, patient(), patient(version=1, last_name="Rossi"))
    assert store.get(patient_ref("pat_1")) == patient(version=2, last_name="Rossi")
    for stale in (patient(version=1), patient(version=3), patient()):
        with pytest.raises(Conflict):
            put(store, stale)
    assert store.get(patient_ref("pat_1")) == patient(version=2, last_name="Rossi")


def test_a_change_of_what_is_not_there_is_a_conflict(store):
    with pytest.raises(Conflict):
        put(store, patient(version=1))
    assert store.get(patient_ref("pat_1")) is None


def test_a_delete_is_of_the_version_read(store):
    put(store, patient())
    for stale in (patient(version=2), patient()):
        with pytest.raises(Conflict):
            store.commit([Delete(stale)])
    store.commit([Delete(patient(version=1))])
    assert store.get(patient_ref("pat_1")) is None
    with pytest.raises(Conflict):
        store.commit([Delete(patient(version=1))])


def test_what_another_value_guards_is_written_whatever_its_version(store):
    waiting = entry("apt_1", NOON)
    put(store, patient(), waiting)
    store.commit([Put(patient(version=1)), Put(waiting.with_(service_id="srv_2"))])
    assert everything(store, line_of("agd_1", 30))[0].service_id == "srv_2"
    store.commit([Put(patient(version=2)), Delete(waiting)])
    assert everything(store, line_of("agd_1", 30)) == []


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (Unchanged(patient("pat_2", version=1)), True),
        (Unchanged(patient("pat_2", version=2)), False),
        (Unchanged(patient("pat_2")), False),
        (Unchanged(patient("pat_3")), True),
        (Absent(patient_ref("pat_3")), True),
        (Absent(patient_ref("pat_2")), False),
        (Delete(patient("pat_2", version=1)), True),
        (Delete(patient("pat_2", version=7)), False),
        (Put(patient("pat_2", version=1)), True),
        (Put(patient("pat_2")), False),
        (DecideOffer(round_ref(SLOT, 1, 1), "apt_1", "declined", NOON), True),
        (DecideOffer(round_ref(SLOT, 1, 1), "apt_3", "declined", NOON), False),
        (DecideOffer(round_ref(SLOT, 1, 2), "apt_1", "declined", NOON), False),
    ],
    ids=str,
)
@pytest.mark.parametrize("first", [True, False])
def test_all_of_a_transaction_happens_or_none(store, condition, holds, first):
    put(store, patient(), patient("pat_2"), round())
    changed = Put(patient(version=1, last_name="Rossi"))
    before = [store.get(keys.ref_to(i)) for i in (patient(), patient("pat_2"), patient("pat_3"), round())]
    writes = [condition, changed] if first else [changed, condition]
    if holds:
        store.commit(writes)
        assert store.get(patient_ref("pat_1")).last_name == "Rossi"
    else:
        with pytest.raises(Conflict):
            store.commit(writes)
        after = [store.get(keys.ref_to(i)) for i in (patient(), patient("pat_2"), patient("pat_3"), round())]
        assert after == before


# -- one offer of a round
def test_an_offer_that_was_only_sent_is_decided_though_its_state_is_not_stored(store):
    put(store, round())
    store.commit([DecideOffer(round_ref(SLOT, 1, 1), "apt_1", "accepted", NOON + HALF, new_appointment_id="apt_9")])
    after = store.get(round_ref(SLOT, 1, 1))
    offer = after.offers["apt_1"]
    assert (offer.state, offer.decided_at, offer.new_appointment_id) == (OfferState.ACCEPTED, NOON + HALF, "apt_9")
    assert (after.offers["apt_2"], after.version) == (round().offers["apt_2"], 2)


def test_an_offer_is_decided_once_and_beside_its_rivals(store):
    put(store, round())
    store.commit([DecideOffer(round_ref(SLOT, 1, 1), "apt_1", "declined", NOON)])
    store.commit([DecideOffer(round_ref(SLOT, 1, 1), "apt_2", "accepted", NOON)])
    for id in ("apt_1", "apt_2"):
        with pytest.raises(Conflict):
            store.commit([DecideOffer(round_ref(SLOT, 1, 1), id, "expired", NOON)])
    states = [o.state for o in store.get(round_ref(SLOT, 1, 1)).offers.values()]
    assert states == [OfferState.DECLINED, OfferState.ACCEPTED]


def test_a_decision_makes_what_was_read_before_it_stale(store):
    put(store, round())
    read = store.get(round_ref(SLOT, 1, 1))
    store.commit([DecideOffer(round_ref(SLOT, 1, 1), "apt_1", "declined", NOON)])
    with pytest.raises(Conflict):
        put(store, read.with_(settled=True))


def sms(message_id: str, at: datetime, month: str = "2026-03") -> SmsUse:
    return SmsUse(month=month, at=at, message_id=message_id, kind=Kind.REMINDER, credits=1)


# -- lists: each collection, its order, and what must not be in it
def hours(*numbers: int) -> list[datetime]:
    return [NOON + timedelta(hours=n) for n in numbers]


def billable(id: str, on: date, **more: Any) -> Billable:
    given: dict[str, Any] = {"patient_id": "pat_1", "practitioner_id": "prc_1", "consultation": True} | more
    return Billable(id=id, on=on, created_at=NOON, **given)


ISSUER = Issuer(id="iss_1", name="I", address=Address(street="", postcode="1000", town="L", country="CH"))


def invoice(id: str, issued_on: date | None = None, **more: Any) -> Invoice:
    payer = Payer(kind=PayerKind.FREE, name="P", key=more.pop("payer", "free.1"))
    frozen = issued_on and Frozen(
        number=id,
        issued_on=issued_on,
        due_on=None,
        issuer=ISSUER,
        template=None,
        payer=payer,
        lines=(),
        totals=Totals(lines=100, taxes=(), total=100),
        currency="CHF",
        language="fr",
    )
    given: dict[str, Any] = {
        "state": InvoiceState.FINALISED if frozen else InvoiceState.DRAFT,
        "created_at": NOON,
    } | more
    return Invoice(id=id, issuer_id="iss_1", payer=payer, currency="CHF", language="fr", frozen=frozen or None, **given)


def payment(id: str, on: date, at: datetime = NOON, **more: Any) -> Payment:
    given: dict[str, Any] = {"invoice_id": "inv_1", "payer_key": "free.1", "amount": 1, "currency": "CHF"} | more
    return Payment(id=id, method=Method.CASH, paid_on=on, recorded_at=at, **given)


def checkout(id: str, at: datetime = NOON, **more: Any) -> Checkout:
    given: dict[str, Any] = {"payer_key": "free.1", "currency": "CHF", "total": 1, "items": ()} | more
    said: dict[str, Any] = {"title": "", "back": "", "language": "fr"}
    return Checkout(id=id, expires_at=at, created_at=at, **given, **said)


def due(id: str, at: datetime, **more: Any) -> Billable:
    asked = Due(text="Bilan", price=100, currency="CHF", at=at)
    return billable(id, date(2026, 3, 1), consultation=False, due=asked, **more)


def sold(id: str, patient_id: str = "pat_1") -> SoldPackage:
    named: dict[str, Any] = {"package_id": "pkg_1", "name": "P", "service_ids": ("srv_1",), "billable_id": "bil_1"}
    days: dict[str, Any] = {"sold_on": date(2026, 3, 1), "valid_until": date(2027, 3, 1), "created_at": NOON}
    return SoldPackage(id=id, patient_id=patient_id, visits=10, left=10, **named, **days)


def task(id: str, at: datetime, done_at: datetime | None = None) -> Task:
    return Task(id=id, kind=TaskKind.OVERPAID, created_at=at, done_at=done_at)


def run(id: str, at: datetime, **more: Any) -> BillingRun:
    return BillingRun(id=id, mode=RunMode.DRAFT, on=date(2026, 3, 1), at=NOON, created_at=at, **more)


def owing(payer_key: str, run_id: str = "run_1", **more: Any) -> RunPayer:
    return RunPayer(run_id=run_id, payer_key=payer_key, currency="CHF", **more)


OWING = sorted((owing(f"free.{n}") for n in range(4)), key=lambda p: p.place)
DAYS = [date(2026, 3, n) for n in (1, 3, 2)]


LISTS: dict[str, tuple[list[Any], Collection[Any], list[str]]] = {
    "catalogue": (
        [Service(id=f"srv_{n}", name="x", category="group", duration_minutes=5) for n in (3, 1, 2)] + [patient()],
        catalogue(Service),
        ["srv_1", "srv_2", "srv_3"],
    ),
    "absences": (
        [AbsenceRecord(id=f"abs_{n}", practitioner_id="prc_1", start=NOON, end=NOON + HALF) for n in (2, 1)],
        catalogue(AbsenceRecord),
        ["abs_1", "abs_2"],
    ),
    "appointments_of_agenda": (
        [
            *(appointment(f"apt_{n}", at) for n, at in enumerate(hours(3, 0, 2, 1, -1))),
            appointment("apt_other", agenda_id="agd_2"),
        ],
        appointments_between("agd_1", NOON, NOON + timedelta(hours=3)),
        ["apt_1", "apt_3", "apt_2"],
    ),
    "appointments_of_slot": (
        [
            *(appointment(f"apt_{n}") for n in (3, 1, 2)),
            appointment("apt_longer", end=NOON + 2 * HALF),
            appointment("apt_later", NOON + HALF),
            appointment("apt_other", agenda_id="agd_2"),
        ],
        appointments_of_slot(SLOT),
        ["apt_1", "apt_2", "apt_3"],
    ),
    "appointments_of_patient": (
        [
            *(appointment(f"apt_{n}", at) for n, at in enumerate(hours(1, 3, 2))),
            appointment("apt_other", patient_id="pat_2"),
        ],
        appointments_of_patient("pat_1"),
        ["apt_1", "apt_2", "apt_0"],
    ),
    "days_of_practitioner": (
        [*(day(date(2026, 3, n)) for n in (22, 19, 20, 21)), day(date(2026, 3, 20), "prc_2")],
        days_of_practitioner("prc_1", date(2026, 3, 20), date(2026, 3, 22)),
        ["2026-03-20", "2026-03-21", "2026-03-22"],
    ),
    "line_of": (
        [
            entry("apt_b", NOON),
            entry("apt_a", NOON),
            entry("apt_first", NOON - timedelta(microseconds=1000)),
            entry("apt_last", NOON + HALF),
            entry("apt_longer", NOON, lasts_minutes=60),
            entry("apt_other", NOON, agenda_id="agd_2"),
        ],
        line_of("agd_1", 30),
        ["apt_first", "apt_a", "apt_b", "apt_last"],
    ),
    "rounds_of_slot": (
        [
            round(2, 1),
            round(1, 2),
            round(1, 10),
            round(1, 1),
            round(slot=Slot(agenda_id="agd_2", start=NOON, end=NOON)),
        ],
        rounds_of_slot(SLOT),
        ["1.1", "1.2", "1.10", "2.1"],
    ),
    "patients_by_name": (
        [
            patient("pat_3", last_name="Zola"),
            patient("pat_2", last_name="Étienne"),
            patient("pat_4", last_name="étienne", first_name="Bea"),
            patient("pat_1", last_name="Dumas"),
        ],
        patients_by_name(),
        ["pat_1", "pat_2", "pat_4", "pat_3"],
    ),
    "patients_of_address": (
        [
            patient("pat_2", email="Family@mail.example"),
            patient("pat_1", email="own@mail.example", contacts=(MOTHER,)),
            patient("pat_3", email="own@mail.example", contacts=(MOTHER.with_(receives_messages=False),)),
            patient("pat_4"),
        ],
        patients_of_address(address_key("family@mail.example")),
        ["pat_1", "pat_2"],
    ),
    "patients_of_number": (
        [
            patient("pat_2", phone="+41791234567"),
            patient("pat_1", phone="+41791234568", contacts=(MOTHER.with_(phone="+41791234567"),)),
            patient("pat_3", phone="+41791234568"),
            patient("pat_4"),
        ],
        patients_of_number(address_key("+41791234567")),
        ["pat_1", "pat_2"],
    ),
    "uses_of_month": (
        [
            *(sms(f"msg_{n}", at) for n, at in enumerate(hours(1, 3, 2))),
            sms("msg_other", NOON, month="2026-04"),
            SmsMonth(id="2026-03", tariff=Tariff(included=0, price=10, custom_price=15, currency="CHF")),
        ],
        uses_of_month("2026-03"),
        ["msg_0", "msg_2", "msg_1"],
    ),
    "messages_of_patient": (
        [*(message(f"msg_{n}", at) for n, at in enumerate(hours(1, 3, 2))), message("msg_other", patient_id="pat_2")],
        messages_of_patient("pat_1"),
        ["msg_1", "msg_2", "msg_0"],
    ),
    "messages_of_appointment": (
        [
            *(message(f"msg_{n}", at) for n, at in enumerate(hours(1, 3, 2))),
            message("msg_none", appointment_id=None),
            message("msg_other", appointment_id="apt_2"),
        ],
        messages_of_appointment("apt_1"),
        ["msg_1", "msg_2", "msg_0"],
    ),
    "messages_of_batch": (
        [
            *(message(f"msg_{n}", at, batch_id="bat_1", appointment_id=None) for n, at in enumerate(hours(1, 3, 2))),
            message("msg_none", appointment_id=None),
            message("msg_other", batch_id="bat_2", appointment_id=None),
        ],
        messages_of_batch("bat_1"),
        ["msg_0", "msg_2", "msg_1"],
    ),
    "messages_of_payer": (
        [
            *(message(f"msg_{n}", at, payer_key="free.1", appointment_id=None) for n, at in enumerate(hours(1, 3, 2))),
            message("msg_none", appointment_id=None),
            message("msg_other", payer_key="free.2", appointment_id=None),
        ],
        messages_of_payer("free.1"),
        ["msg_1", "msg_2", "msg_0"],
    ),
    "patients_by_birthday": (
        [
            patient("pat_2", born_on=date(1980, 2, 29)),
            patient("pat_1", born_on=date(2004, 2, 29)),
            patient("pat_other", born_on=date(1980, 2, 28)),
            patient("pat_none"),
        ],
        patients_by_birthday("02-29"),
        ["pat_1", "pat_2"],
    ),
    "groups_by_age": (
        [
            SmsGroup(id=f"grp_{n}", filter=GroupFilter(), due_at=NOON, created_at=at)
            for n, at in enumerate(hours(1, 3, 2))
        ],
        groups_by_age(),
        ["grp_1", "grp_2", "grp_0"],
    ),
    "vouchers_by_age": (
        [
            Voucher(
                id=f"vou_{n}",
                code=f"CODE-{n}",
                amount=Money(amount=5000, currency="CHF"),
                name="Paul",
                email="paul@mail.example",
                created_at=at,
            )
            for n, at in enumerate(hours(1, 3, 2))
        ],
        vouchers_by_age(),
        ["vou_1", "vou_2", "vou_0"],
    ),
    "messages_by_provider_id": (
        [
            message("msg_text", channel=Channel.SMS, provider_id="sns_1"),
            message("msg_other", channel=Channel.SMS, provider_id="sns_2"),
            message("msg_waits", channel=Channel.SMS),
            message("msg_mail", provider_id="sns_1"),
        ],
        messages_by_provider_id("sns_1"),
        ["msg_text"],
    ),
    "billables_of_patient": (
        [*(billable(f"bil_{n}", on) for n, on in enumerate(DAYS)), billable("bil_x", DAYS[0], patient_id="pat_2")],
        billables_of_patient("pat_1"),
        ["bil_1", "bil_2", "bil_0"],
    ),
    "open_billables": (
        [
            *(billable(f"bil_{n}", on) for n, on in enumerate(DAYS)),
            billable("bil_taken", DAYS[0], taken_by="inv_1"),
            billable("bil_unwanted", DAYS[0], wanted=False),
            billable("bil_due", DAYS[0], consultation=False),
        ],
        open_billables(),
        ["bil_0", "bil_2", "bil_1"],
    ),
    "open_billables between two days": (
        [*(billable(f"bil_{n}", on) for n, on in enumerate(DAYS)), billable("bil_last", DAYS[2])],
        open_billables(DAYS[2], DAYS[2]),
        ["bil_2", "bil_last"],
    ),
    "packages_of_patient": (
        [sold("pac_2"), sold("pac_1"), sold("pac_3", "pat_2")],
        packages_of_patient("pat_1"),
        ["pac_1", "pac_2"],
    ),
    "dues": (
        [
            *(due(f"bil_{n}", at) for n, at in enumerate(hours(3, 1, 2, 4))),
            due("bil_taken", NOON, taken_by="inv_1"),
            billable("bil_none", DAYS[0]),
        ],
        dues(DueState.OPEN, until=NOON + timedelta(hours=3)),
        ["bil_1", "bil_2", "bil_0"],
    ),
    "open_tasks": (
        [*(task(f"tsk_{n}", at) for n, at in enumerate(hours(3, 1, 2))), task("tsk_done", NOON, NOON)],
        open_tasks(),
        ["tsk_1", "tsk_2", "tsk_0"],
    ),
    "tasks_done": (
        [*(task(f"tsk_{n}", NOON, at) for n, at in enumerate(hours(3, 1, 2))), task("tsk_open", NOON)],
        tasks_done(),
        ["tsk_0", "tsk_2", "tsk_1"],
    ),
    "runs_by_age": (
        [run(f"run_{n}", at) for n, at in enumerate(hours(3, 1, 2))],
        runs_by_age(),
        ["run_0", "run_2", "run_1"],
    ),
    "payers_of_run": (
        [*reversed(OWING), owing("free.1", "run_2")],
        payers_of_run("run_1"),
        [p.payer_key for p in OWING],
    ),
    "payers_by_outcome": (
        [
            *(p.with_(outcome=Outcome.FAILED) for p in reversed(OWING[1:])),
            OWING[0],
            owing("free.9", outcome=Outcome.ASKED),
        ],
        payers_by_outcome("run_1", Outcome.FAILED),
        [p.payer_key for p in OWING[1:]],
    ),
    "drafts_of_runs": (
        [
            *(invoice(f"inv_{n}", batch_id="run_1", created_at=at) for n, at in enumerate(hours(3, 1, 2))),
            invoice("inv_staff"),
            invoice("inv_final", DAYS[0], batch_id="run_1"),
        ],
        drafts_of_runs(),
        ["inv_0", "inv_2", "inv_1"],
    ),
    "invoices_by_state": (
        [
            *(invoice(f"inv_{n}", on) for n, on in enumerate(DAYS)),
            invoice("inv_draft"),
            invoice("inv_may", date(2026, 5, 1)),
        ],
        documents_issued(date(2026, 3, 1), date(2026, 3, 31)),
        ["inv_1", "inv_2", "inv_0"],
    ),
    "invoices_of_payer": (
        [
            *(invoice(f"inv_{n}", created_at=at) for n, at in enumerate(hours(1, 3, 2))),
            invoice("inv_x", payer="free.2"),
        ],
        invoices_of_payer("free.1"),
        ["inv_1", "inv_2", "inv_0"],
    ),
    "invoices_owed": (
        [
            *(invoice(f"inv_{n}", DAYS[0], due_on=on) for n, on in enumerate(DAYS)),
            invoice("inv_any_day", DAYS[0]),
            invoice("inv_paid", DAYS[0], due_on=DAYS[0], paid=100),
            invoice("inv_draft"),
        ],
        invoices_owed(),
        ["inv_0", "inv_2", "inv_1", "inv_any_day"],
    ),
    "payments_of_invoice": (
        [
            *(payment(f"pay_{n}", DAYS[0], at) for n, at in enumerate(hours(1, 3, 2))),
            payment("pay_x", DAYS[0], invoice_id="inv_2"),
        ],
        payments_of_invoice("inv_1"),
        ["pay_0", "pay_2", "pay_1"],
    ),
    "checkouts_of_payer": (
        [
            *(checkout(f"chk_{n}", at) for n, at in enumerate(hours(1, 3, 2))),
            checkout("chk_x", payer_key="free.2"),
        ],
        checkouts_of_payer("free.1"),
        ["chk_1", "chk_2", "chk_0"],
    ),
    "checkouts_of_intent": (
        [checkout("chk_1"), checkout("chk_2", payment_intent="pi_2"), checkout("chk_3", payment_intent="pi_3")],
        checkouts_of_intent("pi_2"),
        ["chk_2"],
    ),
    "payments_by_day": (
        [*(payment(f"pay_{n}", on) for n, on in enumerate(DAYS)), payment("pay_may", date(2026, 5, 1))],
        payments_between(date(2026, 3, 1), date(2026, 3, 31)),
        ["pay_1", "pay_2", "pay_0"],
    ),
    "messages_by_state": (
        [
            *(message(f"msg_{n}", at) for n, at in enumerate(hours(1, 3, 2))),
            message("msg_sent", state=MessageState.SENT),
        ],
        messages_by_state(MessageState.SCHEDULED),
        ["msg_1", "msg_2", "msg_0"],
    ),
}
each_list = pytest.mark.parametrize(("items", "of", "expected"), LISTS.values(), ids=LISTS)


def name_of(item: Any) -> str:
    match item:
        case Round():
            return f"{item.n}.{item.q}"
        case PractitionerDay():
            return item.on.isoformat()
        case WaitEntry():
            return item.appointment_id
        case SmsUse():
            return item.message_id
        case RunPayer():
            return item.payer_key
    return str(item.id)


def test_no_collection_was_left_out():
    cases = {name for part in keys.PARTS for name in re.findall(r'case "(\w+)"', inspect.getsource(part.place_of))}
    assert {of.name for _, of, _ in LISTS.values()} == cases


@each_list
@pytest.mark.parametrize("size", [1, 2, 50])
def test_a_list_is_read_in_its_order_page_by_page(store, items, of, expected, size):
    put(store, *items)
    found, cursor, pages = [], None, 0
    while True:
        page = store.page(of, size, cursor)
        assert len(page.items) <= size
        found += page.items
        pages, cursor = pages + 1, page.cursor
        if cursor is None:
            break
        assert pages <= len(items), "it never ends"
    assert [name_of(i) for i in found] == expected
    put_there = {name_of(i): i.with_(version=1) for i in reversed(items)}
    assert found == [put_there[name] for name in expected]


@each_list
def test_an_empty_list_has_no_page_after(store, items, of, expected):
    page = store.page(of)
    assert (page.items, page.cursor) == ([], None)


@pytest.mark.parametrize("cursor", ["x", "é", "W10", "bnVsbA", "{}", "A" * 500])
def test_a_cursor_that_is_none_says_so(store, cursor):
    put(store, patient())
    with pytest.raises(Invalid) as refused:
        store.page(patients_by_name(), 1, cursor)
    assert [fault.field for fault in refused.value.faults] == ["cursor"]


def test_a_cursor_of_another_list_is_none_of_this(table):
    put(table, *(appointment(f"apt_{n}") for n in range(3)), patient(), patient("pat_2"))
    cursor = table.page(patients_by_name(), 1).cursor
    for other in (appointments_of_slot(SLOT), catalogue(Service), appointments_of_patient("pat_1")):
        with pytest.raises(Invalid):
            table.page(other, 1, cursor)


@pytest.mark.parametrize(
    "change", [{"sk": None}, {"g1sk": None}, {"pk": None}, {"more": "x"}, {"g1pk": "AGENDA#agd_1"}, {"sk": ""}]
)
def test_a_cursor_that_somebody_wrote_is_refused_like_any_other(table, change):
    put(table, patient(), patient("pat_2"))
    cursor = table.page(patients_by_name(), 1).cursor
    plain = json.loads(base64.urlsafe_b64decode(cursor + "=="))
    written = {k: v for k, v in (plain | change).items() if v is not None}
    with pytest.raises(Invalid):
        table.page(patients_by_name(), 1, base64.urlsafe_b64encode(json.dumps(written).encode()).decode())


# -- what must be looked at
def test_what_is_due_is_looked_at_most_urgent_first(store):
    put(store, *(message(f"msg_{n}", look_at=at) for n, at in enumerate(hours(2, 0, 1))), message("msg_never"))
    put(store, appointment("apt_1"))

    def due(by: datetime | None) -> list[str]:
        return [ref.key[0] for ref in store.look_at(Message, by)]

    assert due(None) == ["msg_1", "msg_2", "msg_0"]
    assert due(NOON + timedelta(hours=1)) == ["msg_1", "msg_2"]
    assert due(NOON - timedelta(milliseconds=1)) == []


def test_what_was_put_off_is_looked_at_later_and_did_not_change(store):
    first = message("msg_1", look_at=NOON)
    put(store, first)
    store.snooze(keys.ref_to(first), NOON + HALF)
    assert store.look_at(Message, NOON) == []
    assert store.look_at(Message, NOON + HALF) == [keys.ref_to(first)]
    assert store.get(keys.ref_to(first)) == first.with_(version=1)
    put(store, first.with_(version=1))
    assert store.look_at(Message, NOON) == [keys.ref_to(first)], "a change says anew when to look"


def test_what_need_not_be_looked_at_is_not_put_off(store):
    put(store, message("msg_1"))
    store.snooze(keys.ref_to(message("msg_1")), NOON)
    store.snooze(keys.ref_to(message("msg_2")), NOON)
    assert store.look_at(Message, None) == []
    assert store.get(keys.ref_to(message("msg_2"))) is None


def test_what_was_looked_at_is_done_unless_it_changed_since(store):
    first = message("msg_1", look_at=NOON)
    put(store, first, first.with_(version=1))
    store.looked(keys.ref_to(first), 1)
    assert store.look_at(Message, None) == [keys.ref_to(first)]
    store.looked(keys.ref_to(first), 2)
    assert store.look_at(Message, None) == []
    store.looked(keys.ref_to(first), 2)
    store.looked(keys.ref_to(message("msg_2")), 1)
    assert store.get(keys.ref_to(first)) == first.with_(version=2)


def test_a_day_with_an_open_release_is_looked_at_under_its_own_reference(store):
    open_ = Release(agenda_id="agd_1", start=NOON, end=NOON + HALF, n=1, opened_at=NOON)
    put(store, day(NOON.date(), releases=(open_,)), day(date(2026, 3, 21), releases=(open_.with_(ended_at=NOON),)))
    assert store.look_at(PractitionerDay, None) == [day_ref("prc_1", NOON.date())]

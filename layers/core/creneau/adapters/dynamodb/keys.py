"""Where everything lies in the one table. No other file spells a key.

| question                                     | index     | partition                    | order                       |
|----------------------------------------------|-----------|------------------------------|-----------------------------|
| one value by its id                          | table     | KIND#id                      | KIND                        |
| all of a small catalogue                     | table     | KIND                         | id                          |
| a practitioner's day; days from-to           | table     | PRACTITIONERDAY#practitioner | date                        |
| a patient's diary, beside the patient        | table     | PATIENT#id                   | DIARY                       |
| rounds of a slot                             | table     | SLOT#slot                    | ROUND#release#number        |
| the line of an agenda and duration           | table     | LINE#agenda#minutes          | ticked at # appointment     |
| an address that is not written to            | table     | BLOCKEDADDRESS#key           | BLOCKEDADDRESS              |
| an SMS month                                 | table     | SMSMONTH#month               | SMSMONTH                    |
| the SMS of a month in order of hand-over     | table     | SMSMONTH#month               | USE#instant#message         |
| a link by the hash of its token              | table     | LINK#hash                    | LINK                        |
| what a caller's key was used for             | table     | REQUESTKEY#id                | REQUESTKEY                  |
| packages sold to a patient                   | table     | SOLDPACKAGE#patient          | id                          |
| appointments of an agenda from-to            | by_first  | AGENDA#agenda                | start#end#id                |
| appointments of a slot                       | by_first  | AGENDA#agenda                | start#end#... (prefix)      |
| appointments of a patient, latest first      | by_second | PATIENT#id#APPOINTMENTS      | start#id                    |
| patients by name                             | by_first  | PATIENTS                     | folded name#id              |
| messages of a patient, latest first          | by_first  | PATIENT#id#MESSAGES          | due#id                      |
| messages of an appointment, latest first     | by_second | APPOINTMENT#id#MESSAGES      | due#id                      |
| SMS to groups, latest first                  | by_first  | SMSGROUPS                    | created#id                  |
| vouchers, latest first                       | by_first  | VOUCHERS                     | created#id                  |
| patients by birthday                         | by_second | BIRTHDAYS#month-day          | id                          |
| messages of a group's batch                  | by_second | BATCH#id#MESSAGES            | due#id                      |
| messages to a payer, latest first            | by_second | PAYER#key#MESSAGES           | due#id                      |
| messages by state                            | by_third  | MESSAGES#state               | due#id                      |
| patients whose messages go to an address     | by_third  | ADDRESS#key                  | id                          |
| patients whose SMS go to a number            | by_fourth | NUMBER#key                   | id                          |
| the SMS of a provider's id                   | by_fourth | PROVIDER#provider's id       | id                          |
| billables of a patient, latest first         | by_first  | PATIENT#id#BILLABLES         | day#id                      |
| consultations not invoiced, by day           | by_third  | BILLABLES#OPEN               | day#id                      |
| invoices by state, newest first              | by_first  | INVOICES#state               | created or issued day#id    |
| documents of a payer, newest first           | by_second | PAYER#key#INVOICES           | created#id                  |
| invoices owed, by due date                   | by_third  | INVOICES#OWED                | due day#id                  |
| payments of an invoice                       | by_first  | INVOICE#id#PAYMENTS          | recorded#id                 |
| payments of the clinic, newest first         | by_third  | PAYMENTS                     | paid day#id                 |
| payments due by state, by the instant        | by_fourth | DUES#state                   | due#id                      |
| billing runs, newest first                   | by_first  | BILLINGRUNS                  | created#id                  |
| payers of a run; of a page of it             | table     | RUN#id                       | PAYER#place                 |
| payers of a run by outcome                   | by_first  | RUN#id#outcome               | place                       |
| drafts of runs, newest first                 | by_fourth | INVOICES#OFRUNS              | created#id                  |
| sessions of a payer, newest first            | by_first  | PAYER#key#CHECKOUTS          | created#id                  |
| the session of a payment intent              | by_fourth | INTENT#Stripe's id           | id                          |
| tasks of the staff, open or done             | by_first  | TASKS#OPEN, TASKS#DONE       | created or done#id          |
| what must be looked at by now                | look_at   | LOOK#KIND                    | instant                     |

The indexes hold keys only: lists read the keys there and the values, consistently, from the table.
"""

import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from creneau.agenda.absence import AbsenceRecord
from creneau.agenda.appointment import Appointment
from creneau.agenda.attendance import Attendance
from creneau.agenda.blocked_address import BlockedAddress, address_key
from creneau.agenda.catalogue import Agenda, Category, Location, Patient, Practitioner, Resource, Service
from creneau.agenda.day import PractitionerDay
from creneau.agenda.diary import PatientDiary
from creneau.agenda.line import WaitEntry
from creneau.agenda.resource_day import ResourceDay
from creneau.agenda.slot import parse_slot
from creneau.billing.billable import Billable
from creneau.billing.counter import Counter
from creneau.billing.invoice import DocumentKind, Invoice, InvoiceState
from creneau.billing.issuer import InvoiceTemplate, Issuer
from creneau.billing.online.checkout import Checkout
from creneau.billing.package import Package, SoldPackage
from creneau.billing.payer_record import PayerRecord
from creneau.billing.payment import Payment
from creneau.billing.run import BillingRun, RunPayer
from creneau.billing.task import Task
from creneau.messaging.group import SmsGroup
from creneau.messaging.message import Channel, Message
from creneau.messaging.of_use import CatchUp
from creneau.messaging.payments.replan_payers import PAYERS_JOB, PayersJob
from creneau.messaging.replan_job import REPLAN_JOB, ReplanJob
from creneau.messaging.review import LastReview
from creneau.messaging.signature import Signatures
from creneau.messaging.sms.month import SmsMonth, SmsUse
from creneau.messaging.template import Template, TemplateBook
from creneau.messaging.voucher import Voucher, VoucherCode
from creneau.shared.link import Link
from creneau.shared.model import Stored
from creneau.shared.request_key import RequestKey
from creneau.shared.settings import Settings
from creneau.shared.store import Collection, Ref
from creneau.waitlist.round import MARGIN, Round

Key = tuple[str, str]

INDEXES = {
    "by_first": ("g1pk", "g1sk"),
    "by_second": ("g2pk", "g2sk"),
    "by_third": ("g3pk", "g3sk"),
    "by_fourth": ("g4pk", "g4sk"),
}
LOOK_INDEX, LOOK_PK, LOOK_SK = "look_at", "look_pk", "look_sk"
TTL = "ttl"
UNATTENDED_FOR = timedelta(minutes=3)
_CATALOGUE = (
    Practitioner,
    Location,
    Agenda,
    Resource,
    Category,
    Service,
    AbsenceRecord,
    Issuer,
    InvoiceTemplate,
    Package,
)
_HIGHEST = "\uffff"


def instant(at: datetime) -> str:
    """Sorts as time does: fixed width, UTC, milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def folded(text: str) -> str:
    """Without accents and case, for lists of names."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))


def kind(model: type[Stored]) -> str:
    return model.__name__.upper()


def key_of(ref: Ref[Any]) -> Key:
    """Partition and sort key of a value."""
    model, key = ref.model, ref.key
    if model in _CATALOGUE:
        return kind(model), key[0]
    if model is PractitionerDay or model is ResourceDay or model is SoldPackage:
        return f"{kind(model)}#{key[0]}", key[1]
    if model is PatientDiary:
        return f"PATIENT#{key[0]}", "DIARY"
    if model is Counter:
        return f"COUNTER#{key[0]}", key[1]
    if model is Round:
        return f"SLOT#{key[0]}", f"ROUND#{int(key[1]):06}#{int(key[2]):06}"
    if model is WaitEntry:
        return f"LINE#{key[0]}#{key[1]}", f"{instant(datetime.fromisoformat(key[2]))}#{key[3]}"
    if model is RunPayer:
        return f"RUN#{key[0]}", f"PAYER#{key[1]}"
    if model is SmsUse:
        return f"SMSMONTH#{key[0]}", f"USE#{instant(datetime.fromisoformat(key[1]))}#{key[2]}"
    return f"{kind(model)}#{key[0]}", kind(model)


def ref_of(model: type[Stored], pk: str, sk: str) -> Ref[Any]:
    """The other way: what a key names. Only for kinds that are listed or looked at."""
    if model in _CATALOGUE:
        return Ref(model, (sk,))
    rest = pk.split("#", 1)[1]
    if model in (PractitionerDay, ResourceDay, SoldPackage, Counter):
        return Ref(model, (rest, sk))
    if model is Round:
        _, n, q = sk.split("#")
        return Ref(model, (rest, str(int(n)), str(int(q))))
    if model is WaitEntry:
        agenda, minutes = rest.rsplit("#", 1)
        since, appointment = sk.split("#", 1)
        return Ref(model, (agenda, minutes, since, appointment))
    if model is RunPayer:
        return Ref(model, (rest, sk.removeprefix("PAYER#")))
    if model is SmsUse:
        _, at, message = sk.split("#", 2)
        return Ref(model, (rest, at, message))
    return Ref(model, (rest,))


def ref_to(item: Stored) -> Ref[Any]:
    """The reference of a stored value."""
    match item:
        case PractitionerDay():
            return Ref(PractitionerDay, (item.practitioner_id, item.on.isoformat()))
        case ResourceDay():
            return Ref(ResourceDay, (item.resource_id, item.on.isoformat()))
        case SoldPackage():
            return Ref(SoldPackage, (item.patient_id, item.id))
        case PatientDiary():
            return Ref(PatientDiary, (item.patient_id,))
        case Round():
            return Ref(Round, (item.slot.id, str(item.n), str(item.q)))
        case WaitEntry():
            since = item.waiting_since.isoformat()
            return Ref(WaitEntry, (item.agenda_id, str(item.lasts_minutes), since, item.appointment_id))
        case Link():
            return Ref(Link, (item.hash,))
        case Counter():
            return Ref(Counter, (item.issuer_id, str(item.year)))
        case RunPayer():
            return Ref(RunPayer, (item.run_id, item.place))
        case SmsUse():
            return Ref(SmsUse, (item.month, item.at.isoformat(), item.message_id))
        case Settings():
            return Ref(Settings, ("settings",))
        case Signatures():
            return Ref(Signatures, ("signatures",))
        case TemplateBook():
            return Ref(TemplateBook, ("template_book",))
        case ReplanJob():
            return REPLAN_JOB
        case PayersJob():
            return PAYERS_JOB
        case _:
            return Ref(type(item), (item.id,))  # type: ignore[attr-defined]


def _appointment(a: Appointment) -> dict[str, str]:
    return {
        "g1pk": f"AGENDA#{a.agenda_id}",
        "g1sk": f"{instant(a.start)}#{instant(a.end)}#{a.id}",
        "g2pk": f"PATIENT#{a.patient_id}#APPOINTMENTS",
        "g2sk": f"{instant(a.start)}#{a.id}",
    }


def _patient(p: Patient) -> dict[str, str]:
    keys = {"g1pk": "PATIENTS", "g1sk": f"{folded(p.last_name)} {folded(p.first_name)}#{p.id}"}
    if p.reader.email:
        keys |= {"g3pk": f"ADDRESS#{address_key(p.reader.email)}", "g3sk": p.id}
    if p.reader.phone:
        keys |= {"g4pk": f"NUMBER#{address_key(p.reader.phone)}", "g4sk": p.id}
    if p.born_on:
        keys |= {"g2pk": f"BIRTHDAYS#{p.born_on:%m-%d}", "g2sk": p.id}
    return keys


def _message(m: Message) -> dict[str, str]:
    order = f"{instant(m.due_at)}#{m.id}"
    keys = {"g3pk": f"MESSAGES#{m.state}", "g3sk": order}
    if m.patient_id:
        keys |= {"g1pk": f"PATIENT#{m.patient_id}#MESSAGES", "g1sk": order}
    if m.appointment_id:
        keys |= {"g2pk": f"APPOINTMENT#{m.appointment_id}#MESSAGES", "g2sk": order}
    elif m.batch_id:
        keys |= {"g2pk": f"BATCH#{m.batch_id}#MESSAGES", "g2sk": order}
    elif m.payer_key:
        keys |= {"g2pk": f"PAYER#{m.payer_key}#MESSAGES", "g2sk": order}
    if m.provider_id and m.channel is Channel.SMS:
        keys |= {"g4pk": f"PROVIDER#{m.provider_id}", "g4sk": m.id}
    return keys


def _billable(b: Billable) -> dict[str, str]:
    keys = {"g1pk": f"PATIENT#{b.patient_id}#BILLABLES", "g1sk": f"{b.on}#{b.id}"}
    if b.due is not None:
        keys |= {"g4pk": f"DUES#{b.due_state}", "g4sk": f"{instant(b.due.at)}#{b.id}"}
    return keys | ({"g3pk": "BILLABLES#OPEN", "g3sk": f"{b.on}#{b.id}"} if b.is_open else {})


def _invoice(i: Invoice) -> dict[str, str]:
    order = f"{instant(i.created_at)}#{i.id}"
    by_state = f"{i.frozen.issued_on}#{i.id}" if i.frozen else order
    keys = {"g1pk": f"INVOICES#{i.state}", "g1sk": by_state, "g2pk": f"PAYER#{i.payer.key}#INVOICES", "g2sk": order}
    if i.of_run and i.state is InvoiceState.DRAFT:
        keys |= {"g4pk": "INVOICES#OFRUNS", "g4sk": order}
    owed = i.is_final and i.kind is DocumentKind.INVOICE and i.balance > 0
    return keys | ({"g3pk": "INVOICES#OWED", "g3sk": f"{i.falls_due_on or '9999-12-31'}#{i.id}"} if owed else {})


def _payment(p: Payment) -> dict[str, str]:
    keys = {"g3pk": "PAYMENTS", "g3sk": f"{p.paid_on}#{p.id}"}
    if p.invoice_id:
        keys |= {"g1pk": f"INVOICE#{p.invoice_id}#PAYMENTS", "g1sk": f"{instant(p.recorded_at)}#{p.id}"}
    return keys


def _run_payer(p: RunPayer) -> dict[str, str]:
    return {"g1pk": f"RUN#{p.run_id}#{p.outcome}", "g1sk": p.place} if p.outcome else {}


def _checkout(c: Checkout) -> dict[str, str]:
    keys = {"g1pk": f"PAYER#{c.payer_key}#CHECKOUTS", "g1sk": f"{instant(c.created_at)}#{c.id}"}
    return keys | ({"g4pk": f"INTENT#{c.payment_intent}", "g4sk": c.id} if c.payment_intent else {})


def _task(t: Task) -> dict[str, str]:
    if t.done_at is not None:
        return {"g1pk": "TASKS#DONE", "g1sk": f"{instant(t.done_at)}#{t.id}"}
    return {"g1pk": "TASKS#OPEN", "g1sk": f"{instant(t.created_at)}#{t.id}"}


_INDEXED: dict[type[Stored], Callable[[Any], dict[str, str]]] = {
    Appointment: _appointment,
    Patient: _patient,
    Voucher: lambda v: {"g1pk": "VOUCHERS", "g1sk": f"{instant(v.created_at)}#{v.id}"},
    SmsGroup: lambda g: {"g1pk": "SMSGROUPS", "g1sk": f"{instant(g.created_at)}#{g.id}"},
    Message: _message,
    Billable: _billable,
    Invoice: _invoice,
    Payment: _payment,
    Checkout: _checkout,
    Task: _task,
    BillingRun: lambda r: {"g1pk": "BILLINGRUNS", "g1sk": f"{instant(r.created_at)}#{r.id}"},
    RunPayer: _run_payer,
}


def _look_at(item: Stored) -> datetime | None:
    """When the sweeper must look at it, should everything else have failed."""
    match item:
        case PractitionerDay():
            return min((r.opened_at + UNATTENDED_FOR for r in item.open_releases), default=None)
        case Round():
            return None if item.settled else item.expires_at + MARGIN + timedelta(minutes=1)
        case Appointment():
            if item.attendance is Attendance.MOVED:
                return None  # what follows is found with the appointment that it was moved to
            return item.attendance_at + UNATTENDED_FOR
        case BillingRun() | Checkout():
            return item.look_at
        case Message() | Invoice() | ReplanJob() | PayersJob() | AbsenceRecord() | BlockedAddress() | SmsGroup():
            return item.look_at
        case _:
            return None


def attributes(item: Stored) -> dict[str, str]:
    """The key attributes that a value is written with: its own, its indexes', and when to look at it."""
    pk, sk = key_of(ref_to(item))
    keys = {"pk": pk, "sk": sk, "model": type(item).__name__}
    indexed = _INDEXED.get(type(item))
    if indexed:
        keys |= indexed(item)
    look_at = _look_at(item)
    if look_at is not None:
        keys |= {LOOK_PK: f"LOOK#{kind(type(item))}", LOOK_SK: instant(look_at)}
    return keys


def place_of(of: Collection[Any]) -> tuple[str | None, str, str, str]:
    """Where a collection lies: index (None: the table), partition, lowest and highest sort key."""
    key = of.key
    match of.name:
        case "catalogue":
            return None, kind(of.model), "", _HIGHEST
        case "appointments_of_agenda":
            return "by_first", f"AGENDA#{key[0]}", of.low, of.high + _HIGHEST
        case "appointments_of_slot":
            slot = parse_slot(key[0])
            prefix = f"{instant(slot.start)}#{instant(slot.end)}#"
            return "by_first", f"AGENDA#{slot.agenda_id}", prefix, prefix + _HIGHEST
        case "appointments_of_patient":
            return "by_second", f"PATIENT#{key[0]}#APPOINTMENTS", "", _HIGHEST
        case "days_of_practitioner":
            return None, f"PRACTITIONERDAY#{key[0]}", of.low, of.high
        case "line_of":
            return None, f"LINE#{key[0]}#{key[1]}", "", _HIGHEST
        case "rounds_of_slot":
            return None, f"SLOT#{key[0]}", "ROUND#", "ROUND#" + _HIGHEST
        case "packages_of_patient":
            return None, f"SOLDPACKAGE#{key[0]}", "", _HIGHEST
        case "patients_by_name":
            return "by_first", "PATIENTS", "", _HIGHEST
        case "billables_of_patient":
            return "by_first", f"PATIENT#{key[0]}#BILLABLES", of.low, of.high + _HIGHEST
        case "open_billables":
            return "by_third", "BILLABLES#OPEN", of.low, of.high + _HIGHEST
        case "dues":
            high = instant(datetime.fromisoformat(of.high)) if of.high else ""
            return "by_fourth", f"DUES#{key[0]}", of.low, high + _HIGHEST
        case "checkouts_of_payer":
            return "by_first", f"PAYER#{key[0]}#CHECKOUTS", "", _HIGHEST
        case "checkouts_of_intent":
            return "by_fourth", f"INTENT#{key[0]}", "", _HIGHEST
        case "open_tasks":
            return "by_first", "TASKS#OPEN", "", _HIGHEST
        case "tasks_done":
            return "by_first", "TASKS#DONE", "", _HIGHEST
        case "invoices_by_state":
            return "by_first", f"INVOICES#{key[0]}", of.low, of.high + _HIGHEST
        case "invoices_of_payer":
            return "by_second", f"PAYER#{key[0]}#INVOICES", "", _HIGHEST
        case "drafts_of_runs":
            return "by_fourth", "INVOICES#OFRUNS", "", _HIGHEST
        case "runs_by_age":
            return "by_first", "BILLINGRUNS", "", _HIGHEST
        case "payers_of_run":
            return None, f"RUN#{key[0]}", f"PAYER#{of.low}", f"PAYER#{of.high}{_HIGHEST}"
        case "payers_by_outcome":
            return "by_first", f"RUN#{key[0]}#{key[1]}", "", _HIGHEST
        case "invoices_owed":
            return "by_third", "INVOICES#OWED", of.low, of.high + _HIGHEST
        case "payments_of_invoice":
            return "by_first", f"INVOICE#{key[0]}#PAYMENTS", "", _HIGHEST
        case "payments_by_day":
            return "by_third", "PAYMENTS", of.low, of.high + _HIGHEST
        case "patients_by_birthday":
            return "by_second", f"BIRTHDAYS#{key[0]}", "", _HIGHEST
        case "vouchers_by_age":
            return "by_first", "VOUCHERS", "", _HIGHEST
        case "groups_by_age":
            return "by_first", "SMSGROUPS", "", _HIGHEST
        case "messages_of_patient":
            return "by_first", f"PATIENT#{key[0]}#MESSAGES", "", _HIGHEST
        case "messages_of_appointment":
            return "by_second", f"APPOINTMENT#{key[0]}#MESSAGES", "", _HIGHEST
        case "messages_of_batch":
            return "by_second", f"BATCH#{key[0]}#MESSAGES", "", _HIGHEST
        case "messages_of_payer":
            return "by_second", f"PAYER#{key[0]}#MESSAGES", "", _HIGHEST
        case "uses_of_month":
            return None, f"SMSMONTH#{key[0]}", "USE#", "USE#" + _HIGHEST
        case "messages_by_state":
            return "by_third", f"MESSAGES#{key[0]}", of.low, of.high + _HIGHEST
        case "patients_of_number":
            return "by_fourth", f"NUMBER#{key[0]}", "", _HIGHEST
        case "patients_of_address":
            return "by_third", f"ADDRESS#{key[0]}", "", _HIGHEST
        case "messages_by_provider_id":
            return "by_fourth", f"PROVIDER#{key[0]}", "", _HIGHEST
    raise KeyError(of.name)


MODELS: dict[str, type[Stored]] = {
    m.__name__: m
    for m in (
        *_CATALOGUE,
        Appointment,
        Patient,
        PatientDiary,
        PractitionerDay,
        ResourceDay,
        BlockedAddress,
        WaitEntry,
        Round,
        Message,
        CatchUp,
        ReplanJob,
        PayersJob,
        Billable,
        Counter,
        Invoice,
        Payment,
        PayerRecord,
        SoldPackage,
        Checkout,
        Task,
        BillingRun,
        RunPayer,
        Link,
        RequestKey,
        Settings,
        SmsGroup,
        LastReview,
        Voucher,
        VoucherCode,
        Signatures,
        SmsMonth,
        SmsUse,
        Signatures,
        Template,
        TemplateBook,
    )
}
"""Every kind that the table holds, by the name in its `model` attribute."""

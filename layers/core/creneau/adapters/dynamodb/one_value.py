"""The key of one value, and back."""

from datetime import datetime
from typing import Any

from creneau.adapters.dynamodb.spelling import instant, kind
from creneau.agenda.absence import AbsenceRecord
from creneau.agenda.catalogue import Agenda, Category, Location, Practitioner, Resource, Service
from creneau.agenda.day import PractitionerDay
from creneau.agenda.diary import PatientDiary
from creneau.agenda.line import WaitEntry
from creneau.agenda.resource_day import ResourceDay
from creneau.billing.counter import Counter
from creneau.billing.issuer import InvoiceTemplate, Issuer
from creneau.billing.package import Package, SoldPackage
from creneau.billing.run import RunPayer
from creneau.messaging.payments.replan_payers import PAYERS_JOB, PayersJob
from creneau.messaging.replan_job import REPLAN_JOB, ReplanJob
from creneau.messaging.signature import Signatures
from creneau.messaging.sms.month import SmsUse
from creneau.messaging.template import TemplateBook
from creneau.shared.link import Link
from creneau.shared.model import Stored
from creneau.shared.settings import Settings
from creneau.shared.store import Ref
from creneau.waitlist.round import Round

Key = tuple[str, str]

CATALOGUE = (
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


def key_of(ref: Ref[Any]) -> Key:
    """Partition and sort key of a value."""
    model, key = ref.model, ref.key
    if model in CATALOGUE:
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
    if model in CATALOGUE:
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

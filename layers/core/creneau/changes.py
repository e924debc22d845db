"""What a change of a stored value means: each record of the table's stream, named. Pure; what follows is in `reactions`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from creneau.agenda.absence import AbsenceRecord
from creneau.agenda.appointment import Appointment
from creneau.agenda.blocked_address import BlockedAddress
from creneau.agenda.day import PractitionerDay
from creneau.agenda.diary import PatientDiary
from creneau.billing.invoice import DocumentKind, Invoice
from creneau.billing.payer_record import PayerRecord
from creneau.billing.run import BillingRun, RunState
from creneau.messaging.group import SmsGroup
from creneau.messaging.message import Kind, Message
from creneau.messaging.payments.plan_payer_reminders import was_missed
from creneau.messaging.payments.replan_payers import PayersJob, asks_payers_anew
from creneau.messaging.replan_job import ReplanJob, asks_anew
from creneau.messaging.template import TemplateBook
from creneau.messaging.unread_offers import UNREAD
from creneau.shared.model import Stored
from creneau.shared.settings import Settings
from creneau.waitlist.round import OfferState, Round


@dataclass(frozen=True)
class Change:
    """`name` says what happened, `key` to what: the ids that a reaction needs to read the rest."""

    name: str
    key: tuple[str, ...]


def name_changes(before: Stored | None, after: Stored | None) -> list[Change]:
    """The changes between two images of one value; none when nothing that matters differs."""
    if before == after or after is None:
        return []
    match after:
        case PractitionerDay():
            return list(_of_day(before if isinstance(before, PractitionerDay) else None, after))
        case PatientDiary():
            return list(_of_diary(before if isinstance(before, PatientDiary) else None, after))
        case Round():
            return list(_of_round(before if isinstance(before, Round) else None, after))
        case Appointment():
            return [Change("AppointmentChanged", (after.id,))]
        case Message():
            return list(_of_message(before if isinstance(before, Message) else None, after))
        case BlockedAddress():
            return [Change("AddressJudged", (after.id,))]
        case Settings():
            was = before if isinstance(before, Settings) else None
            return [*_anew(was, after), *_payers_anew(was, after)]
        case TemplateBook():
            earlier = before if isinstance(before, TemplateBook) else None
            return [*_anew(earlier, after), *_payers_anew(earlier, after)]
        case PayersJob() if after.finished_at is None:
            return [Change("PayersReplanStepped", (str(after.version),))]
        case PayerRecord():
            paused = before.paused_until if isinstance(before, PayerRecord) else None
            return [Change("PayerPaused", (after.id,))] if paused != after.paused_until else []
        case Invoice() if after.is_final:
            return list(_of_invoice(before if isinstance(before, Invoice) else None, after))
        case ReplanJob() if after.finished_at is None:
            return [Change("ReplanStepped", (str(after.version),))]
        case SmsGroup() if after.is_under_way:
            return [Change("GroupGoesOn", (after.id,))]
        case BillingRun() if after.state in (RunState.PLANNING, RunState.RUNNING):
            begun = not isinstance(before, BillingRun) or before.attempt != after.attempt
            return [Change("RunBegun", (after.id,))] if begun else []
        case AbsenceRecord() if not after.marked:
            return [Change("AbsenceRecorded", (after.id,))]
    return []


def _of_message(before: Message | None, after: Message) -> Iterator[Change]:
    if after.is_scheduled:
        yield Change("MessageScheduled", (after.id,))
    moved = before is None or before.state is not after.state
    if moved and after.kind is Kind.PAYMENT_REMINDER and after.payer_key and was_missed(after):
        yield Change("ReminderMissed", (after.payer_key,))
    if moved and after.kind is Kind.OFFER and after.round_id and after.state in UNREAD:
        yield Change("OfferUnread", (after.round_id,))
    left = after.sent_at is not None and (before is None or before.sent_at is None)
    if left and after.kind is Kind.PAYMENT_REMINDER:
        yield Change("PayerReminded", (after.id,))


def _anew(before: Settings | TemplateBook | None, after: Settings | TemplateBook) -> list[Change]:
    return [Change("ReplanWanted", ())] if asks_anew(before, after) else []


def _payers_anew(before: Settings | TemplateBook | None, after: Settings | TemplateBook) -> list[Change]:
    return [Change("PayersReplanWanted", ())] if asks_payers_anew(before, after) else []


def _of_invoice(before: Invoice | None, after: Invoice) -> Iterator[Change]:
    """It was made final; what is owed of it, or when, is another than it was."""
    was = (before.balance, before.instalments) if before is not None and before.is_final else None
    if was is None:
        yield Change("InvoiceIssued", (after.id,))
    if after.kind is DocumentKind.INVOICE and was != (after.balance, after.instalments):
        yield Change("OwedChanged", (after.payer.key, after.id))


def _of_day(before: PractitionerDay | None, after: PractitionerDay) -> Iterator[Change]:
    known = {(r.slot.id, r.n): r for r in (before.releases if before else ())}
    for release in after.releases:
        old = known.get((release.slot.id, release.n))
        if release == old:
            if release.is_open and before is not None and before.availabilities != after.availabilities:
                yield Change("OpeningChanged", (after.practitioner_id, release.slot.id))
            continue
        if release.is_open:
            yield Change("PlaceReleased", (after.practitioner_id, release.slot.id))
        elif old is None or old.is_open:
            yield Change("ReleaseEnded", (release.slot.id,))


def _of_diary(before: PatientDiary | None, after: PatientDiary) -> Iterator[Change]:
    lock = before.lock if before else None
    if after.lock and after.lock.void and after.lock != lock:
        yield Change("OfferWithdrawn", (after.lock.round_id,))
    waited = {(e.appointment_id, e.waiting_since) for e in (before.engagements if before else ())}
    joined = any(e.waiting_since and (e.appointment_id, e.waiting_since) not in waited for e in after.engagements)
    freed = lock is not None and after.lock is None
    anew = before is not None and after.reachable and _reach(after) != _reach(before)
    if joined or freed or anew:
        yield Change("LineGrew", (after.patient_id,))


def _reach(diary: PatientDiary) -> tuple[bool, datetime | None]:
    return diary.reachable, diary.reachable_since


def _of_round(before: Round | None, after: Round) -> Iterator[Change]:
    known = before.offers if before else {}
    if any(key not in known for key in after.offers):
        yield Change("OffersMade", (after.id,))
    if not after.is_open and (before is None or before.is_open):
        yield Change("RoundClosed", (after.practitioner_id, after.slot.id, after.id))
    elif any(o.state is not OfferState.SENT and o != known.get(k) for k, o in after.offers.items()):
        yield Change("OfferDecided", (after.id,))

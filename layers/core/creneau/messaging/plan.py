"""Which messages are due for what has happened: planned once per occurrence, from the present state (M-01, M-18)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from creneau.agenda.appointment import Appointment, appointment_ref
from creneau.agenda.attendance import Attendance
from creneau.agenda.catalogue import patient_ref
from creneau.messaging.may_send import Facts, decided, may_send, with_verdict
from creneau.messaging.message import Channel, Kind, Message, MessageState, message_id, message_ref
from creneau.messaging.ports import Offers, OfferSeen
from creneau.shared.again import Again
from creneau.shared.model import Value
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Put, Ref, Store
from creneau.shared.time import Clock

ARRIVED = frozenset({MessageState.SENT, MessageState.DELIVERED})
MAY_HAVE_LEFT = ARRIVED | {MessageState.CLAIMED, MessageState.UNCONFIRMED, MessageState.COMPLAINED}
LOOK_BACK = 8
"""So many changes of attendance before the last are looked at for what the patient was told."""


class Planned(Value, frozen=True, kw_only=True):
    """Ids of the messages that were planned now; those that existed are not among them."""

    message_ids: tuple[str, ...] = ()


def due_kind(appointment: Appointment) -> Kind | None:
    """What the last change of an appointment asks to be told, if anything."""
    if appointment.deleted_at is not None:
        return None
    match appointment.attendance:
        case Attendance.CANCELLED_BY_PATIENT | Attendance.CANCELLED_BY_PRACTITIONER:
            return Kind.CANCELLED
        case Attendance.BOOKED:
            just_moved = appointment.moved_from is not None and appointment.attendance_at == appointment.created_at
            return Kind.MOVED if just_moved else Kind.CONFIRMED
        case _:
            return None


def earlier_of(appointment: Appointment) -> list[Ref[Message]]:
    """The messages that may have told the changes before the last one, the latest first."""
    changes = range(appointment.changes - 1, max(0, appointment.changes - LOOK_BACK) - 1, -1)
    kinds = (Kind.CONFIRMED, Kind.MOVED, Kind.CANCELLED)
    ids = (message_id(kind, Channel.EMAIL, appointment.id, str(n)) for n in changes for kind in kinds)
    return [message_ref(id) for id in ids]


def is_known(kind: Kind, earlier: Iterable[Message | None]) -> bool:
    """Whether the last that the patient was told, latest first, says the same: a correction, or a change taken back."""
    last = next((m for m in earlier if m is not None and m.state in MAY_HAVE_LEFT), None)
    return last is not None and last.state in ARRIVED and (last.kind is Kind.CANCELLED) == (kind is Kind.CANCELLED)


@dataclass(frozen=True)
class PlanAppointmentMessages:
    """Plans the email that tells an appointment's last change; none for what is past, known, or of a kind that was off."""

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(self, appointment_id: str) -> Planned:
        return self.again(lambda: self._step(appointment_id))

    def _step(self, appointment_id: str) -> Planned:
        now = self.clock()
        first = self.store.snapshot([appointment_ref(appointment_id), SETTINGS])
        appointment, settings = first.get(appointment_ref(appointment_id)), first.get(SETTINGS) or Settings()
        kind = due_kind(appointment) if appointment else None
        if appointment is None or kind is None or appointment.start <= now:
            return Planned()
        if not settings.messaging.tells(f"{kind}.{Channel.EMAIL}", appointment.attendance_at):
            return Planned()
        new_id = message_id(kind, Channel.EMAIL, appointment.id, str(appointment.changes))
        earlier = [] if kind is Kind.MOVED else earlier_of(appointment)
        patient = patient_ref(appointment.patient_id)
        second = self.store.snapshot([message_ref(new_id), patient, *earlier])
        if second.get(message_ref(new_id)) is not None or is_known(kind, map(second.get, earlier)):
            return Planned()
        message = Message(
            id=new_id,
            channel=Channel.EMAIL,
            kind=kind,
            patient_id=appointment.patient_id,
            practitioner_id=appointment.practitioner_id,
            appointment_id=appointment.id,
            round_id=appointment.offer_round_id if kind is Kind.MOVED else None,
            occurrence=str(appointment.changes),
            due_at=appointment.attendance_at,
            created_at=now,
        )
        facts = Facts(clinic=self.clinic, settings=settings, patient=second.get(patient), appointment=appointment)
        return commit_planned(self.store, [(message, facts)], now)


@dataclass(frozen=True)
class PlanOffers:
    """Plans one email for each offer of a round that nobody has answered."""

    store: Store
    clinic: Clinic
    offers: Offers
    clock: Clock
    again: Again

    def __call__(self, round_id: str) -> Planned:
        return self.again(lambda: self._step(round_id))

    def _step(self, round_id: str) -> Planned:
        now = self.clock()
        first = self.store.snapshot([self.offers.ref(round_id), SETTINGS])
        round, settings = first.get(self.offers.ref(round_id)), first.get(SETTINGS) or Settings()
        sent = self.offers.sent(round) if round else []
        if not sent:
            return Planned()
        ids = [message_id(Kind.OFFER, Channel.EMAIL, round_id, o.appointment_id) for o in sent]
        messages, appointments, patients = (
            [message_ref(i) for i in ids],
            [appointment_ref(o.appointment_id) for o in sent],
            [patient_ref(o.patient_id) for o in sent],
        )
        second = self.store.snapshot([*messages, *appointments, *patients])
        planned = [
            (
                _offer_message(id, offer, appointment, now),
                Facts(
                    clinic=self.clinic,
                    settings=settings,
                    patient=second.get(patient_ref(offer.patient_id)),
                    appointment=appointment,
                    offer=offer,
                ),
            )
            for id, offer in zip(ids, sent, strict=True)
            if second.get(message_ref(id)) is None
            for appointment in (second.get(appointment_ref(offer.appointment_id)),)
        ]
        return commit_planned(self.store, planned, now)


def _offer_message(id: str, offer: OfferSeen, appointment: Appointment | None, now: datetime) -> Message:
    return Message(
        id=id,
        channel=Channel.EMAIL,
        kind=Kind.OFFER,
        patient_id=offer.patient_id,
        practitioner_id=appointment.practitioner_id if appointment else None,
        appointment_id=offer.appointment_id,
        round_id=offer.round_id,
        occurrence=offer.appointment_id,
        due_at=offer.sent_at,
        created_at=now,
    )


def commit_planned(store: Store, planned: Iterable[tuple[Message, Facts]], now: datetime) -> Planned:
    """Each message with its first decision, put if absent, all in one write."""
    judged = []
    for message, facts in planned:
        verdict = may_send(message, facts, now)
        judged.append(with_verdict(message, verdict, decided(verdict, "plan", facts, now)))
    if judged:
        store.commit([Put(m) for m in judged])
    return Planned(message_ids=tuple(m.id for m in judged))

"""What an appointment's last change asks to be told, and whether its reader knows already (M-04, M-18)."""

from collections.abc import Iterable

from creneau.agenda.appointment import Appointment
from creneau.agenda.attendance import Attendance
from creneau.messaging.message import Channel, Kind, Message, MessageState, message_id, message_ref
from creneau.shared.store import Ref

ARRIVED = frozenset({MessageState.SENT, MessageState.DELIVERED})
MAY_HAVE_LEFT = ARRIVED | {MessageState.CLAIMED, MessageState.UNCONFIRMED, MessageState.COMPLAINED}
LOOK_BACK = 8
"""So many changes of attendance before the last are looked at for what the patient was told."""

_MAILS = {
    Kind.RECEIVED: "asked for",
    Kind.CONFIRMED: "agreed",
    Kind.MOVED: "agreed",
    Kind.REFUSED: "over",
    Kind.CANCELLED: "over",
}
"""The kinds of email that tell a change, and what each leaves its reader believing."""


def due_kind(appointment: Appointment) -> Kind | None:
    """What the last change of an appointment asks to be told, if anything."""
    if appointment.deleted_at is not None:
        return None
    match appointment.attendance:
        case Attendance.PENDING_CONFIRMATION:
            return Kind.RECEIVED
        case Attendance.CANCELLED_BY_PRACTITIONER if appointment.awaited:
            return Kind.REFUSED
        case Attendance.CANCELLED_BY_PATIENT | Attendance.CANCELLED_BY_PRACTITIONER:
            return Kind.CANCELLED
        case Attendance.BOOKED:
            return Kind.MOVED if just_moved(appointment) else Kind.CONFIRMED
        case _:
            return None


def just_moved(appointment: Appointment) -> bool:
    """Whether nothing happened to it since the move that made it."""
    return appointment.moved_from is not None and appointment.attendance_at == appointment.created_at


def mails_before(appointment: Appointment) -> list[Ref[Message]]:
    """The emails that may have told the changes before the last one, the latest first."""
    return [_ref(kind, Channel.EMAIL, appointment, n) for n in _before(appointment) for kind in _MAILS]


def texts_before(appointment: Appointment) -> list[Ref[Message]]:
    """The SMS that may have confirmed it before the last change, the latest first."""
    return [_ref(Kind.CONFIRMED, Channel.SMS, appointment, n) for n in _before(appointment)]


def is_known(kind: Kind, mails: Iterable[Message | None]) -> bool:
    """Whether the last that the patient was told, latest first, says the same: a correction, or a change taken back."""
    last = next((m for m in mails if m is not None and m.state in MAY_HAVE_LEFT), None)
    return last is not None and last.state in ARRIVED and _MAILS[last.kind] == _MAILS[kind]


def is_confirmed_by_sms(texts: Iterable[Message | None], mails: Iterable[Message | None]) -> bool:
    """Whether an SMS that may have left confirmed it, and no email since said that it is over. An SMS never goes twice
    because nobody knows what became of the first."""
    confirmed = _last(texts)
    return confirmed >= 0 and confirmed > _last(m for m in mails if m is not None and _MAILS[m.kind] == "over")


def _last(messages: Iterable[Message | None]) -> int:
    """The latest change that one of them may have told, -1: none."""
    return max((int(m.occurrence) for m in messages if m is not None and m.state in MAY_HAVE_LEFT), default=-1)


def _before(appointment: Appointment) -> Iterable[int]:
    return range(appointment.changes - 1, max(0, appointment.changes - LOOK_BACK) - 1, -1)


def _ref(kind: Kind, channel: Channel, appointment: Appointment, change: int) -> Ref[Message]:
    return message_ref(message_id(kind, channel, appointment.id, str(change)))

"""The states of an appointment, and the one table of allowed changes (A-05)."""

from enum import StrEnum


class Attendance(StrEnum):
    PENDING_CONFIRMATION = "pending_confirmation"
    BOOKED = "booked"
    ATTENDED = "attended"
    CANCELLED_BY_PATIENT = "cancelled_by_patient"
    CANCELLED_BY_PRACTITIONER = "cancelled_by_practitioner"
    PATIENT_ABSENT = "patient_absent"
    MOVED = "moved"


HOLDING = frozenset({Attendance.PENDING_CONFIRMATION, Attendance.BOOKED, Attendance.ATTENDED})
"""An appointment in one of these states holds its place."""

ACTIVE = frozenset({Attendance.PENDING_CONFIRMATION, Attendance.BOOKED})

GIVEN_UP = frozenset({Attendance.CANCELLED_BY_PATIENT, Attendance.CANCELLED_BY_PRACTITIONER, Attendance.PATIENT_ABSENT})

ALLOWED: dict[Attendance, frozenset[Attendance]] = {
    Attendance.PENDING_CONFIRMATION: frozenset(
        {
            Attendance.BOOKED,
            Attendance.CANCELLED_BY_PATIENT,
            Attendance.CANCELLED_BY_PRACTITIONER,
            Attendance.MOVED,
        }
    ),
    Attendance.BOOKED: GIVEN_UP | {Attendance.ATTENDED, Attendance.MOVED},
    Attendance.ATTENDED: frozenset({Attendance.BOOKED}),
    Attendance.CANCELLED_BY_PATIENT: (GIVEN_UP - {Attendance.CANCELLED_BY_PATIENT}) | {Attendance.BOOKED},
    Attendance.CANCELLED_BY_PRACTITIONER: (GIVEN_UP - {Attendance.CANCELLED_BY_PRACTITIONER}) | {Attendance.BOOKED},
    Attendance.PATIENT_ABSENT: (GIVEN_UP - {Attendance.PATIENT_ABSENT}) | {Attendance.BOOKED},
    Attendance.MOVED: frozenset(),
}


def is_allowed(before: Attendance, after: Attendance) -> bool:
    return after in ALLOWED[before]


def frees_the_place(before: Attendance, after: Attendance) -> bool:
    return before in HOLDING and after not in HOLDING


def releases(before: Attendance, after: Attendance) -> bool:
    """W-03, A-13: only giving up or moving a booked (or awaited) appointment releases its place."""
    return before in ACTIVE and after in GIVEN_UP | {Attendance.MOVED}

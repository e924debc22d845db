"""Who stands in the line, and that nobody stands in it for ever."""

from datetime import UTC, datetime, timedelta

import pytest

from creneau.agenda.appointment import Appointment
from creneau.agenda.attendance import Attendance
from creneau.agenda.line import entry_of

START = datetime(2027, 3, 1, 9, tzinfo=UTC)
WAITING = Appointment(
    id="apt_1",
    visit_id="vis_1",
    agenda_id="agd_1",
    practitioner_id="prc_1",
    location_id="loc_1",
    patient_id="pat_1",
    service_id="srv_1",
    start=START,
    end=START + timedelta(minutes=30),
    waiting_since=START - timedelta(days=30),
    created_at=START,
    attendance_at=START,
    changed_at=START,
)


@pytest.mark.rule("W-02")
@pytest.mark.parametrize("attendance", Attendance)
def test_only_a_booked_appointment_stands_in_the_line(attendance):
    assert (entry_of(WAITING.with_(attendance=attendance)) is not None) == (attendance is Attendance.BOOKED)


def test_the_table_forgets_an_entry_a_day_after_the_appointment():
    entry = entry_of(WAITING)
    assert entry
    assert datetime.fromtimestamp(entry.ttl, UTC) == WAITING.end + timedelta(days=1)

"""Which visits would lose their SMS to quiet hours: those of the morning after, and no others."""

from datetime import datetime, timedelta

import pytest

from creneau.agenda.catalogue import Agenda
from creneau.messaging import quiet_visits
from creneau.messaging.delay import parse_delay
from creneau.messaging.message import Channel, Kind
from creneau.messaging.quiet_visits import ShowLosingVisits
from creneau.messaging.template import Line, TemplateBook
from creneau.shared.time import from_local
from tests.support.post import CLINIC


def at(text: str) -> datetime:
    return from_local(datetime.fromisoformat(text), CLINIC.zone)


@pytest.fixture
def losing(post):
    """Reminded by SMS and by email two hours before: at 6:00, 8:00 and 12:00 of one day."""
    post.texting()
    post.patient()
    post.put(Agenda(id="agd_1", practitioner_id="prc_1", location_id="loc_1"))
    lines = (Line(id=f"tpl_{c}", kind=Kind.REMINDER, channel=c, delays=(parse_delay("2h"),)) for c in Channel)
    post.put(TemplateBook(stored=tuple(lines)))
    for hour in (8, 10, 14):
        start = at(f"2027-02-10 {hour:02}:00")
        post.appointment(f"apt_{hour:02}", start=start, end=start + timedelta(minutes=30))
    show = ShowLosingVisits(post.store, CLINIC, post.clock)
    return lambda *hours: [(lost.appointment.id, lost.reminder.channel) for lost in show(*hours).visits]


@pytest.mark.rule("M-16")
@pytest.mark.parametrize(
    ("hours", "lost"),
    [
        (("21:00", "07:00"), ["apt_08"]),
        (("21:00", "06:30"), []),
        (("21:00", "09:00"), ["apt_08", "apt_10"]),
        (("21:00", "08:30"), ["apt_08"]),
        (("11:00", "13:00"), ["apt_14"]),
        (("21:00", "21:00"), []),
    ],
)
def test_those_that_start_within_an_hour_of_the_end(losing, hours, lost):
    assert losing(*hours) == [(id, Channel.SMS) for id in lost]


@pytest.mark.rule("M-16")
def test_of_very_many_visits_some_are_looked_at(post, losing, monkeypatch):
    monkeypatch.setattr(quiet_visits, "MOST_LOOKED_AT", 2)
    shown = ShowLosingVisits(post.store, CLINIC, post.clock)("11:00", "13:00")
    assert (len(shown.visits), shown.complete) == (1, False)
    monkeypatch.setattr(quiet_visits, "MOST_LOOKED_AT", 3)
    assert ShowLosingVisits(post.store, CLINIC, post.clock)("11:00", "13:00").complete

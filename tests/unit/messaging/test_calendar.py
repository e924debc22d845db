"""The calendar file by the standard: read back by an independent reader, and looked at line by line (M-13)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from creneau.agenda.appointment import Appointment
from creneau.agenda.attendance import Attendance
from creneau.messaging.calendar import Entry, Method, calendar_file
from tests.support.calendar import event_of, method_of
from tests.support.post import CLINIC, NOW
from tests.unit.messaging.test_mime import CORPUS

ENTRY = Entry(
    summary="Rendez-vous – Cabinet du Lac",
    location="Cabinet du Lac, Rue du Lac 12, 1003 Lausanne",
    description="Avec Dr Anne Favre\nUn empêchement ? 021 555 01 23",
    name="Claire Martin",
    address="claire@mail.example",
)


def appointment(start: datetime = datetime(2027, 3, 2, 8, 30, tzinfo=UTC), **more) -> Appointment:
    given: dict[str, Any] = {
        "agenda_id": "agd_1",
        "practitioner_id": "prc_1",
        "location_id": "loc_1",
        "patient_id": "pat_1",
    }
    given |= {"id": "apt_1", "visit_id": "vis_1", "service_id": "srv_1", "created_at": NOW, "attendance_at": NOW}
    end = start + timedelta(minutes=30)
    return Appointment(**{**given, "start": start, "end": end, "changed_at": NOW, **more})


def made(entry: Entry = ENTRY, method: Method = Method.REQUEST, **more) -> bytes:
    return calendar_file(appointment(**more), entry, CLINIC, method, NOW)


def unfolded(content: bytes) -> list[str]:
    """Its content lines, by the standard's own words: a break and a blank are nothing (RFC 5545, 3.1)."""
    return content.replace(b"\r\n ", b"").decode().removesuffix("\r\n").split("\r\n")


@pytest.mark.rule("M-13")
def test_a_confirmation_asks_for_an_entry():
    content = made()
    event = event_of(content)
    assert method_of(content) == "REQUEST"
    assert event["UID"] == "vis_1@creneau"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (
        datetime(2027, 3, 2, 8, 30, tzinfo=UTC),
        datetime(2027, 3, 2, 9, 0, tzinfo=UTC),
    )
    assert (event["DTSTAMP"].dt, event["SEQUENCE"]) == (NOW, 0)
    assert (event["STATUS"], event["TRANSP"], event["CLASS"]) == ("CONFIRMED", "OPAQUE", "PRIVATE")
    assert event["ORGANIZER"] == "mailto:rendez-vous@cabinet.example"
    assert event["ORGANIZER"].params["CN"] == "Cabinet du Lac"
    assert event["ATTENDEE"] == "mailto:claire@mail.example"
    assert {k: str(v) for k, v in event["ATTENDEE"].params.items()} == {
        "CN": "Claire Martin",
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "ACCEPTED",
        "RSVP": "FALSE",
    }
    assert event["SUMMARY"] == ENTRY.summary
    assert event["LOCATION"] == ENTRY.location
    assert event["DESCRIPTION"] == ENTRY.description


@pytest.mark.rule("M-13")
def test_a_cancellation_takes_it_out():
    content = made(method=Method.CANCEL, sequence=3, attendance=Attendance.CANCELLED_BY_PATIENT)
    assert method_of(content) == "CANCEL"
    event = event_of(content)
    assert (event["STATUS"], event["TRANSP"], event["SEQUENCE"]) == ("CANCELLED", "TRANSPARENT", 3)


@pytest.mark.rule("M-13")
def test_it_has_what_the_standard_demands_each_once():
    """RFC 5546, 3.2.2 and 3.2.5; and nothing that asks clients for a zone of ours."""
    for method in Method:
        names = [line.split(":")[0].split(";")[0] for line in unfolded(made(method=method))]
        assert (names[0], names[-1]) == ("BEGIN", "END")
        for name in ("METHOD", "VERSION", "PRODID", "UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "ORGANIZER"):
            assert names.count(name) == 1
        for name in ("ATTENDEE", "SUMMARY", "STATUS"):
            assert names.count(name) == 1
        assert b"TZID" not in made(method=method)


@pytest.mark.rule("M-13")
@pytest.mark.promise(38)
@pytest.mark.parametrize(
    ("month", "day", "hour", "minute"), [(3, 28, 0, 30), (3, 28, 1, 0), (10, 31, 0, 30), (10, 31, 1, 30), (7, 1, 7, 0)]
)
def test_instants_on_days_when_the_clock_changes(month, day, hour, minute):
    start = datetime(2027, month, day, hour, minute, tzinfo=UTC)
    event = event_of(made(start=start))
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (start, start + timedelta(minutes=30))
    assert event["DTSTART"].dt.astimezone(CLINIC.zone) == start.astimezone(CLINIC.zone)


@pytest.mark.rule("M-13")
def test_an_instant_of_another_zone_is_the_same_instant():
    start = datetime(2027, 3, 2, 9, 30, tzinfo=CLINIC.zone)
    assert b"DTSTART:20270302T083000Z\r\n" in made(start=start, end=start + timedelta(minutes=30))


@pytest.mark.parametrize("text", ["é" * 300, "😀" * 120, "x" * 500, "ab é😀 " * 50])
def test_lines_are_folded_between_characters(text):
    content = made(ENTRY.with_(summary=text, description=text, name=text))
    lines = content.split(b"\r\n")
    assert lines[-1] == b""
    assert max(map(len, lines)) <= 75
    for line in lines:
        line.decode()
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    event = event_of(content)
    assert (event["SUMMARY"], event["DESCRIPTION"]) == (text[:200].rstrip(), text.strip())
    assert event["ATTENDEE"].params["CN"] == text[:200].rstrip()


@pytest.mark.parametrize(
    "hostile", [*CORPUS, 'a";X=y:z', "a\\nb\\;c", "a;b,c\\", "x\nATTENDEE:mailto:all@evil.example"]
)
def test_no_word_becomes_a_line_or_a_parameter(hostile):
    entry = ENTRY.with_(summary=hostile or "x", location=hostile, description=hostile, name=hostile)
    content = calendar_file(appointment(), entry, CLINIC.with_(name=hostile or "x"), Method.REQUEST, NOW)
    plain = [line.split(":")[0].split(";")[0] for line in unfolded(made())]
    names = [line.split(":")[0].split(";")[0] for line in unfolded(content)]
    assert [n for n in names if n not in ("LOCATION", "DESCRIPTION")] == [
        n for n in plain if n not in ("LOCATION", "DESCRIPTION")
    ]
    event = event_of(content)
    assert event["ATTENDEE"] == "mailto:claire@mail.example"
    assert set(event["ATTENDEE"].params) == {"CN", "CUTYPE", "ROLE", "PARTSTAT", "RSVP"}
    assert set(event["ORGANIZER"].params) == {"CN"}
    assert not set(content.decode()) & {"\x00", "\u202e", "\u2028"}


@pytest.mark.rule("M-13")
def test_marks_are_read_back_as_they_were_written():
    said = "Dr Favre; 2e étage, \\ gauche"
    event = event_of(made(ENTRY.with_(location=said, description=f"{said}\n{said}")))
    assert (event["LOCATION"], event["DESCRIPTION"]) == (said, f"{said}\n{said}")

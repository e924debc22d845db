"""What planning reads of templates: which there are, whether they are on, and how long before or after a visit."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from creneau.messaging.delay import Delay, Unit, parse_delay
from creneau.messaging.message import Channel, Kind
from creneau.messaging.template import BY_HAND, CANNOT_BE_OFF, CUSTOM, SYSTEM, VARIANTS, Line, TemplateBook
from creneau.messaging.wording.shipped import shipped
from creneau.messaging.wording.wording import faults_in
from creneau.shared.settings import LANGUAGES, OFF_AT_FIRST, MessagingSettings

ZURICH = ZoneInfo("Europe/Zurich")
OWN = Line(id="tpl_1", kind=Kind.REMINDER, channel=Channel.SMS, delays=(Delay(number=2, unit=Unit.HOURS),), wording=1)


@pytest.mark.parametrize(
    ("code", "delay"),
    [
        ("1d", Delay(number=1, unit=Unit.DAYS)),
        ("48h", Delay(number=48, unit=Unit.HOURS)),
        ("30m", Delay(number=30, unit=Unit.MINUTES)),
        ("2mo", Delay(number=2, unit=Unit.MONTHS)),
    ],
)
def test_a_delay_and_its_code(code, delay):
    assert (delay.code, parse_delay(code)) == (code, delay)


@pytest.mark.parametrize("code", ["", "d", "0d", "-1d", "1w", "1.5h", "1d ", "01d", "1D"])
def test_what_is_no_delay(code):
    with pytest.raises(ValueError, match="is no delay"):
        parse_delay(code)


@pytest.mark.rule("M-03")
@pytest.mark.promise(38)
@pytest.mark.parametrize(
    ("code", "start", "due"),
    [
        ("1d", "2027-03-29T07:00", "2027-03-28T07:00"),  # 09:00 summer time, the day after the change
        ("1d", "2027-03-28T07:00", "2027-03-27T08:00"),  # 09:00 on the day of the change
        ("24h", "2027-03-28T07:00", "2027-03-27T07:00"),  # elapsed
        ("1d", "2027-10-31T08:00", "2027-10-30T07:00"),
        ("30m", "2027-03-28T01:15", "2027-03-28T00:45"),
        ("1mo", "2027-03-31T07:00", "2027-02-28T08:00"),
        ("2mo", "2027-04-30T07:00", "2027-02-28T08:00"),
        ("1d", "2027-03-29T00:30", "2027-03-28T01:00"),  # 02:30 did not exist: the first instant after it
    ],
)
def test_days_and_months_by_the_clock_hours_and_minutes_elapsed(code, start, due):
    at = datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert parse_delay(code).before(at, ZURICH) == datetime.fromisoformat(due).replace(tzinfo=UTC)


@pytest.mark.rule("M-19")
def test_after_a_visit():
    end = datetime(2027, 3, 27, 8, 0, tzinfo=UTC)
    assert parse_delay("1d").after(end, ZURICH) == datetime(2027, 3, 28, 7, 0, tzinfo=UTC)
    assert parse_delay("24h").after(end, ZURICH) == datetime(2027, 3, 28, 8, 0, tzinfo=UTC)


@pytest.mark.rule("M-08")
def test_a_new_clinic_has_one_system_template_per_kind_and_channel():
    lines = list(TemplateBook().lines(MessagingSettings()))
    assert [line.id for line in lines] == list(SYSTEM)
    assert {(line.kind, line.channel) for line in lines} == {tuple(id.split(".")) for id in SYSTEM}
    assert {line.kind for line in lines} == set(Kind)
    assert {line.id for line in lines if not line.active} == set(OFF_AT_FIRST)
    assert {line.id: line.delays[0].code for line in lines if line.delays} == {
        "reminder.email": "1d",
        "reminder.sms": "1d",
        "review.email": "1d",
    }


def test_the_tables_name_what_there_is():
    assert {*OFF_AT_FIRST, *CUSTOM, *BY_HAND, *CANNOT_BE_OFF, *VARIANTS} <= set(SYSTEM)
    assert CANNOT_BE_OFF.isdisjoint(OFF_AT_FIRST)


@pytest.mark.rule("M-08", "M-11")
@pytest.mark.parametrize("id", list(SYSTEM))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_system_template_is_shipped_without_fault(id, language):
    kind, channel = Kind(id.split(".")[0]), Channel(id.split(".")[1])
    for variant in ("", *VARIANTS.get(id, ())):
        assert faults_in(shipped(kind, channel, language, variant), kind, channel) == []


@pytest.mark.rule("M-08")
def test_own_templates_stand_beside_the_system_ones():
    edited = Line(id="reminder.sms", kind=Kind.REMINDER, channel=Channel.SMS, active=False, wording=3)
    book = TemplateBook(stored=(OWN, edited))
    on, off = MessagingSettings(off=()), MessagingSettings()
    assert [line.id for line in book.lines(on, Kind.REMINDER, Channel.SMS)] == ["reminder.sms", "tpl_1"]
    found = book.line("reminder.sms", on)
    assert found is not None
    assert (found.active, found.wording, [d.code for d in found.delays]) == (True, 3, ["1d"])
    assert book.line("tpl_1", off) == OWN
    assert book.line("tpl_2", off) is None
    assert book.without("tpl_1").line("tpl_1", on) is None


@pytest.mark.rule("M-08", "M-18")
def test_what_is_on_again_tells_what_happens_from_then_on():
    then, before = datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)
    settings = MessagingSettings(off=("moved.email",)).turned((), then)
    for line in (TemplateBook().line("moved.email", settings), OWN.with_(since=then)):
        assert line is not None
        assert [line.tells(at) for at in (before, then)] == [False, True]
        assert not line.with_(active=False).tells(then)

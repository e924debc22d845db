"""May it leave? Each reason against, in its order."""

from datetime import timedelta

import pytest

from creneau.agenda.appointment import Appointment
from creneau.agenda.attendance import Attendance
from creneau.agenda.catalogue import Patient
from creneau.messaging.delay import parse_delay
from creneau.messaging.may_send import TELLS, may_send
from creneau.messaging.message import Channel, Kind, Message, MessageState
from creneau.messaging.ports import OfferSeen
from creneau.messaging.template import Line, TemplateBook
from creneau.messaging.verdict import Defer, Facts, Reason, Send, Suppress, decided
from creneau.shared.settings import Look, MessagingSettings, Settings
from creneau.shared.time import after_days
from tests.support.post import CLINIC, NOW

PATIENT = Patient(
    id="pat_1",
    first_name="Claire",
    last_name="Martin",
    email="claire@mail.example",
    consents={"birthday": NOW, "group_sms": NOW},
)
APPOINTMENT = Appointment(
    id="apt_1",
    visit_id="vis_1",
    agenda_id="agd_1",
    practitioner_id="prc_1",
    location_id="loc_1",
    patient_id="pat_1",
    service_id="srv_1",
    start=NOW + timedelta(days=60),
    end=NOW + timedelta(days=60, minutes=30),
    created_at=NOW,
    attendance_at=NOW,
    changed_at=NOW,
)
OFFER = OfferSeen(
    round_id="r",
    appointment_id="apt_1",
    patient_id="pat_1",
    start=NOW + timedelta(days=20),
    end=NOW + timedelta(days=20, minutes=30),
    sent_at=NOW,
    expires_at=NOW + timedelta(days=15),
    state="sent",
)


def message(kind=Kind.CONFIRMED, occurrence="0", **more) -> Message:
    return Message(
        id="m", channel=Channel.EMAIL, kind=kind, patient_id="pat_1", occurrence=occurrence, created_at=NOW, due_at=NOW
    ).with_(**more)


def facts(patient=PATIENT, appointment=APPOINTMENT, offer=None, book=None, **messaging) -> Facts:
    settings = Settings(messaging=MessagingSettings(**({"off": ()} | messaging)))
    return Facts(
        clinic=CLINIC,
        settings=settings,
        book=book or TemplateBook(),
        patient=patient,
        appointment=appointment,
        offer=offer,
    )


@pytest.mark.rule("M-08", "M-09")
def test_a_template_of_the_clinics_own_goes_while_it_is_there_and_on():
    own = Line(id="tpl_1", kind=Kind.REMINDER, channel=Channel.EMAIL, delays=(parse_delay("48h"),))
    told = message(Kind.REMINDER, "tpl_1-48h", template_id="tpl_1")
    off = ("reminder.email",)  # the system one, which it is not
    assert may_send(told, facts(book=TemplateBook(stored=(own,)), off=off), NOW) == Send()
    for book in (TemplateBook(stored=(own.with_(active=False),)), TemplateBook()):
        assert may_send(told, facts(book=book), NOW) == Suppress(Reason.TEMPLATE_OFF, "M-09")


def offer(**more) -> Facts:
    return facts(offer=OFFER.with_(**more))


@pytest.mark.rule("M-09")
@pytest.mark.parametrize("kind", list(Kind))
def test_what_is_true_is_sent(kind):
    told = APPOINTMENT.with_(attendance=min(TELLS.get(kind, {Attendance.BOOKED})))
    known = facts(appointment=told, offer=OFFER)
    known = known.with_(settings=known.settings.with_(look=Look(review_url="https://reviews.example/lac")))
    asked = {"due_at": NOW - timedelta(days=1)} if kind is Kind.REVIEW else {}
    now = told.end + timedelta(days=1) if kind is Kind.REVIEW else NOW
    assert may_send(message(kind, **asked), known, now) == Send()


GONE = APPOINTMENT.with_(deleted_at=NOW)


@pytest.mark.rule("M-09")
@pytest.mark.promise(12)
@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (facts(patient=None), Reason.NO_PATIENT),
        (facts(patient=PATIENT.with_(erased=True)), Reason.ERASED),
        (facts(patient=PATIENT.with_(deceased=True)), Reason.DECEASED),
        (facts(patient=PATIENT.with_(email=None)), Reason.NO_EMAIL),
        (facts(patient=PATIENT.with_(email="claire@mail.example\r\nBcc: all@x.example")), Reason.MALFORMED),
        (facts(patient=PATIENT.with_(email_blocked=True)), Reason.BLOCKED),
        (facts(appointment=None), Reason.NO_APPOINTMENT),
        (facts(appointment=GONE), Reason.NO_APPOINTMENT),
        (facts(appointment=APPOINTMENT.with_(start=NOW)), Reason.STARTED),
        (facts(off=("confirmed.email",)), Reason.KIND_OFF),
    ],
)
def test_what_is_no_longer_true_is_not(given, reason):
    verdict = may_send(message(), given, NOW)
    assert isinstance(verdict, Suppress)
    assert verdict.reason is reason


@pytest.mark.promise(15)
@pytest.mark.parametrize("attendance", [a for a in Attendance if a is not Attendance.BOOKED])
def test_nothing_is_confirmed_that_is_not_booked(attendance):
    other = facts(appointment=APPOINTMENT.with_(attendance=attendance), offer=OFFER)
    for kind in (Kind.CONFIRMED, Kind.MOVED, Kind.OFFER):
        assert may_send(message(kind), other, NOW) == Suppress(Reason.OTHER_STATE, "M-09")


@pytest.mark.rule("M-18")
def test_only_the_final_state_is_told():
    again = facts(appointment=APPOINTMENT.with_(changes=2))
    assert may_send(message(occurrence="0"), again, NOW) == Suppress(Reason.OVERTAKEN, "M-18")
    assert may_send(message(occurrence="2"), again, NOW) == Send()


@pytest.mark.rule("M-08", "M-09")
def test_a_review_goes_by_the_present_delay_of_its_template():
    line = Line(id="tpl_1", kind=Kind.REVIEW, channel=Channel.EMAIL, delays=(parse_delay("30d"),))
    visit = APPOINTMENT.with_(attendance=Attendance.ATTENDED)
    known = facts(book=TemplateBook(stored=(line,)), appointment=visit)
    known = known.with_(settings=known.settings.with_(look=Look(review_url="https://reviews.example/lac")))
    due, later = after_days(visit.end, 1, CLINIC.zone), after_days(visit.end, 30, CLINIC.zone)
    asked = message(Kind.REVIEW, "tpl_1-1d", template_id="tpl_1", due_at=due)
    assert may_send(asked, known, due) == Defer(later, Reason.OTHER_DELAY, "M-09")
    assert may_send(asked, known, later) == Send()
    assert may_send(asked, known, later + timedelta(days=8)) == Suppress(Reason.MISSED, "M-17")


@pytest.mark.rule("W-09")
def test_an_offer_is_sent_until_the_instant_it_can_no_longer_be_answered():
    last = OFFER.expires_at - timedelta(milliseconds=1)
    assert may_send(message(Kind.OFFER, "apt_1"), offer(), last) == Send()
    assert may_send(message(Kind.OFFER, "apt_1"), offer(), OFFER.expires_at) == Suppress(Reason.OFFER_EXPIRED, "W-09")


@pytest.mark.rule("M-09")
@pytest.mark.parametrize("state", ["accepted", "declined", "superseded", "withdrawn", "expired", "bounced"])
def test_a_decided_offer_is_not_sent(state):
    verdict = may_send(message(Kind.OFFER, "apt_1"), offer(state=state), NOW)
    assert verdict == Suppress(Reason.OFFER_DECIDED, "W-08")


def test_an_offer_that_nobody_knows_is_not_sent():
    assert may_send(message(Kind.OFFER, "apt_1"), facts(), NOW) == Suppress(Reason.NO_OFFER, "M-09")


@pytest.mark.rule("M-20")
def test_a_pause_holds_everything_and_decides_nothing():
    held = may_send(message(), facts(patient=PATIENT.with_(erased=True), paused=True), NOW)
    assert isinstance(held, Defer)
    assert held.reason is Reason.PAUSED
    assert held.until > NOW


def test_not_before_it_is_due():
    later = message(due_at=NOW + timedelta(hours=1))
    assert may_send(later, facts(), NOW) == Defer(NOW + timedelta(hours=1), Reason.NOT_DUE, "M-01")
    put_off = message(not_before=NOW + timedelta(minutes=2))
    assert may_send(put_off, facts(), NOW) == Defer(NOW + timedelta(minutes=2), Reason.NOT_DUE, "M-01")


@pytest.mark.rule("M-02")
@pytest.mark.parametrize("state", [s for s in MessageState if s is not MessageState.SCHEDULED])
def test_only_a_scheduled_message_is_sent(state):
    assert may_send(message(state=state), facts(), NOW) == Suppress(Reason.CANCELLED, "M-02")


@pytest.mark.rule("M-01")
def test_the_decision_is_kept_with_its_rule_and_facts_and_without_names():
    given = offer(state="superseded")
    told = decided(may_send(message(Kind.OFFER, "apt_1"), given, NOW), "hand_over", given, NOW)
    assert (told.verdict, told.rule, told.facts["reason"]) == ("suppress", "W-08", "offer_no_longer_open")
    assert told.facts["offer"] == "superseded"
    assert not any(word in str(told) for word in ("Claire", "Martin", "mail.example"))

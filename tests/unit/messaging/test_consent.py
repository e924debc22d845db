"""What goes to many: only to who agreed, and never on a day that rests (M-14, M-15, M-19)."""

from datetime import timedelta

import pytest

from creneau.agenda.catalogue import Patient
from creneau.messaging.group import GroupFilter, GroupState, SmsGroup
from creneau.messaging.may_send import may_send
from creneau.messaging.message import Channel, Kind, Message, Recipient
from creneau.messaging.verdict import Defer, Facts, Reason, Send, Suppress
from creneau.shared.settings import Look, MessagingSettings, Settings, SmsSettings
from tests.support.post import CLINIC
from tests.support.world import at

MONDAY = at("2026-03-02 10:00")
SUNDAY = at("2026-03-08 10:00")
EASTER = at("2026-04-03 10:00")  # Good Friday; then Saturday
PATIENT = Patient(
    id="pat_1", first_name="Claire", last_name="Martin", phone="+41791234567", email="claire@mail.example"
)


def sms(kind: Kind = Kind.CUSTOM, due=MONDAY, **more) -> Message:
    return Message(
        id="m", channel=Channel.SMS, kind=kind, patient_id="pat_1", occurrence="g", created_at=due, due_at=due
    ).with_(**more)


def group(due=MONDAY) -> Message:
    return sms(due=due, batch_id="g")


def facts(*consents: str, refused: tuple[str, ...] = (), **more) -> Facts:
    patient = PATIENT.with_(consents=dict.fromkeys(consents, MONDAY), refusals=dict.fromkeys(refused, MONDAY))
    settings = Settings(
        sms=SmsSettings(enabled=True, custom_module=True, countries=("CH",)),
        messaging=MessagingSettings(off=()),
        look=Look(review_url="https://reviews.example/lac"),
    )
    return Facts(clinic=CLINIC, settings=settings, patient=patient, appointment=None).with_(**more)


@pytest.mark.rule("M-14")
class TestConsent:
    def test_a_group_needs_it(self):
        assert may_send(group(), facts("group_sms"), MONDAY) == Send()
        assert may_send(group(), facts(), MONDAY) == Suppress(Reason.NO_CONSENT, "M-14")
        assert may_send(group(), facts("birthday"), MONDAY) == Suppress(Reason.NO_CONSENT, "M-14")
        assert may_send(group(), facts(refused=("group_sms",)), MONDAY) == Suppress(Reason.NO_CONSENT, "M-14")

    def test_one_patients_own_matter_needs_none(self):
        assert may_send(sms(), facts(refused=("group_sms",)), MONDAY) == Send()

    @pytest.mark.rule("M-15")
    def test_a_birthday_needs_its_own(self):
        assert may_send(sms(Kind.BIRTHDAY), facts("birthday"), MONDAY) == Send()
        assert may_send(sms(Kind.BIRTHDAY), facts("group_sms"), MONDAY) == Suppress(Reason.NO_CONSENT, "M-14")

    def test_it_is_asked_again_when_it_leaves(self):
        """Opted out between planning and hand-over."""
        planned = group(due=at("2026-03-03 10:00"))
        assert isinstance(may_send(planned, facts("group_sms"), MONDAY), Defer)
        later = at("2026-03-03 10:00")
        assert may_send(planned, facts(refused=("group_sms",)), later) == Suppress(Reason.NO_CONSENT, "M-14")


@pytest.mark.rule("M-14")
class TestDaysThatRest:
    def test_nothing_to_many_leaves_on_a_sunday(self):
        monday = Defer(at("2026-03-09 10:00"), Reason.REST_DAY, "M-14")
        assert may_send(group(due=SUNDAY), facts("group_sms"), SUNDAY) == monday
        assert may_send(sms(Kind.BIRTHDAY, due=SUNDAY), facts("birthday"), SUNDAY) == monday

    def test_nor_on_a_public_holiday_of_the_country(self):
        verdict = may_send(group(due=EASTER), facts("group_sms"), EASTER)
        assert verdict == Defer(at("2026-04-04 10:00"), Reason.REST_DAY, "M-14")
        elsewhere = facts("group_sms", clinic=CLINIC.with_(country="BE"))
        assert may_send(group(due=EASTER), elsewhere, EASTER) == Send()

    def test_the_plan_says_so_beforehand(self):
        verdict = may_send(group(due=SUNDAY), facts("group_sms"), MONDAY)
        assert verdict == Defer(at("2026-03-09 10:00"), Reason.REST_DAY, "M-14")

    def test_what_was_held_up_until_a_sunday_waits_on(self):
        held = group(due=at("2026-03-07 22:00")).with_(not_before=SUNDAY)
        assert may_send(held, facts("group_sms"), SUNDAY) == Defer(at("2026-03-09 10:00"), Reason.REST_DAY, "M-14")

    def test_one_patients_own_matter_leaves_any_day(self):
        assert may_send(sms(due=SUNDAY), facts(), SUNDAY) == Send()


@pytest.mark.rule("M-15")
def test_a_birthday_is_wished_while_it_still_is_one():
    birthday, known = sms(Kind.BIRTHDAY, due=MONDAY), facts("birthday", clinic=CLINIC.with_(country="BE"))
    too_late = Suppress(Reason.PAST_ITS_DAY, "M-15")
    assert may_send(birthday, known, MONDAY + timedelta(days=3, minutes=1)) == too_late


@pytest.mark.rule("M-14")
@pytest.mark.rule("M-02")
@pytest.mark.parametrize("state", [GroupState.CANCELLING, GroupState.CANCELLED])
def test_nothing_leaves_of_a_group_that_was_taken_back(state):
    whole = SmsGroup(id="g", filter=GroupFilter(), due_at=MONDAY, created_at=MONDAY)
    assert may_send(group(), facts("group_sms", group=whole), MONDAY) == Send()
    gone = facts("group_sms", group=whole.with_(state=state))
    assert may_send(group(), gone, MONDAY) == Suppress(Reason.GROUP_CANCELLED, "M-02")


@pytest.mark.rule("M-14")
@pytest.mark.parametrize(
    ("phone", "reason"),
    [
        (None, Reason.NO_PHONE),
        ("12", Reason.NUMBER_MALFORMED),
        ("+41215550123", Reason.NO_MOBILE),
        ("+12125550123", Reason.COUNTRY),
    ],
)
def test_a_number_that_no_sms_reaches(phone, reason):
    assert may_send(sms(), facts(patient=PATIENT.with_(phone=phone)), MONDAY) == Suppress(reason, "M-01")


@pytest.mark.rule("M-19")
class TestVouchers:
    def voucher(self, expires_on: str) -> Message:
        return sms(
            Kind.VOUCHER,
            channel=Channel.EMAIL,
            patient_id=None,
            recipient=Recipient.ADDRESS,
            address="paul@mail.example",
            given={"expires_on": expires_on},
        )

    def test_it_leaves_until_its_last_day(self):
        assert may_send(self.voucher("2026-03-02"), facts(patient=None), MONDAY) == Send()
        expired = Suppress(Reason.VOUCHER_EXPIRED, "M-19")
        assert may_send(self.voucher("2026-03-01"), facts(patient=None), MONDAY) == expired

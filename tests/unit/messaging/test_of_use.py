"""After an outage: what is of use still goes once, one an hour; what is stale does not go."""

from datetime import datetime, timedelta

import pytest

from creneau.messaging.delay import parse_delay
from creneau.messaging.message import Channel, Kind, Message, MessageState, message_id
from creneau.messaging.of_use import CatchUp, catch_up_ref, is_late
from creneau.messaging.ports import QuotaReached, Throttled, Unknown
from creneau.messaging.template import Line, TemplateBook
from creneau.shared.settings import Settings
from creneau.shared.time import from_local
from tests.support.post import CLINIC


def at(text: str) -> datetime:
    return from_local(datetime.fromisoformat(text), CLINIC.zone)


def own(*delays: str, channel: Channel = Channel.EMAIL) -> TemplateBook:
    given = tuple(parse_delay(code) for code in delays)
    return TemplateBook(stored=(Line(id="tpl_own", kind=Kind.REMINDER, channel=channel, delays=given),))


@pytest.fixture
def visit(post):
    """On the first of April, 15:00, reminded by email a day before."""
    post.texting(custom_module=True)
    post.settings(off=("reminder.sms",))
    post.patient(phone="+41791234567")
    post.appointment()
    return post


def states(post) -> dict[str, str]:
    return {m.id: m.why[-1].facts.get("reason", m.state) for m in post.messages()}


def text(post, kind: Kind, due: datetime, occurrence: str = "0") -> str:
    id = message_id(kind, Channel.SMS, "pat_1", occurrence)
    message = Message(
        id=id,
        channel=Channel.SMS,
        kind=kind,
        patient_id="pat_1",
        occurrence=occurrence,
        due_at=due,
        created_at=post.now,
    )
    post.put(message.waiting())
    return id


@pytest.mark.rule("M-17")
def test_a_late_reminder_that_is_of_use_still_is_sent_once(visit):
    visit.remind("apt_1")
    visit.now = at("2027-04-01 08:00")
    visit.until(visit.now)
    assert len(visit.mailer.sent) == 1
    visit.until(at("2027-04-02 08:00"))
    assert len(visit.mailer.sent) == 1


@pytest.mark.rule("M-17")
def test_of_several_that_were_missed_only_the_last_is(visit):
    visit.settings(off=("reminder.email", "reminder.sms"))
    visit.put(own("7d", "2d", "1d", "1h"))
    visit.remind("apt_1")
    visit.now = at("2027-04-01 08:00")
    visit.until(visit.now)
    told = states(visit)
    assert [told[f"reminder.email.apt_1.tpl_own-{code}"] for code in ("7d", "2d", "1d", "1h")] == [
        "missed",
        "missed",
        MessageState.SENT,
        MessageState.SCHEDULED,
    ]
    assert visit.message("reminder.email.apt_1.tpl_own-7d").why[-1].rule == "M-17"


@pytest.mark.rule("M-17")
def test_a_later_one_of_the_other_channel_does_not_replace_it(visit):
    visit.put(own("2h", channel=Channel.SMS))
    visit.remind("apt_1")
    visit.now = at("2027-04-01 13:10")
    visit.until(visit.now)
    assert (len(visit.mailer.sent), len(visit.texter.sent)) == (1, 1)


@pytest.mark.rule("M-17")
def test_a_patient_gets_one_message_an_hour_of_what_was_held_up(visit):
    for number in range(2, 5):
        visit.appointment(
            f"apt_{number}", start=at(f"2027-04-01 {10 + number}:30"), end=at(f"2027-04-01 {11 + number}:00")
        )
    for number in range(1, 5):
        visit.remind(f"apt_{number}")
    visit.now = at("2027-04-01 08:00")
    sent: list = []
    for minute in range(5 * 60):
        visit.until(at("2027-04-01 08:00") + timedelta(minutes=minute))
        sent += [minute] * (len(visit.mailer.sent) - len(sent))
    assert sent == [0, 60, 120, 180]


@pytest.mark.rule("M-17")
def test_other_patients_do_not_wait_for_it_and_what_is_in_time_neither(visit):
    visit.patient("pat_2")
    visit.appointment("apt_2", "pat_2", start=at("2027-04-01 15:30"), end=at("2027-04-01 16:00"))
    visit.appointment("apt_3", start=at("2027-04-02 08:10"), end=at("2027-04-02 08:30"))
    for number in (1, 2, 3):
        visit.remind(f"apt_{number}")
    visit.now = at("2027-04-01 08:00")
    visit.until(at("2027-04-01 08:15"))
    assert len(visit.mailer.sent) == 3
    assert visit.message("reminder.email.apt_3.system-1d").sent_at == at("2027-04-01 08:10")


@pytest.mark.rule("M-17")
def test_what_would_wait_until_its_visit_is_missed(visit):
    """Two visits within the hour, both reminded late: the second reminder would come when the visit has begun."""
    visit.appointment("apt_2", start=at("2027-04-01 15:30"), end=at("2027-04-01 16:00"))
    visit.remind("apt_1")
    visit.remind("apt_2")
    visit.now = at("2027-04-01 14:45")
    visit.until(visit.now)
    assert sorted(states(visit).values()) == ["missed", MessageState.SENT]


@pytest.mark.rule("M-17")
@pytest.mark.parametrize(("late", "counts"), [(30, False), (31, True)])
def test_half_an_hour_is_not_late(visit, late, counts):
    visit.remind("apt_1")
    visit.now = at("2027-03-31 15:00") + timedelta(minutes=late)
    visit.until(visit.now)
    caught_up = visit.store.get(catch_up_ref("pat_1"))
    assert (caught_up is not None) is counts
    assert len(visit.mailer.sent) == 1


@pytest.mark.rule("M-17")
def test_two_late_ones_claimed_at_once_do_not_both_leave(visit):
    visit.appointment("apt_2", start=at("2027-04-01 17:00"), end=at("2027-04-01 17:30"))
    visit.remind("apt_1")
    visit.remind("apt_2")
    visit.now = at("2027-04-01 08:00")
    visit.meanwhile(lambda: visit.deliver("reminder.email.apt_2.system-1d"))
    assert visit.deliver("reminder.email.apt_1.system-1d").outcome == "deferred"
    assert len(visit.mailer.sent) == 1
    waits = visit.message("reminder.email.apt_1.system-1d")
    assert (waits.not_before, waits.why[-1].rule) == (at("2027-04-01 09:00"), "M-17")


@pytest.mark.rule("M-10", "M-17")
@pytest.mark.promise(14)
def test_a_late_one_whose_call_was_refused_does_not_wait_for_itself(visit):
    visit.remind("apt_1")
    visit.now = at("2027-04-01 14:20")
    visit.mailer.faults = [Throttled("TooManyRequestsException")] * 3
    visit.until(at("2027-04-01 14:22"))
    assert visit.message("reminder.email.apt_1.system-1d").state is MessageState.SENT


@pytest.mark.rule("M-10", "M-17")
def test_while_it_is_tried_again_it_keeps_the_others_waiting(visit):
    visit.appointment("apt_2", start=at("2027-04-01 17:00"), end=at("2027-04-01 17:30"))
    visit.remind("apt_1")
    visit.remind("apt_2")
    visit.now = at("2027-04-01 08:00")
    visit.mailer.faults = [Throttled("TooManyRequestsException")]
    visit.deliver("reminder.email.apt_1.system-1d")
    visit.deliver("reminder.email.apt_2.system-1d")
    assert visit.message("reminder.email.apt_2.system-1d").not_before == at("2027-04-01 09:00")


@pytest.mark.rule("M-10", "M-17")
def test_a_late_one_of_which_nobody_learnt_goes_once_more(visit):
    visit.remind("apt_1")
    visit.now = at("2027-04-01 14:20")
    visit.mailer.lost = [Unknown("ReadTimeoutError")]
    visit.deliver("reminder.email.apt_1.system-1d")
    visit.wait(timedelta(minutes=11))
    visit.sweep()
    visit.rest()
    assert visit.message("reminder.email.apt_1.system-1d").state is MessageState.SENT


@pytest.mark.rule("M-17", "W-09")
def test_an_offer_that_can_be_answered_no_longer_by_its_turn_is_missed_at_once(post):
    round_id = post.offer()
    post.plan_offers(round_id)
    (offer,) = [m for m in post.messages() if m.kind is Kind.OFFER]
    post.now += timedelta(days=15) - timedelta(minutes=50)
    post.put(CatchUp(id="pat_1", message_id="confirmed.email.apt_9.0", at=post.now, ttl=0))
    post.wait(timedelta(minutes=1))
    post.deliver(offer.id)
    found = post.message(offer.id)
    assert (found.state, found.why[-1].facts["reason"]) == (MessageState.SUPPRESSED, "missed")


@pytest.mark.rule("M-17")
def test_an_sms_for_a_day_that_was_put_off_is_not_sent_on_the_next(visit):
    id = text(visit, Kind.CUSTOM, at("2027-03-31 10:00"))
    visit.now = at("2027-03-31 10:00")
    visit.texter.faults = [QuotaReached("quota")] * 8
    visit.until(at("2027-04-01 16:00"))
    assert states(visit)[id] == "missed"


@pytest.mark.rule("M-17")
def test_the_night_is_no_outage(visit):
    visit.settings(off=("reminder.email",))
    visit.appointment("apt_2", start=at("2027-04-03 07:00"), end=at("2027-04-03 07:30"))
    visit.appointment("apt_3", start=at("2027-04-03 07:30"), end=at("2027-04-03 08:00"))
    visit.put(own("2d", channel=Channel.SMS))
    visit.remind("apt_2")
    visit.remind("apt_3")
    visit.until(at("2027-04-01 08:00"))
    assert len(visit.texter.sent) == 2
    assert visit.store.get(catch_up_ref("pat_1")) is None


@pytest.mark.rule("M-17")
@pytest.mark.parametrize(("now", "sent"), [("2027-03-31 20:30", True), ("2027-04-01 09:00", False)])
def test_an_sms_for_a_day_is_not_sent_on_the_next(visit, now, sent):
    id = text(visit, Kind.CUSTOM, at("2027-03-31 10:00"))
    visit.now = at(now)
    visit.until(visit.now)
    assert states(visit)[id] == (MessageState.SENT if sent else "missed")


@pytest.mark.rule("M-16", "M-17")
def test_one_that_waits_for_the_morning_is_of_that_day(visit):
    id = text(visit, Kind.CUSTOM, at("2027-03-31 22:00"))
    visit.until(at("2027-04-01 08:00"))
    assert states(visit)[id] == MessageState.SENT


@pytest.mark.rule("M-14", "M-17")
def test_a_sunday_is_no_outage(visit):
    to_many = visit.message(text(visit, Kind.CUSTOM, at("2027-02-07 10:00"))).with_(batch_id="grp_1")
    assert not is_late(to_many, Settings(), CLINIC, at("2027-02-08 10:30"))
    assert is_late(to_many, Settings(), CLINIC, at("2027-02-08 10:31"))


@pytest.mark.rule("M-17")
def test_what_tells_a_change_is_of_use_until_the_visit(visit):
    visit.plan("apt_1")
    visit.now = at("2027-03-20 10:00")
    visit.until(visit.now)
    assert len(visit.mailer.sent) == 1
    assert isinstance(visit.store.get(catch_up_ref("pat_1")), CatchUp)


@pytest.mark.rule("M-17", "M-20")
def test_after_a_pause_too(visit):
    visit.remind("apt_1")
    visit.settings(paused=True)
    visit.now = at("2027-04-01 13:00")
    visit.deliver("reminder.email.apt_1.system-1d")
    visit.settings(paused=False)
    visit.until(at("2027-04-01 14:00"))
    assert len(visit.mailer.sent) == 1
    assert visit.store.get(catch_up_ref("pat_1")) is not None

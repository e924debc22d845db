"""What was planned for somebody who then refused it, or told the carrier to stop, never leaves (promise 23)."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest

from creneau.agenda.blocked_address import address_key
from creneau.agenda.catalogue import Consent, practitioner_ref
from creneau.agenda.consent import ChangeConsent
from creneau.agenda.mark_address import MarkAddress
from creneau.messaging.birthday import PlanBirthdays
from creneau.messaging.custom import Words
from creneau.messaging.group import GroupFilter
from creneau.messaging.message import Channel, MessageState
from creneau.messaging.opt_out import OptOut
from creneau.messaging.send_group import Asked, SendToGroup, SortOut, WalkGroup
from creneau.messaging.sms.opt_outs import ReadOptOuts
from creneau.shared.actor import SYSTEM
from creneau.shared.again import Again
from tests.support.post import Post

pytestmark = [pytest.mark.rule("M-09", "M-14"), pytest.mark.promise(23)]

NUMBER = "+41791234567"
AGAIN = Again(pause=lambda _: None, dice=lambda: 0.5)


@pytest.fixture
def post(post: Post) -> Post:
    """Nine o'clock in Zurich, a Monday; the patient's birthday, who agreed to all."""
    post.now -= timedelta(hours=1)
    post.texting(custom_module=True)
    consents = {consent.value: post.now - timedelta(days=9) for consent in Consent}
    post.patient(phone=NUMBER, consents=consents, born_on=date(1980, 2, 1))
    return post


def reminder(post: Post) -> None:
    post.appointment(created_at=post.now)
    post.remind("apt_1")


def birthday(post: Post) -> None:
    PlanBirthdays(post.store, post.clinic, post.clock, AGAIN)()


def group(post: Post) -> None:
    asked = Asked(
        GroupFilter(), Words(text="Fermé vendredi.\nStop : {{ opt_out.link }}"), post.now + timedelta(hours=2)
    )
    SendToGroup(post.store, post.clock, AGAIN)("grp_1", asked, SYSTEM)
    WalkGroup(post.store, post.clock, AGAIN, SortOut(post.store, post.clinic))("grp_1")


def practitioner(post: Post) -> None:
    post.edit(practitioner_ref("prc_1"), booking_sms_template_id="online_booking.sms", phone=NUMBER)
    post.appointment(online=True)
    post.plan("apt_1")


def stopped(post: Post) -> None:
    """The carrier lists the number the next time it is asked, and the reaction marks whose it is."""

    class Listed:
        def numbers(self) -> Iterator[str]:
            yield NUMBER

    ReadOptOuts(post.store, Listed(), post.clock, AGAIN)()
    MarkAddress(post.store, post.clock, AGAIN)(address_key(NUMBER))


def refused(post: Post) -> None:
    """By the link of a message before."""
    OptOut(ChangeConsent(post.store, post.clock, AGAIN))("pat_1")


def unsent(post: Post, plan: Callable[[Post], None], meanwhile: Callable[[Post], None]) -> list[str]:
    """Why each SMS that had been planned did not leave."""
    plan(post)
    texts = [m for m in post.messages() if m.channel is Channel.SMS]
    assert texts, "nothing was planned"
    assert all(m.is_scheduled for m in texts)
    meanwhile(post)
    post.until(max(m.goes_at for m in texts) + timedelta(minutes=1))
    after = [post.message(m.id) for m in texts]
    assert {m.state for m in after} == {MessageState.SUPPRESSED}
    assert post.texter.sent == []
    return [m.why[-1].facts["reason"] for m in after]


@pytest.mark.parametrize("plan", [reminder, birthday, group, practitioner])
def test_who_told_the_carrier_to_stop_gets_nothing_that_was_planned_before(post, plan):
    assert unsent(post, plan, stopped) == ["phone_number_opted_out"]


@pytest.mark.parametrize("plan", [birthday, group])
def test_who_refused_gets_nothing_that_was_planned_before(post, plan):
    assert unsent(post, plan, refused) == ["no_consent"]


def test_what_is_about_an_appointment_goes_on_after_a_refusal(post):
    """Else the two tests above would pass on a pipeline that sends nothing."""
    reminder(post)
    refused(post)
    (text,) = [m for m in post.messages() if m.channel is Channel.SMS]
    post.until(text.goes_at)
    assert [t.to for t in post.texter.sent] == [NUMBER]


@pytest.mark.parametrize("plan", [birthday, group, practitioner])
def test_without_either_it_leaves(post, plan):
    plan(post)
    post.until(post.now + timedelta(hours=3))
    assert [t.to for t in post.texter.sent] == [NUMBER]


def test_a_number_that_stops_between_the_reading_and_the_claim_gets_nothing(post):
    birthday(post)
    (text,) = post.messages()
    post.meanwhile(lambda: stopped(post))
    post.deliver(text.id)
    assert (post.texter.sent, post.message(text.id).state) == ([], MessageState.SUPPRESSED)

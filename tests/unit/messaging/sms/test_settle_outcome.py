"""Staff say what became of an SMS of unknown outcome, and its credits follow (M-10, S-03)."""

import pytest

from creneau.messaging.message import Channel, Kind, Message, MessageState
from creneau.messaging.ports import Unknown
from creneau.messaging.settle_outcome import SettleOutcome
from creneau.messaging.sms.month import Credits, SmsMonth, sms_month_ref
from creneau.shared.actor import SYSTEM, Actor, Role
from creneau.shared.errors import Forbidden, Refused
from creneau.shared.settings import Settings
from tests.support.post import Post

pytestmark = [pytest.mark.rule("S-03"), pytest.mark.promise(30)]


@pytest.fixture
def unknown(post: Post) -> str:
    """An SMS that was handed over, and of which nobody heard."""
    post.put(Settings().with_(sms=Settings().sms.with_(enabled=True), messaging=Settings().messaging.with_(off=())))
    post.patient("pat_1", phone="+41791234567")
    post.appointment("apt_1", "pat_1")
    id = "reminder.sms.apt_1.system-1d"
    message = Message(
        id=id,
        channel=Channel.SMS,
        kind=Kind.REMINDER,
        patient_id="pat_1",
        practitioner_id="prc_1",
        appointment_id="apt_1",
        occurrence="system-1d",
        due_at=post.now,
        created_at=post.now,
    )
    post.put(message.waiting())
    post.texter.lost.append(Unknown("ReadTimeoutError"))
    assert post.deliver(id).outcome == "unknown"
    return id


def given_up(post: Post, id: str) -> None:
    claimed = post.message(id)
    assert claimed.look_at is not None
    post.now = claimed.look_at
    post.sweep()
    assert post.message(id).state is MessageState.UNCONFIRMED


def settle(post: Post, id: str, left: bool, by: Actor = SYSTEM) -> Message:
    return SettleOutcome(post.store, post.clock, post.deliver.again)(id, left, by)


def counted(post: Post) -> Credits:
    month: SmsMonth | None = post.store.get(sms_month_ref("2027-02"))
    assert month is not None
    return month.included


@pytest.mark.parametrize(
    ("left", "state", "credits"),
    [(True, MessageState.SENT, Credits(used=1)), (False, MessageState.FAILED, Credits())],
)
def test_the_message_and_its_credits_are_settled_together_and_nothing_is_sent(post, unknown, left, state, credits):
    given_up(post, unknown)
    assert counted(post) == Credits(uncertain=1)
    assert settle(post, unknown, left).state is state
    assert (post.message(unknown).state, counted(post)) == (state, credits)
    assert settle(post, unknown, left).version == post.message(unknown).version
    assert len(post.texter.sent) == 1
    assert post.message(unknown).why[-1].facts == {"by": "system"}


def test_what_was_said_is_not_turned_round(post, unknown):
    given_up(post, unknown)
    settle(post, unknown, True)
    with pytest.raises(Refused):
        settle(post, unknown, False)
    assert counted(post) == Credits(used=1)


def test_not_while_the_outcome_may_still_come(post, unknown):
    with pytest.raises(Refused) as refused:
        settle(post, unknown, True)
    assert refused.value.code == "not_unconfirmed"
    assert counted(post) == Credits(reserved=1)


def test_not_of_another_practitioners_message(post, unknown):
    given_up(post, unknown)
    with pytest.raises(Forbidden):
        settle(post, unknown, True, Actor(id="u", roles=(Role.PRACTITIONER,), practitioner_id="prc_2"))

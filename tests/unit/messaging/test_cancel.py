"""Staff cancel what has not left: it never leaves then, and what left stays what it is (M-02)."""

import pytest

from creneau.messaging.cancel import CancelMessage
from creneau.messaging.message import MessageState
from creneau.shared.actor import Actor, Role
from creneau.shared.again import Again
from creneau.shared.errors import Refused
from tests.support.post import Post

SECRETARY = Actor(id="user-1", roles=(Role.SECRETARY,))
pytestmark = pytest.mark.rule("M-02")


@pytest.fixture
def cancel(post: Post) -> CancelMessage:
    return CancelMessage(post.store, post.clock, Again(pause=lambda _: None, dice=lambda: 0.5))


@pytest.fixture
def planned(post: Post) -> str:
    post.patient()
    post.appointment()
    return post.planned()


def test_what_is_cancelled_does_not_leave(post, cancel, planned):
    assert cancel(planned, SECRETARY).state is MessageState.CANCELLED
    post.rest()
    assert post.deliver(planned).outcome == "nothing"
    assert post.mails() == []
    assert post.message(planned).why[-1].facts == {"by": "user-1"}


@pytest.mark.rule("M-02", "M-10")
@pytest.mark.promise(14)
def test_what_may_have_left_is_not_called_cancelled(post, cancel, planned):
    post.edit_message(planned, lost_hand_overs=1)
    assert cancel(planned, SECRETARY).state is MessageState.UNCONFIRMED
    post.rest()
    assert post.mailer.sent == []


def test_cancelled_twice_it_says_the_same(post, cancel, planned):
    assert cancel(planned, SECRETARY) == cancel(planned, SECRETARY)


def test_what_left_cannot_be_cancelled(post, cancel, planned):
    post.rest()
    with pytest.raises(Refused) as refused:
        cancel(planned, SECRETARY)
    assert refused.value.code == "not_scheduled"
    assert post.message(planned).state is MessageState.SENT

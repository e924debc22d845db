"""On its way: by the queue, by an execution, or by the sweeper when those were lost."""

from datetime import timedelta

import pytest

from creneau.messaging.dispatch import HandOverOutcome, execution_name
from creneau.messaging.message import FAR, Message, MessageState
from creneau.messaging.ports import OutboxEntry
from creneau.shared.time import wait_until


@pytest.fixture
def id(post):
    post.patient()
    post.appointment()
    return post.planned()


def due_in(post, id, **wait) -> OutboxEntry:
    post.edit_message(id, due_at=post.now + timedelta(**wait))
    return OutboxEntry(message_id=id, version=post.message(id).version)


@pytest.mark.parametrize("wait", [{"seconds": 0}, {"seconds": 0.2}, {"minutes": 15}])
def test_what_is_due_soon_goes_through_the_queue(post, id, wait):
    entry = due_in(post, id, **wait)
    assert post.dispatch(id) == "queued"
    ((queued, delay),) = post.outbox.entries
    assert queued == entry
    assert 0 <= delay - timedelta(**wait).total_seconds() < 1


@pytest.mark.promise(34)
def test_what_is_due_later_has_one_execution_per_version(post, id):
    entry = due_in(post, id, minutes=15, seconds=1)
    assert post.dispatch(id) == post.dispatch(id) == "delayed"
    assert list(post.delays.started.values()) == [(entry, post.message(id).due_at)]
    (name,) = post.delays.started
    assert name == execution_name(post.message(id))
    assert len(name) <= 80
    assert name.replace("-", "").isalnum()
    due_in(post, id, days=3)
    post.dispatch(id)
    assert len(post.delays.started) == 2
    assert not post.outbox.entries


def test_what_is_due_in_more_than_a_year_is_begun_in_time_by_the_sweeper(post, id):
    due_in(post, id, days=500)
    post.put(post.message(id).waiting())
    assert post.dispatch(id) == "later"
    assert (post.sweep(), post.delays.started) == (0, {})
    post.now += timedelta(days=500) - FAR
    assert post.sweep() == 1
    assert len(post.delays.started) == 1
    assert post.sweep() == 0


@pytest.mark.parametrize("state", [s for s in MessageState if s is not MessageState.SCHEDULED])
def test_what_is_not_scheduled_goes_nowhere(post, id, state):
    post.edit_message(id, state=state)
    entry = OutboxEntry(message_id=id, version=post.message(id).version)
    assert post.dispatch(id) == "nothing"
    assert post.hand_over(entry) == HandOverOutcome(outcome="over")
    assert post.dispatch("confirmed.email.apt_unknown.0") == "nothing"
    assert not post.outbox.entries


def test_a_wait_ends_in_a_question(post, id):
    entry = due_in(post, id, hours=5)
    post.now += timedelta(hours=5)
    assert post.hand_over(entry) == HandOverOutcome(outcome="handed_over")
    assert post.outbox.entries == [(entry, 0)]


@pytest.mark.rule("M-09")
@pytest.mark.parametrize(("early", "kept_for"), [({"seconds": 1.5}, 2), ({"hours": 3}, 900)])
def test_a_clock_that_is_ahead_sends_nothing_early(post, id, early, kept_for):
    entry = due_in(post, id, hours=5)
    post.now += timedelta(hours=5) - timedelta(**early)
    assert post.hand_over(entry) == HandOverOutcome(outcome="handed_over")
    assert post.outbox.entries == [(entry, kept_for)]
    post.deliver(entry.message_id, entry.version)
    assert post.mailer.sent == []
    assert post.message(id).state is MessageState.SCHEDULED


def test_an_execution_of_an_older_version_ends_quietly(post, id):
    old = due_in(post, id, hours=5)
    due_in(post, id, hours=6)
    post.now += timedelta(hours=7)
    assert post.hand_over(old) == HandOverOutcome(outcome="over")
    assert post.hand_over(OutboxEntry(message_id="confirmed.email.x.0", version=1)) == HandOverOutcome(outcome="over")


def test_until_is_never_early(post):
    assert wait_until(post.now.replace(microsecond=1)) == f"{post.now + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}"


# -- the sweeper
@pytest.mark.promise(32)
def test_a_lost_wake_up_is_found_within_ten_minutes(post, id):
    """Neither the stream's record nor the queue's entry came."""
    start = post.now
    while not post.mailer.sent:
        post.now += timedelta(minutes=1)
        post.sweep()
        for entry, _ in post.outbox.entries:
            post.deliver(entry.message_id, entry.version)
    assert post.now - start <= timedelta(minutes=10)


def test_a_busy_queue_is_not_filled_by_the_sweeper(post, id):
    for _ in range(20):
        post.now += timedelta(minutes=1)
        post.sweep()
    assert len(post.outbox.entries) == 20 // 4


def test_what_is_settled_is_not_looked_at(post, id):
    post.rest()
    post.now += timedelta(days=2)
    assert post.sweep() == 0
    assert post.store.look_at(Message, None) == []


@pytest.mark.promise(14)
def test_a_claim_of_a_crash_is_given_up_within_fifteen_minutes_also_in_a_pause(post, id):
    post.edit_message(id, state=MessageState.CLAIMED, look_at=post.now + timedelta(minutes=10), lost_hand_overs=1)
    post.settings(paused=True)
    post.now += timedelta(minutes=10)
    assert post.sweep() == 1
    assert post.message(id).state is MessageState.UNCONFIRMED


def test_a_run_is_bounded(post):
    post.patient()
    for n in range(230):
        post.appointment(f"apt_{n:03}")
        post.plan(f"apt_{n:03}")
    post.now += timedelta(minutes=5)
    assert (post.sweep(), post.sweep(), post.sweep()) == (200, 30, 0)

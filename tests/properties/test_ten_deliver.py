"""Ten deliver at once at 99 % of the month's limit: it is never passed, and its ledger adds up (promises 22, 30)."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from creneau.messaging.message import Channel, Kind, Message, MessageState, message_id
from creneau.messaging.ports import Throttled, Unknown
from creneau.messaging.sms.month import Credits, SmsMonth, SmsUse, Tariff, UseState, sms_month_ref
from creneau.shared.errors import Busy
from creneau.shared.store import require
from tests.support.post import Post
from tests.support.turns import Turns

MONTH, WORKERS, LIMIT, PRICE = "2027-02", 10, 1000, 10

pytestmark = [pytest.mark.rule("S-06", "S-03"), pytest.mark.promise(22), pytest.mark.promise(30)]


def almost_spent(seed: int) -> tuple[Post, list[str]]:
    """990 of 1000 are spent; ten reminders by SMS are due, each of one credit."""
    post = Post()
    post.texting(monthly_limit=LIMIT, price=PRICE)
    tariff = Tariff(included=0, price=PRICE, custom_price=PRICE, currency="CHF")
    spent = LIMIT // PRICE - 1
    before = SmsUse(
        month=MONTH,
        at=post.now - timedelta(1),
        message_id="before",
        kind=Kind.REMINDER,
        credits=spent,
        state=UseState.USED,
    )
    post.put(SmsMonth(id=MONTH, tariff=tariff, included=Credits(used=spent)), before)
    return post, [due(post, n) for n in range(WORKERS)]


def due(post: Post, n: int) -> str:
    patient = post.patient(f"pat_{n}", phone=f"+4179123456{n}")
    appointment = post.appointment(f"apt_{n}", patient)
    id = message_id(Kind.REMINDER, Channel.SMS, appointment, "system-1d")
    message = Message(
        id=id,
        channel=Channel.SMS,
        kind=Kind.REMINDER,
        patient_id=patient,
        appointment_id=appointment,
        occurrence="system-1d",
        due_at=post.now,
        created_at=post.now,
    )
    post.put(message.waiting())
    return id


def until_done(post: Post, id: str) -> Callable[[], None]:
    """As the queue lets it: what gave up among the many comes again."""

    def act() -> None:
        for _ in range(50):
            try:
                post.deliver(id)
                return
            except Busy:
                continue
        raise AssertionError(f"{id} never got a turn")

    return act


def month(post: Post) -> SmsMonth:
    return require(post.store, sms_month_ref(MONTH))


def adds_up(post: Post) -> None:
    uses = [u for u in post.store.items.values() if isinstance(u, SmsUse)]
    by = Counter[UseState]()
    for use in uses:
        by[use.state] += use.credits
    counted = month(post).included
    assert (counted.reserved, counted.used, counted.uncertain) == (
        by[UseState.RESERVED],
        by[UseState.USED],
        by[UseState.UNCERTAIN],
    )
    assert month(post).most_spent <= LIMIT


def delivered(post: Post, ids: list[str], seed: int) -> None:
    turns = Turns(random.Random(seed), check=lambda: adds_up(post))
    post.store.before_commit.append(turns.meet)
    turns.run([until_done(post, id) for id in ids])


@pytest.mark.parametrize("seed", range(12))
def test_one_leaves_and_nine_go_by_email(seed):
    post, ids = almost_spent(seed)
    delivered(post, ids, seed)
    states = Counter(post.message(id).state for id in ids)
    assert states == {MessageState.SENT: 1, MessageState.SUPPRESSED: WORKERS - 1}
    assert {post.message(id).why[-1].rule for id in ids if post.message(id).state is MessageState.SUPPRESSED} == {
        "S-06"
    }
    assert len(post.texter.sent) == 1
    assert month(post).most_spent == LIMIT


@pytest.mark.parametrize("seed", range(12))
def test_nor_is_it_passed_when_the_first_calls_fail_or_are_never_answered(seed):
    post, ids = almost_spent(seed)
    post.texter.faults = [Throttled("Throttling")]
    post.texter.lost = [Unknown("ReadTimeoutError")]
    delivered(post, ids, seed)
    assert len(post.texter.sent) <= 1
    states = Counter(post.message(id).state for id in ids)
    assert states[MessageState.SENT] == 0
    assert states[MessageState.CLAIMED] == len(post.texter.sent) == month(post).included.reserved

"""Whatever order a provider's reports come in, and however often: a state moves forward, to one end (promise 20)."""

from datetime import timedelta
from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creneau.agenda.blocked_address import BlockedAddress
from creneau.agenda.catalogue import patient_ref
from creneau.messaging.feedback import FORWARD, News, Report, told
from creneau.messaging.message import Message, MessageState
from tests.support.post import NOW, Post

pytestmark = [pytest.mark.rule("M-12"), pytest.mark.promise(20)]

S = MessageState
AFTER = [S.SENT, S.FAILED, S.DELIVERED, S.BOUNCED, S.COMPLAINED]
"""Further on in the life of a message that left, by the product's rules and by no code of it."""
UNKNOWN = [S.CLAIMED, S.UNCONFIRMED, S.SCHEDULED, S.CANCELLED, S.SUPPRESSED]


def report(news: News, minute: int = 0, address: str = "") -> Report:
    return Report(
        news=news,
        at=NOW + timedelta(minutes=minute),
        handed_over_at=NOW,
        provider_id="ses-1",
        message_id="confirmed.email.apt_1.0",
        address=address,
    )


def left(state: MessageState, **more: object) -> Message:
    return Message(
        id="confirmed.email.apt_1.0",
        channel="email",  # type: ignore[arg-type]
        kind="confirmed",  # type: ignore[arg-type]
        address="pat_1@mail.example",
        occurrence="0",
        due_at=NOW,
        created_at=NOW,
        hand_overs=1,
        state=state,
    ).with_(**more)


def end_of(state: MessageState, reports: list[Report]) -> MessageState:
    message = left(state)
    for each in reports:
        after = told(message, each)
        assert (
            after.state is message.state
            or message.state in UNKNOWN
            or AFTER.index(after.state) > AFTER.index(message.state)
        ), f"{message.state} went back to {after.state}"
        message = after
    return message.state


@pytest.mark.parametrize("start", [*UNKNOWN, S.SENT])
def test_all_orders_of_five_events_with_repeats_end_alike(start: MessageState) -> None:
    for chosen in product(FORWARD, repeat=3):
        events = [report(news, n) for n, news in enumerate(chosen)]
        ends = {end_of(start, [events[i] for i in order]) for order in permutations([0, 1, 2, 0, 1])}
        assert ends == {max((FORWARD[n][0] for n in chosen), key=AFTER.index)}


@pytest.mark.parametrize("chosen", list(product(News, repeat=2)))
def test_five_different_ones_too(chosen: tuple[News, News]) -> None:
    events = [report(n, i) for i, n in enumerate([*chosen, News.SENT, News.DELIVERED, News.DELAYED])]
    (end,) = {end_of(S.CLAIMED, list(order)) for order in permutations(events)}
    assert end is max((FORWARD[n][0] for n in (*chosen, News.DELIVERED) if n in FORWARD), key=AFTER.index)


@given(
    st.lists(st.sampled_from(News), min_size=1, max_size=5).flatmap(
        lambda e: st.tuples(st.just(e), st.permutations(e * 2))
    )
)
@settings(max_examples=150, deadline=None)
def test_recorded_in_any_order_everything_else_is_alike_as_well(given_: tuple[list[News], list[News]]) -> None:
    """The message, its address, and whether its patient can be reached."""
    once, often = given_
    at = {news: n for n, news in enumerate(News)}
    ends = []
    for order in (once, often):
        post = Post()
        post.patient()
        post.appointment()
        id = post.planned()
        post.deliver(id)
        for news in order:
            post.feedback(report(news, at[news]))
        patient = post.store.get(patient_ref("pat_1"))
        assert patient is not None
        blocked = [a.is_blocked for a in post.store.items.values() if isinstance(a, BlockedAddress)]
        ends.append((post.message(id).state, patient.email_blocked, blocked))
    assert ends[0] == ends[1]

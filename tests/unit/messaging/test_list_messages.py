"""Communications: several states in one list, in the order asked for, whole however it is paged (M-02)."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from creneau.messaging.list_messages import FOLDERS, ListMessages, Wanted
from creneau.messaging.message import Channel, Kind, Message, MessageState
from creneau.shared.errors import Invalid
from creneau.shared.store import Put
from tests.support.fake_store import FakeStore

START = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.rule("M-02")


@pytest.fixture(scope="module")
def store() -> FakeStore:
    """120 messages of all states, due within an hour, many at the same instant."""
    dice, made = random.Random(7), FakeStore()
    for n in range(120):
        due = START + timedelta(minutes=dice.randrange(60))
        channel, kind = dice.choice(list(Channel)), dice.choice([Kind.CONFIRMED, Kind.REMINDER])
        made.commit(
            [
                Put(
                    Message(
                        id=f"{kind}.{channel}.apt_{n:03}.0",
                        channel=channel,
                        kind=kind,
                        occurrence="0",
                        due_at=due,
                        created_at=START,
                        state=dice.choice(list(MessageState)),
                    )
                )
            ]
        )
    return made


def whole(store: FakeStore, wanted: Wanted, limit: int) -> list[Message]:
    list_messages, cursor, found = ListMessages(store), None, []
    for _ in range(400):
        page = list_messages(wanted, limit, cursor)
        assert len(page.items) <= limit
        found += page.items
        cursor = page.cursor
        if cursor is None:
            return found
    raise AssertionError("the list does not end")


@pytest.mark.parametrize("limit", [1, 3, 50])
@pytest.mark.parametrize("soonest_first", [False, True])
@pytest.mark.parametrize(
    "wanted",
    [
        {"states": FOLDERS["scheduled"]},
        {"states": FOLDERS["sent"]},
        {"states": FOLDERS["not_sent"], "channel": Channel.SMS},
        {"states": tuple(MessageState), "kind": Kind.REMINDER},
        {"states": (MessageState.SENT,), "due_from": START + timedelta(minutes=10)},
        {"states": FOLDERS["sent"], "due_before": START + timedelta(minutes=30)},
        {
            "states": FOLDERS["sent"],
            "due_from": START + timedelta(minutes=15),
            "due_before": START + timedelta(minutes=30),
        },
    ],
)
def test_every_one_once_and_in_order(store, wanted, soonest_first, limit):
    asked = Wanted(**wanted, soonest_first=soonest_first)
    expected = sorted(
        (
            m
            for m in store.items.values()
            if m.state in wanted["states"]
            and m.channel is wanted.get("channel", m.channel)
            and m.kind is wanted.get("kind", m.kind)
            and wanted.get("due_from", START) <= m.due_at
            and m.due_at < wanted.get("due_before", START + timedelta(days=1))
        ),
        key=lambda m: (m.due_at, m.id),
        reverse=not soonest_first,
    )
    assert expected
    assert whole(store, asked, limit) == expected


def test_every_state_is_in_one_folder():
    assert sorted(state for states in FOLDERS.values() for state in states) == sorted(MessageState)


@pytest.mark.parametrize("cursor", ["x", "bm8", "ééé"])
def test_a_cursor_of_another_list(store, cursor):
    with pytest.raises(Invalid):
        ListMessages(store)(Wanted(FOLDERS["sent"]), 5, cursor)

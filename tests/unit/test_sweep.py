"""One kind of what is swept never keeps the others from being swept."""

from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest

from creneau.messaging.group import SmsGroup
from creneau.shared.model import Stored
from creneau.shared.store import Ref
from creneau.sweep import Sweep
from tests.support.fake_store import FakeStore

M = TypeVar("M", bound=Stored)
NOW = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)


class Failing(FakeStore):
    """Whose index can't be asked for groups."""

    def look_at(self, kind: type[M], due_by: datetime | None) -> list[Ref[M]]:
        if issubclass(kind, SmsGroup):
            raise TimeoutError
        return super().look_at(kind, due_by)


@pytest.mark.promise(32)
def test_a_query_that_fails_leaves_the_messages_swept_and_is_told():
    told: list[Any] = []
    nothing = lambda _id: None  # noqa: E731
    swept = Sweep(
        store=Failing(),
        clock=lambda: NOW,
        waitlist=lambda: 1,
        messages=lambda: 3,
        tend=nothing,
        mark_absence=nothing,
        mark_address=nothing,
        replan=lambda: 2,
        replan_payers=lambda: 0,
        walk_group=nothing,
        finish_invoice=nothing,
        sweep_run=nothing,
        sweep_checkout=nothing,
        trouble=lambda about, error: told.append((about, type(error))),
    )()
    assert (swept.waitlist, swept.replanned, swept.messages) == (1, 2, 3)
    assert swept.failed == ("groups",)
    assert told == [("groups", TimeoutError)]

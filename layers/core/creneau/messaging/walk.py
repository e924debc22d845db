"""A walk over many, page by page, kept as a record: its change in the stream asks for the next step, or else the sweeper."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from creneau.shared.model import Stored
from creneau.shared.store import Conflict, Put, Ref, Store
from creneau.shared.time import Clock

AT_MOST_LEFT = 500
"""So many that failed are tried again; the record of a walk is one item."""

STALLED = timedelta(minutes=3)
"""Without a step for so long, the sweeper takes the next one."""


class Walk(Stored, frozen=True, kw_only=True):
    """There is one of its kind; a newer change begins it anew. `asked` is what is asked for now; `cursor` the next page;
    `done` counts what was walked past; `left` are those that failed, tried again at the end."""

    asked: str = ""
    cursor: str | None = None
    done: int = 0
    left: tuple[str, ...] = ()
    finished_at: datetime | None = None
    look_at: datetime | None = None


W = TypeVar("W", bound=Walk)


def take_step(store: Store, ref: Ref[W], version: int | None, walked: Callable[[W], W]) -> None:
    """The next step and where it came to, unless the walk is over. `version`: the step that was recorded, so that a record
    which is read twice does not make two walks; None: whatever is next."""
    walk = store.get(ref)
    if walk is None or walk.finished_at is not None or version not in (None, walk.version):
        return
    try:
        store.commit([Put(walked(walk))])
    except Conflict:
        return  # another change began it anew, or another took this step


def those_failing(
    ids: Iterable[str], plan: Callable[[str], object], told: Callable[[str, Exception], None]
) -> list[str]:
    """What can't be planned never stops the walk: `told` hears of each."""
    failed = []
    for id in ids:
        try:
            plan(id)
        except Exception as error:  # noqa: BLE001 - told, and tried again at the end of the walk
            told(id, error)
            failed.append(id)
    return failed


@dataclass(frozen=True)
class SweepWalk:
    """What the stream lost: a change that nobody walked for, or a step that nobody took. 1 when there was one to take."""

    store: Store
    walk: Ref[Any]
    start: Callable[[], object]
    go_on: Callable[[], object]
    clock: Clock

    def __call__(self) -> int:
        self.start()
        walk = self.store.get(self.walk)
        if walk is None or walk.look_at is None or walk.look_at > self.clock():
            return 0
        self.go_on()
        return 1

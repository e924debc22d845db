"""What the waitlist asks of the world beside the table."""

from enum import StrEnum
from typing import Protocol

from creneau.shared.model import Value


class RoundInput(Value, frozen=True, kw_only=True):
    """The payload of a `waitlist_round` execution: ids only, and the instant before which the dust settles (RFC 3339)."""

    practitioner_id: str
    slot_id: str
    n: int
    q: int
    attempt: int
    not_before: str


class Started(StrEnum):
    RUNNING = "running"
    NAME_USED_UP = "name_used_up"


class Rounds(Protocol):
    """Executions of `waitlist_round`, one per name."""

    def start(self, name: str, given: RoundInput) -> Started:
        """Running now, or since before; or the name belongs to an execution that has ended."""
        ...


def execution_name(given: RoundInput) -> str:
    """Slot, release, round and attempt: one execution each (at most 80 characters of letters, digits and dashes)."""
    return f"{given.slot_id.replace('.', '-')}-{given.n}-{given.q}-{given.attempt}"

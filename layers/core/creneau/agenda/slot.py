"""A slot's identity: an interval of an agenda, written as one word so that it can name executions and links."""

from datetime import UTC, datetime

from creneau.shared.errors import invalid
from creneau.shared.interval import Interval
from creneau.shared.model import Value

_FORM = "%Y%m%dT%H%M%SZ"


class Slot(Value, frozen=True, kw_only=True):
    agenda_id: str
    start: datetime
    end: datetime

    @property
    def interval(self) -> Interval:
        return Interval(start=self.start, end=self.end)

    @property
    def id(self) -> str:
        return f"{self.agenda_id}.{self.start.astimezone(UTC):{_FORM}}.{self.end.astimezone(UTC):{_FORM}}"


def parse_slot(slot_id: str) -> Slot:
    """The slot of an id; Invalid when the text is not one."""
    try:
        agenda_id, start, end = slot_id.split(".")
        return Slot(
            agenda_id=agenda_id,
            start=datetime.strptime(start, _FORM).replace(tzinfo=UTC),
            end=datetime.strptime(end, _FORM).replace(tzinfo=UTC),
        )
    except ValueError as error:
        raise invalid(
            "slot_id",
            f"{slot_id!r} is not a slot",
            "write agenda.start.end as in agd_1.20260301T090000Z.20260301T093000Z",
        ) from error

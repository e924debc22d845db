"""Half-open spans of time: two that only touch do not overlap."""

from datetime import datetime, timedelta

from creneau.shared.model import Value


class Interval(Value, frozen=True, kw_only=True):
    """From `start` (included) to `end` (excluded), aware instants in UTC."""

    start: datetime
    end: datetime

    def overlaps(self, other: "Interval") -> bool:
        return self.start < other.end and other.start < self.end

    def contains(self, other: "Interval") -> bool:
        return self.start <= other.start and other.end <= self.end

    def same_time(self, other: "Interval") -> bool:
        return self.start == other.start and self.end == other.end

    @property
    def lasts_for(self) -> timedelta:
        return self.end - self.start

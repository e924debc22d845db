"""The next number of an issuer's series: gapless and chronological within a year (B-06, promise 24)."""

from datetime import date

from creneau.shared.model import Stored
from creneau.shared.store import Ref

MOST_AT_ONCE = 100
"""Numbers that one request gives: each is a transaction of its own, one after the other."""


class Counter(Stored, frozen=True, kw_only=True):
    """`last` is the number given last, `last_issued_on` its date; written in the same transaction as its document."""

    issuer_id: str
    year: int
    last: int = 0
    last_issued_on: date | None = None

    def next(self, today: date) -> "Counter":
        """With one more number given: dated today, or as the number before it where that is later (another clock's day)."""
        dated = max(today, self.last_issued_on or today)
        return self.with_(last=self.last + 1, last_issued_on=dated)


def number(prefix: str, counter: Counter) -> str:
    """`2027-0042`; longer when more than 9,999 were given."""
    return f"{prefix}{counter.year}-{counter.last:04}"


def counter_ref(issuer_id: str, year: int) -> Ref[Counter]:
    return Ref(Counter, (issuer_id, str(year)))

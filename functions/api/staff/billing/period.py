"""Days that are asked for from-to."""

from datetime import date, timedelta

from pydantic import model_validator

from api.staff.given import Given

LONGEST = timedelta(days=400)


class Period(Given):
    """Both days included, 400 at most."""

    first: date
    last: date

    @model_validator(mode="after")
    def _in_order(self) -> "Period":
        if self.last < self.first:
            raise ValueError("the last day is before the first; give the first day as `first`, the last as `last`")
        if self.last - self.first > LONGEST:
            raise ValueError("the last day is over 400 days after the first; give a shorter period")
        return self

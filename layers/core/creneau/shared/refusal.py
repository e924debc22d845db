"""Why one of many was refused, as a value: the others went on."""

from typing import Any, Self

from creneau.shared.errors import DomainError
from creneau.shared.model import Value


class Refusal(Value, frozen=True, kw_only=True):
    """What the error said; those that inherit it say of what."""

    code: str
    problem: str
    remedy: str

    @classmethod
    def of(cls, error: DomainError, **what: Any) -> Self:
        return cls(code=error.code, problem=error.detail, remedy=error.remedy, **what)

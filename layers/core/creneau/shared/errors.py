"""The ways a request can be refused, each with what was wrong, where, and how to mend it."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fault:
    """One thing wrong with the input: the field's path (``slot.start``), what is wrong, and the remedy."""

    field: str
    problem: str
    remedy: str = ""


@dataclass
class DomainError(Exception):
    """A refusal that changes nothing; `code` is stable and machine readable, `detail` is for people."""

    detail: str
    code: str = "refused"
    remedy: str = ""
    faults: tuple[Fault, ...] = field(default=())

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"


class Invalid(DomainError):
    """The input cannot be meant (422)."""


class NotFound(DomainError):
    """What the request is about does not exist (404)."""


class Refused(DomainError):
    """The input is right, the present state forbids it (409)."""


class Stale(DomainError):
    """The caller decided on an older version than the stored one (412)."""


class Forbidden(DomainError):
    """The caller may not do this (403)."""


class Busy(DomainError):
    """Too many changes at once; nothing was decided, try again (503)."""


def invalid(field_path: str, problem: str, remedy: str = "") -> Invalid:
    return Invalid(problem, code="invalid", remedy=remedy, faults=(Fault(field_path, problem, remedy),))

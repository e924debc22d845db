"""Who asks: a signed-in member of staff with roles, a patient by link, or Créneau itself (P-01)."""

from enum import StrEnum

from creneau.shared.errors import Forbidden
from creneau.shared.model import Value


class Role(StrEnum):
    ADMIN = "admin"
    PRACTITIONER = "practitioner"
    SECRETARY = "secretary"
    BILLING = "billing"


class Actor(Value, frozen=True, kw_only=True):
    """`id` goes into records of who changed what; `practitioner_id` is whose agenda a practitioner may change."""

    id: str
    roles: tuple[Role, ...] = ()
    practitioner_id: str | None = None

    def require_agenda_of(self, practitioner_id: str) -> None:
        """Admins and secretaries change every agenda, practitioners their own, nobody else any."""
        if {Role.ADMIN, Role.SECRETARY} & set(self.roles):
            return
        if Role.PRACTITIONER in self.roles and self.practitioner_id == practitioner_id:
            return
        raise Forbidden(
            "this agenda is another practitioner's",
            code="not_your_agenda",
            remedy="ask a secretary, or an administrator, to do it",
        )

    def keeps_books_of(self, practitioner_id: str | None) -> bool:
        """Admins, secretaries and billing invoice for everybody, practitioners for themselves, nobody else for anybody."""
        if {Role.ADMIN, Role.SECRETARY, Role.BILLING} & set(self.roles):
            return True
        own = practitioner_id is not None and self.practitioner_id == practitioner_id
        return Role.PRACTITIONER in self.roles and own

    def require_books_of(self, practitioner_id: str | None) -> None:
        if self.keeps_books_of(practitioner_id):
            return
        raise Forbidden(
            "these are another practitioner's books",
            code="not_your_books",
            remedy="ask a secretary, billing or an administrator to do it",
        )


SYSTEM = Actor(id="system", roles=(Role.ADMIN,))

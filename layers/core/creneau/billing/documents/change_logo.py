"""Gives the clinic's documents a logo, or takes it away; documents that are drawn already keep what they have."""

from dataclasses import dataclass

from creneau.billing.documents.logo import check_logo
from creneau.billing.documents.ports import LogoPlace


@dataclass(frozen=True)
class ChangeLogo:
    """Raises Invalid."""

    place: LogoPlace

    def __call__(self, content: bytes | None) -> None:
        """None: no logo."""
        if content is None:
            self.place.remove()
        else:
            check_logo(content)
            self.place.put(content)

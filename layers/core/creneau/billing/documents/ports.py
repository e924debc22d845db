"""What documents ask of the world: a shelf to lie on, the clinic's logo, and somebody who draws them elsewhere."""

from typing import Protocol

from creneau.billing.documents.document import Printed
from creneau.shared.model import Value


class Drawn(Value, frozen=True, kw_only=True):
    """Where a document lies, and the SHA-256 of its bytes."""

    key: str
    sha256: str


class Shelf(Protocol):
    def sha256(self, key: str) -> str | None:
        """Of what lies there; None: nothing does."""
        ...

    def put_once(self, key: str, content: bytes, sha256: str) -> bool:
        """Nothing replaces what lies there; whether this was the first."""
        ...

    def put(self, key: str, content: bytes, sha256: str) -> None: ...

    def link(self, key: str, name: str, seconds: int) -> str:
        """An address that opens it, as a file of that name, for so many seconds."""
        ...


class LogoPlace(Protocol):
    def read(self) -> bytes:
        """Empty: there is none."""
        ...

    def put(self, content: bytes) -> None: ...

    def remove(self) -> None: ...


class Drawer(Protocol):
    def __call__(self, invoice_id: str, printed: Printed) -> Drawn:
        """Draws where typst is. Raises Busy when nobody can just now."""
        ...

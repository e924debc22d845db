"""What billing asks of the world beside the table: executions of its runs, and messages to payers."""

from collections.abc import Sequence
from typing import Protocol

from creneau.shared.model import Value


class RunInput(Value, frozen=True, kw_only=True):
    """The payload of a `billing_run` execution."""

    run_id: str


class PageInput(Value, frozen=True, kw_only=True):
    """The payload of one page of it."""

    run_id: str
    n: int


class Runs(Protocol):
    """Executions of `billing_run`, one per name."""

    def start(self, name: str, given: RunInput) -> None:
        """A name that was used before starts nothing."""
        ...


class Told(Value, frozen=True, kw_only=True):
    """One message to a payer; `reason` says why it will not leave, empty: it is on its way, or has left."""

    message_id: str = ""
    reason: str = ""


class Notices(Protocol):
    """Messages that a run causes. Asked again, each is the one that is there already."""

    def invoice(self, invoice_id: str, channels: Sequence[str], cause: str) -> list[Told]:
        """The first delivery of a final invoice to its payer by those channels (`email`, `sms`); `cause` is kept with it."""
        ...

    def payment_link(
        self, payer_key: str, run_id: str, total: int, currency: str, channels: Sequence[str]
    ) -> list[Told]:
        """A link to pay what is due, `total` in minor units; one per run and channel."""
        ...

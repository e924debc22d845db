"""A draft becomes final and its payer is told, by whatever channels there are: a run's, or one that staff confirm (C-04)."""

from collections.abc import Sequence
from dataclasses import dataclass

from creneau.billing.finalise import Finalise, NotFinal
from creneau.billing.invoice import Invoice, invoice_ref
from creneau.billing.ports import Notices, Told
from creneau.shared.actor import Actor
from creneau.shared.errors import Busy, DomainError, Refused, invalid
from creneau.shared.model import Value
from creneau.shared.settings import SETTINGS, Settings
from creneau.shared.store import Store, require

MOST_AT_ONCE = 50
"""Drafts that staff confirm in one request."""


class Issued(Value, frozen=True, kw_only=True):
    """`told` are the messages to its payer."""

    invoice: Invoice
    told: tuple[Told, ...] = ()


class Confirmed(Value, frozen=True, kw_only=True):
    issued: tuple[Issued, ...]
    not_final: tuple[NotFinal, ...] = ()


@dataclass(frozen=True)
class Issue:
    """Harmless to repeat: the number is given once, and each message is the one that is there. Raises what Finalise does."""

    finalise: Finalise
    notices: Notices

    def __call__(self, invoice_id: str, channels: Sequence[str], cause: str) -> Issued:
        invoice = self.finalise(invoice_id)
        told = self.notices.invoice(invoice.id, channels, cause) if channels else ()
        return Issued(invoice=invoice, told=tuple(told))


@dataclass(frozen=True)
class ConfirmDrafts:
    """Staff confirm drafts of runs, edited or not; their payers are told as the settings say (C-04)."""

    store: Store
    issue: Issue

    def __call__(self, invoice_ids: Sequence[str], by: Actor) -> Confirmed:
        """One by one in the order given; those that could not be made final say why. Invalid: too many at once."""
        if len(invoice_ids) > MOST_AT_ONCE:
            raise invalid("invoice_ids", f"more than {MOST_AT_ONCE}", "confirm them in parts")
        billing = (self.store.get(SETTINGS) or Settings()).billing
        channels = channels_of(billing.channel) if billing.confirming_sends else ()
        done, wrong = list[Issued](), list[NotFinal]()
        for id in dict.fromkeys(invoice_ids):
            try:
                check_of_run(require(self.store, invoice_ref(id)))
                done.append(self.issue(id, channels, by.id))
            except Busy:
                raise
            except DomainError as error:
                wrong.append(NotFinal.of_draft(id, error))
        return Confirmed(issued=tuple(done), not_final=tuple(wrong))


def check_of_run(invoice: Invoice) -> None:
    """Refused for what staff drafted themselves: finalising it tells nobody."""
    if not invoice.of_run:
        raise Refused("no run made this draft", code="not_of_a_run", remedy="finalise it, then send it")


def channels_of(channel: str) -> tuple[str, ...]:
    return ("email", "sms") if channel == "both" else (channel,)

"""One run of the sweeper over everything that has an instant at which it must be looked at."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from creneau.agenda.absence import AbsenceRecord
from creneau.agenda.appointment import Appointment
from creneau.agenda.blocked_address import BlockedAddress
from creneau.billing.invoice import Invoice
from creneau.billing.online.checkout import Checkout
from creneau.billing.run import BillingRun
from creneau.messaging.group import SmsGroup
from creneau.shared.model import Stored, Value
from creneau.shared.store import Ref, Store
from creneau.shared.time import Clock


class Swept(Value, frozen=True, kw_only=True):
    """How many values were looked at, by kind; a kind whose sweep broke off is in `failed`."""

    waitlist: int = 0
    appointments: int = 0
    absences: int = 0
    replanned: int = 0
    addresses: int = 0
    payers: int = 0
    groups: int = 0
    invoices: int = 0
    runs: int = 0
    messages: int = 0
    checkouts: int = 0
    failed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sweep:
    """`tend` and those that mark are the reactions that a lost record would have run. `trouble` hears what raised."""

    store: Store
    clock: Clock
    waitlist: Callable[[], int]
    messages: Callable[[], int]
    tend: Callable[[str], object]
    mark_absence: Callable[[str], object]
    mark_address: Callable[[str], object]
    replan: Callable[[], int]
    replan_payers: Callable[[], int]
    walk_group: Callable[[str], object]
    finish_invoice: Callable[[str], object]
    sweep_run: Callable[[str], object]
    sweep_checkout: Callable[[str], object]
    trouble: Callable[[Ref[Any] | str, Exception], None]

    def __call__(self) -> Swept:
        failed: list[str] = []
        counts = {
            "waitlist": self._guard("waitlist", self.waitlist, failed),
            "appointments": self._guard("appointments", self._each(Appointment, self.tend), failed),
            "absences": self._guard("absences", self._each(AbsenceRecord, self.mark_absence), failed),
            "addresses": self._guard("addresses", self._each(BlockedAddress, self.mark_address), failed),
            "replanned": self._guard("replanned", self.replan, failed),
            "payers": self._guard("payers", self.replan_payers, failed),
            "groups": self._guard("groups", self._each(SmsGroup, self.walk_group), failed),
            "invoices": self._guard("invoices", self._each(Invoice, self.finish_invoice), failed),
            "runs": self._guard("runs", self._each(BillingRun, self.sweep_run), failed),
            "messages": self._guard("messages", self.messages, failed),
            # Last: each asks somebody else, who may take his time.
            "checkouts": self._guard("checkouts", self._each(Checkout, self.sweep_checkout), failed),
        }
        return Swept(**counts, failed=tuple(failed))

    def _each(self, kind: type[Stored], act: Callable[[str], object]) -> Callable[[], int]:
        def sweep() -> int:
            return sum(self._try(ref, act) for ref in self.store.look_at(kind, self.clock()))

        return sweep

    def _try(self, ref: Ref[Any], act: Callable[[str], object]) -> bool:
        try:
            act(ref.key[0])
        except Exception as error:  # noqa: BLE001 - told, and looked at again by the next sweep
            self.trouble(ref, error)
            return False
        return True

    def _guard(self, name: str, sweep: Callable[[], int], failed: list[str]) -> int:
        try:
            return sweep()
        except Exception as error:  # noqa: BLE001 - one kind never keeps the others from being swept
            self.trouble(name, error)
            failed.append(name)
            return 0

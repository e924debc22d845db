"""A clinic's billing runs in memory: payments due, the clock, the machine's states without the machine."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from creneau.agenda.catalogue import Patient, patient_ref
from creneau.billing.bill_page import BillPage
from creneau.billing.billable import Billable, Due
from creneau.billing.close_run import CloseRun
from creneau.billing.invoice import Invoice
from creneau.billing.issue import ConfirmDrafts, Issue
from creneau.billing.plan_run import PlanRun
from creneau.billing.ports import RunInput, Told
from creneau.billing.read_facts import ReadFacts
from creneau.billing.run import BillingRun, RunMode, RunPayer, payers_of_run, run_ref
from creneau.billing.start_run import ConfirmRun, FollowRun, PrepareRun, StartDueRun, SweepRun
from creneau.shared.again import Again
from creneau.shared.settings import SETTINGS, BillingSettings, Settings
from creneau.shared.store import everything, require
from tests.support.books import BILLER, CLINIC, Books


class FakeRuns:
    """Implements `billing.ports.Runs`: one execution per name, for ever."""

    def __init__(self) -> None:
        self.started: dict[str, RunInput] = {}

    def start(self, name: str, given: RunInput) -> None:
        self.started.setdefault(name, given)


class FakeNotices:
    """Implements `billing.ports.Notices`: each message once. `reasons` say, by channel, why none leaves."""

    def __init__(self) -> None:
        self.sent: dict[str, tuple[str, int]] = {}
        self.reasons: dict[str, str] = {}
        self.calls = 0

    def invoice(self, invoice_id: str, channels: Sequence[str], cause: str) -> list[Told]:
        return [self._told(f"invoice.{channel}.{invoice_id}.1", channel, 0) for channel in channels]

    def payment_link(
        self, payer_key: str, run_id: str, total: int, currency: str, channels: Sequence[str]
    ) -> list[Told]:
        return [self._told(f"payment_link.{channel}.{payer_key}.{run_id}", channel, total) for channel in channels]

    def _told(self, id: str, channel: str, total: int) -> Told:
        self.calls += 1
        if reason := self.reasons.get(channel):
            return Told(message_id=id, reason=reason)
        self.sent.setdefault(id, (channel, total))
        return Told(message_id=id)


class RunBooks(Books):
    """The books with everything that bills payments due by itself."""

    def __init__(self, store: Any = None) -> None:
        super().__init__(store)
        clock = lambda: self.now  # noqa: E731
        again = Again(pause=lambda _: None, dice=lambda: 0.0, tries=200)
        self.executions, self.notices, self.troubles = FakeRuns(), FakeNotices(), list[Exception]()
        self.start = StartDueRun(self.store, CLINIC, clock, again)
        self.prepare = PrepareRun(self.store, CLINIC, clock)
        self.confirm = ConfirmRun(self.store, clock, again)
        self.follow = FollowRun(self.store, self.executions)
        self.sweep = SweepRun(self.store, clock, self.follow)
        self.plan_run = PlanRun(self.store, clock, again)
        self.issue = Issue(self.finalise, self.notices)
        self.bill_page = BillPage(
            self.store,
            CLINIC,
            clock,
            again,
            ReadFacts(self.store),
            self.make.put_draft,
            self.issue,
            self.notices,
            lambda _, error: self.troubles.append(error),
        )
        self.close_run = CloseRun(self.store, clock, again)
        self.confirm_drafts = ConfirmDrafts(self.store, self.issue)

    # -- what is there
    def automatic(self, mode: str = "draft", cycle: str = "daily", **more: Any) -> "RunBooks":
        """Turned on a minute ago."""
        present = self.store.get(SETTINGS) or Settings()
        since = self.now - timedelta(minutes=1)
        given: dict[str, Any] = {"since": since, "mode": mode, "cycle": cycle} | more
        self.put(present.with_(billing=BillingSettings(automatic=True, **given)))
        return self

    def paused(self, paused: bool = True) -> None:
        present = self.store.get(SETTINGS) or Settings()
        self.put(present.with_(messaging=present.messaging.with_(paused=paused)))

    def due(self, n: int, patient: str = "pat_1", price: int = 12_000, at: datetime | None = None, **more: Any) -> str:
        """Owed since yesterday unless told otherwise; its billable's id."""
        at = at or self.now - timedelta(days=1)
        id: str = more.pop("id", f"bil_{patient[4:]}_d{n:03}")
        currency = more.pop("currency", "CHF")
        given = {"practitioner_id": "prc_1", "service_id": "srv_2", "visit_id": f"vis_{id}"} | more
        due = Due(text="Séance", price=price, currency=currency, at=at)
        self.put(Billable(id=id, patient_id=patient, on=at.date(), due=due, created_at=at, **given))
        return id

    def people(self, count: int) -> list[str]:
        """So many more patients, `pat_p0000` and on."""
        ids = [f"pat_p{n:04}" for n in range(count)]
        self.put(*(Patient(id=id, first_name="P", last_name=id, email=f"{id}@mail.example") for id in ids))
        return ids

    def change_patient(self, id: str, **changes: Any) -> None:
        self.put(require(self.store, patient_ref(id)).with_(**changes))

    def change(self, id: str, **changes: Any) -> None:
        self.put(self.billable(id).with_(**changes))

    # -- what happens by itself
    def execute(self, run_id: str) -> str:
        """One execution, whole: the outcome of its last state."""
        planned = self.plan_run(run_id)
        while planned.outcome == "more":
            planned = self.plan_run(run_id)
        if planned.outcome not in {"planned", "empty"}:
            return planned.outcome
        for page in planned.pages:
            for _ in range(6):
                try:
                    self.bill_page(page.run_id, page.n)
                    break
                except Exception as error:  # noqa: BLE001 - as the machine: again, then the others go on
                    self.troubles.append(error)
        return self.close_run(run_id).outcome

    def day(self, on: date, hour: int = 6, minute: int = 0) -> str:
        """The clock at that instant (UTC), and the execution of the run that is due, if any; its id."""
        self.now = datetime(on.year, on.month, on.day, hour, minute, tzinfo=UTC)
        begun = self.start()
        if begun.run_id:
            self.execute(begun.run_id)
        return begun.run_id

    def by_hand(self, mode: str = "draft", id: str = "run_hand_1", channel: str = "email") -> BillingRun:
        """Planned, and not gone on with yet."""
        self.prepare(id, RunMode(mode), channel, BILLER)
        self.execute(id)
        return self.run(id)

    # -- what came of it
    def run(self, id: str) -> BillingRun:
        return require(self.store, run_ref(id))

    def payers(self, run_id: str) -> dict[str, RunPayer]:
        """By payer's key; of the last one where there are several."""
        return {p.payer_key: p for p in everything(self.store, payers_of_run(run_id), 100_000)}

    def outcomes(self, run_id: str) -> dict[str, tuple[str | None, str]]:
        return {key: (p.outcome, p.reason) for key, p in self.payers(run_id).items()}

    @property
    def documents(self) -> list[Invoice]:
        return [i for i in self.store.items.values() if isinstance(i, Invoice)]

"""A billing run: everybody who owes something gets one document, or one payment link, of all of it (C-02, C-03)."""

import hashlib
from datetime import date, datetime, timedelta
from enum import StrEnum

from creneau.shared.model import Stored
from creneau.shared.store import Collection, Ref

PAGE = 25
"""Payers of a page, about: they are dealt out by a hash of who they are."""

MOST_PAGES = 1000
"""Each page is about eight events of an execution, which holds 25,000."""

STALLED = timedelta(minutes=15)
"""Without progress for so long, the sweeper takes it that its execution was lost."""

_SPAN = 1 << 32


class RunMode(StrEnum):
    DRAFT = "draft"
    SEND_INVOICE = "send_invoice"
    SEND_PAYMENT_LINK = "send_payment_link"


class Cycle(StrEnum):
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class RunState(StrEnum):
    """`planned`: one by hand, which staff look at before it goes on."""

    PLANNING = "planning"
    PLANNED = "planned"
    RUNNING = "running"
    CLOSED = "closed"


class Outcome(StrEnum):
    """What became of one payer. `unreached`: there is a document or link, and no message of it leaves; `not_final`: the
    draft lacks something; `nothing`: nothing to bill, or not again so soon; `changed`: not what was shown any more;
    `failed`: listed with its reason, and left out.
    """

    DRAFTED = "drafted"
    INVOICED = "invoiced"
    ASKED = "asked"
    UNREACHED = "unreached"
    NOT_FINAL = "not_final"
    NOTHING = "nothing"
    CHANGED = "changed"
    FAILED = "failed"


class BillingRun(Stored, frozen=True, kw_only=True):
    """`cycle` None: by hand. `on` is the local day of its period, `at` the instant by which something must have been due.
    `mode`, `channel`, `issuer_id` and `notice_gap_days` are those of the settings when it was made.

    `cursor` is where its planning goes on, `looked_at` counts the payments due that were looked at, `payers` what came of
    them. `digest` names the plan. `counts` are payers by outcome. `attempt` counts the executions begun for it.
    """

    id: str
    mode: RunMode
    channel: str = "email"
    cycle: Cycle | None = None
    on: date
    at: datetime
    issuer_id: str | None = None
    notice_gap_days: int = 7
    state: RunState = RunState.PLANNING
    attempt: int = 1
    cursor: str | None = None
    looked_at: int = 0
    payers: int = 0
    digest: str = ""
    counts: dict[str, int] = {}
    created_at: datetime
    created_by: str = ""
    started_by: str = ""
    closed_at: datetime | None = None
    look_at: datetime | None = None

    @property
    def by_hand(self) -> bool:
        return self.cycle is None

    @property
    def done(self) -> int:
        """How many payers have their outcome."""
        return sum(self.counts.values())

    @property
    def pages(self) -> int:
        return min(MOST_PAGES, -(-self.payers // PAGE))

    @property
    def channels(self) -> tuple[str, ...]:
        return ("email", "sms") if self.channel == "both" else (self.channel,)


class RunPayer(Stored, frozen=True, kw_only=True):
    """What one payer of a run owes in one currency to one issuer (empty: to whomever, in a link). `total` in minor units as
    it was planned.

    `asked` is the total of a link that was decided on and may not be on its way yet. `tries` counts what broke off.
    """

    run_id: str
    payer_key: str
    currency: str
    issuer_id: str = ""
    billable_ids: tuple[str, ...] = ()
    total: int = 0
    outcome: Outcome | None = None
    reason: str = ""
    document_id: str | None = None
    message_ids: tuple[str, ...] = ()
    asked: int = 0
    tries: int = 0

    @property
    def place(self) -> str:
        """Where it stands in its run: at random, and always there."""
        who = f"{self.payer_key}.{self.currency}.{self.issuer_id}"
        return f"{hashlib.sha256(who.encode()).hexdigest()[:8]}.{who}"


def run_ref(id: str) -> Ref[BillingRun]:
    return Ref(BillingRun, (id,))


def run_payer_ref(payer: RunPayer) -> Ref[RunPayer]:
    return Ref(RunPayer, (payer.run_id, payer.place))


def runs_by_age() -> Collection[BillingRun]:
    """Of the clinic, the latest first."""
    return Collection("runs_by_age", BillingRun, newest_first=True)


def payers_of_page(run: BillingRun, n: int) -> Collection[RunPayer]:
    """Those whose place lies in the n-th of the run's pages; every payer is in one."""
    low, high = n * _SPAN // run.pages, (n + 1) * _SPAN // run.pages - 1
    return Collection("payers_of_run", RunPayer, (run.id,), f"{low:08x}", f"{high:08x}")


def payers_of_run(run_id: str) -> Collection[RunPayer]:
    return Collection("payers_of_run", RunPayer, (run_id,), "00000000", "ffffffff")


def payers_by_outcome(run_id: str, outcome: Outcome) -> Collection[RunPayer]:
    return Collection("payers_by_outcome", RunPayer, (run_id, outcome))

"""Billing runs: their use cases on their adapters."""

from functools import cached_property

from creneau.adapters import aws
from creneau.adapters.notices import PayerNotices
from creneau.adapters.run_executions import RunExecutions
from creneau.billing.bill_page import BillPage
from creneau.billing.close_run import CloseRun
from creneau.billing.forecast_runs import ForecastRuns
from creneau.billing.issue import ConfirmDrafts, Issue
from creneau.billing.plan_run import PlanRun
from creneau.billing.ports import Notices, Runs
from creneau.billing.read_facts import ReadFacts
from creneau.billing.show_run import ShowRun
from creneau.billing.start_run import ConfirmRun, FollowRun, PrepareRun, StartDueRun, SweepRun
from creneau.wiring.messages import Messages


class BillingRuns(Messages):
    @cached_property
    def runs(self) -> Runs:
        return RunExecutions(aws.client("stepfunctions"), self.environment["BILLING_RUN_ARN"])

    @cached_property
    def notices(self) -> Notices:
        return PayerNotices(self.send_invoice, self.send_payment_link)

    @cached_property
    def start_due_run(self) -> StartDueRun:
        return StartDueRun(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def prepare_run(self) -> PrepareRun:
        return PrepareRun(self.store, self.clinic, self.clock)

    @cached_property
    def confirm_run(self) -> ConfirmRun:
        return ConfirmRun(self.store, self.clock, self.again)

    @cached_property
    def follow_run(self) -> FollowRun:
        return FollowRun(self.store, self.runs)

    def sweep_run(self, run_id: str) -> None:
        """Built when a run is looked at: most of the sweeper's minutes have none."""
        SweepRun(self.store, self.clock, self.follow_run)(run_id)

    @cached_property
    def plan_run(self) -> PlanRun:
        return PlanRun(self.store, self.clock, self.again)

    @cached_property
    def forecast_runs(self) -> ForecastRuns:
        return ForecastRuns(self.store, self.clinic, self.clock)

    @cached_property
    def show_run(self) -> ShowRun:
        return ShowRun(self.read_facts, self.clinic)

    @cached_property
    def read_facts(self) -> ReadFacts:
        return ReadFacts(self.store)

    @cached_property
    def issue(self) -> Issue:
        return Issue(self.finalise, self.notices)

    @cached_property
    def bill_page(self) -> BillPage:
        return BillPage(
            self.store,
            self.clinic,
            self.clock,
            self.again,
            self.read_facts,
            self.make_drafts.put_draft,
            self.issue,
            self.notices,
            self.trouble,
        )

    @cached_property
    def close_run(self) -> CloseRun:
        return CloseRun(self.store, self.clock, self.again)

    @cached_property
    def confirm_drafts(self) -> ConfirmDrafts:
        return ConfirmDrafts(self.store, self.issue)

"""What payers are reminded of: the use cases on their adapters."""

from functools import cached_property

from creneau.adapters.owed_invoices import BilledOwed
from creneau.billing.edit_payer import EditPayer
from creneau.messaging.payments.forecast import ForecastReminders
from creneau.messaging.payments.plan_payer_reminders import PlanPayerReminders
from creneau.messaging.payments.remind import ListReminders, RemindPayers
from creneau.messaging.payments.replan_payers import PAYERS_JOB, ContinuePayersReplan, StartPayersReplan
from creneau.messaging.payments.take_along import TakeAlong
from creneau.messaging.ports import OwedInvoices
from creneau.messaging.walk import SweepWalk
from creneau.wiring.messages import Messages


class Payments(Messages):
    @cached_property
    def owed_invoices(self) -> OwedInvoices:
        return BilledOwed(self.store, self.invoices)

    @cached_property
    def edit_payer(self) -> EditPayer:
        return EditPayer(self.store, self.again)

    @cached_property
    def plan_payer_reminders(self) -> PlanPayerReminders:
        return PlanPayerReminders(self.store, self.owed_invoices, self.clinic, self.clock, self.again)

    @cached_property
    def list_reminders(self) -> ListReminders:
        return ListReminders(self.store, self.owed_invoices, self.clinic, self.clock)

    @cached_property
    def remind_payers(self) -> RemindPayers:
        return RemindPayers(self.store, self.owed_invoices, self.list_reminders, self.clinic, self.clock, self.again)

    @cached_property
    def forecast_reminders(self) -> ForecastReminders:
        return ForecastReminders(self.store, self.owed_invoices, self.clinic, self.clock)

    @cached_property
    def take_along(self) -> TakeAlong:
        return TakeAlong(self.store, self.forecast_reminders, self.clock, self.again)

    @cached_property
    def start_payers_replan(self) -> StartPayersReplan:
        return StartPayersReplan(self.store, self.clock, self.again)

    @cached_property
    def continue_payers_replan(self) -> ContinuePayersReplan:
        return ContinuePayersReplan(self.store, self.owed_invoices, self.plan_payer_reminders, self.clock, self.trouble)

    @cached_property
    def sweep_payers(self) -> SweepWalk:
        return SweepWalk(self.store, PAYERS_JOB, self.start_payers_replan, self.continue_payers_replan, self.clock)

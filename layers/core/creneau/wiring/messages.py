"""Messages: what plans them, and what staff do with them."""

from functools import cached_property

from creneau.adapters import identifiers
from creneau.messaging.birthday import PlanBirthdays
from creneau.messaging.cancel import CancelMessage
from creneau.messaging.issue_voucher import IssueVoucher, SendVoucher
from creneau.messaging.payments.mark_reminded import MarkReminded
from creneau.messaging.payments.send_link import SendPaymentLink
from creneau.messaging.payments.send_new import SendNewInvoice
from creneau.messaging.plan_changes import PlanAppointmentMessages
from creneau.messaging.plan_offers import PlanOffers
from creneau.messaging.plan_reminders import PlanReminders
from creneau.messaging.quiet_visits import ShowLosingVisits
from creneau.messaging.replan import ContinueReplan, StartReplan
from creneau.messaging.replan_job import REPLAN_JOB
from creneau.messaging.resend import Resend, SendConfirmation
from creneau.messaging.review import PlanReview
from creneau.messaging.send_invoice import SendInvoice
from creneau.messaging.walk import SweepWalk
from creneau.wiring.sending import Sending
from creneau.wiring.sms import Sms
from creneau.wiring.templates import Templates


class Messages(Sending, Sms, Templates):
    @cached_property
    def send_invoice(self) -> SendInvoice:
        return SendInvoice(self.store, self.invoices, self.clinic, self.clock, self.again)

    @cached_property
    def send_new_invoice(self) -> SendNewInvoice:
        return SendNewInvoice(self.store, self.invoices, self.send_invoice)

    @cached_property
    def send_payment_link(self) -> SendPaymentLink:
        return SendPaymentLink(self.store, self.invoices, self.clinic, self.clock, self.again)

    @cached_property
    def mark_reminded(self) -> MarkReminded:
        return MarkReminded(self.store, self.invoices, self.clinic, self.again)

    @cached_property
    def plan_appointment_messages(self) -> PlanAppointmentMessages:
        return PlanAppointmentMessages(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def plan_reminders(self) -> PlanReminders:
        return PlanReminders(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def show_losing_visits(self) -> ShowLosingVisits:
        return ShowLosingVisits(self.store, self.clinic, self.clock)

    @cached_property
    def start_replan(self) -> StartReplan:
        return StartReplan(self.store, self.clock, self.again)

    @cached_property
    def continue_replan(self) -> ContinueReplan:
        return ContinueReplan(self.store, self.plan_reminders, self.clock, self.trouble)

    @cached_property
    def sweep_replan(self) -> SweepWalk:
        return SweepWalk(self.store, REPLAN_JOB, self.start_replan, self.continue_replan, self.clock)

    @cached_property
    def plan_offers(self) -> PlanOffers:
        return PlanOffers(self.store, self.clinic, self.offers, self.clock, self.again)

    @cached_property
    def resend(self) -> Resend:
        return Resend(self.store, self.read_known, self.clock, self.again)

    @cached_property
    def send_confirmation(self) -> SendConfirmation:
        return SendConfirmation(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def plan_review(self) -> PlanReview:
        return PlanReview(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def plan_birthdays(self) -> PlanBirthdays:
        return PlanBirthdays(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def issue_voucher(self) -> IssueVoucher:
        return IssueVoucher(self.store, self.clinic, self.clock, self.again, identifiers.random_bytes)

    @cached_property
    def send_voucher(self) -> SendVoucher:
        return SendVoucher(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def cancel_message(self) -> CancelMessage:
        return CancelMessage(self.store, self.clock, self.again)

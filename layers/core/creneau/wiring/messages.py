"""Messages, their templates and what plans and sends them: the use cases on their adapters."""

from functools import cached_property
from typing import TYPE_CHECKING

from creneau.adapters import aws, identifiers
from creneau.adapters.content import S3Contents
from creneau.adapters.delay_executions import StepFunctionsDelays
from creneau.adapters.drawn_documents import DrawnDocuments
from creneau.adapters.invoices import BilledInvoices
from creneau.adapters.offers import WaitlistOffers
from creneau.adapters.outbox_queue import SqsOutbox
from creneau.adapters.owed_invoices import BilledOwing
from creneau.adapters.pace import Pace
from creneau.adapters.ses import SesMailer
from creneau.adapters.sns import SnsOptOuts, SnsTexter
from creneau.messaging.birthday import PlanBirthdays
from creneau.messaging.cancel import CancelMessage
from creneau.messaging.chosen_template import CheckTemplates
from creneau.messaging.dispatch import Dispatch, HandOver
from creneau.messaging.edit_signatures import EditSignatures
from creneau.messaging.facts import ReadKnown
from creneau.messaging.issue_voucher import IssueVoucher, SendVoucher
from creneau.messaging.list_messages import ListMessages
from creneau.messaging.opt_out import OpenOptOut, OptOut
from creneau.messaging.payments.mark_reminded import MarkReminded
from creneau.messaging.payments.send_link import SendPaymentLink
from creneau.messaging.payments.send_new import SendNewInvoice
from creneau.messaging.plan_changes import PlanAppointmentMessages
from creneau.messaging.plan_offers import PlanOffers
from creneau.messaging.plan_reminders import PlanReminders
from creneau.messaging.ports import Contents, Delays, Documents, Invoices, KeptContents, Mailer, Offers, Outbox, Texter
from creneau.messaging.quiet_visits import ShowLosingVisits
from creneau.messaging.record_feedback import RecordFeedback
from creneau.messaging.replan import ContinueReplan, StartReplan, SweepReplan
from creneau.messaging.resend import Resend, SendConfirmation
from creneau.messaging.review import PlanReview
from creneau.messaging.send_group import CancelGroup, PreviewGroup, SendToGroup, SortOut, WalkGroup
from creneau.messaging.send_invoice import SendInvoice
from creneau.messaging.send_sms import SendSms
from creneau.messaging.settle_outcome import SettleOutcome
from creneau.messaging.sms.consumption import ShowConsumption
from creneau.messaging.sms.opt_outs import ReadOptOuts
from creneau.messaging.sms.spending import SpentOfLimit
from creneau.messaging.sweep import SweepMessages
from creneau.messaging.templates.edit import EditTemplates
from creneau.messaging.templates.show import ShowTemplates
from creneau.messaging.templates.switch import SwitchTemplate
from creneau.messaging.unread_offers import UnreadOffers

if TYPE_CHECKING:
    from creneau.messaging.deliver import Deliver
    from creneau.messaging.resume import ResumeSending
    from creneau.messaging.show_sms import ShowSms
    from creneau.messaging.sms.estimate_credits import EstimateCredits
    from creneau.messaging.templates.preview import Preview
from creneau.wiring.agenda import Agenda
from creneau.wiring.billing import Billing

DELIVERERS = 4
"""How many consumers of the outbox run at once, at most (the template's MaximumConcurrency): they share a rate."""


class Messages(Agenda, Billing):
    @cached_property
    def show_templates(self) -> ShowTemplates:
        return ShowTemplates(self.store)

    @cached_property
    def edit_templates(self) -> EditTemplates:
        return EditTemplates(self.store, self.show_templates, self.clinic, self.clock, self.again)

    @cached_property
    def switch_template(self) -> SwitchTemplate:
        return SwitchTemplate(self.store, self.show_templates, self.clock, self.again)

    @cached_property
    def preview_template(self) -> "Preview":
        # Imported here: it writes messages, which few requests ask for.
        from creneau.messaging.templates.preview import Preview

        base_url = self.environment.get("PUBLIC_BASE_URL", "").rstrip("/")
        return Preview(self.store, self.clinic, self.clock, base_url)

    # -- what leaves
    @cached_property
    def offers(self) -> Offers:
        return WaitlistOffers(self.clinic.zone)

    @cached_property
    def invoices(self) -> Invoices:
        return BilledInvoices()

    @cached_property
    def documents(self) -> Documents:
        return DrawnDocuments(aws.client("s3"), self.environment["CONTENT_BUCKET"], self.drawer)

    @cached_property
    def read_known(self) -> ReadKnown:
        return ReadKnown(self.store, self.offers, self.invoices, BilledOwing(self.owed_by), self.clinic)

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
    def outbox(self) -> Outbox:
        return SqsOutbox(aws.client("sqs"), self.environment["OUTBOX_QUEUE_URL"])

    @cached_property
    def delays(self) -> Delays:
        return StepFunctionsDelays(aws.client("stepfunctions"), self.environment.get("MESSAGE_DELAY_ARN", ""))

    @cached_property
    def contents(self) -> Contents:
        return S3Contents(aws.client("s3"), self.environment["CONTENT_BUCKET"])

    @cached_property
    def kept_contents(self) -> KeptContents:
        return S3Contents(aws.client("s3"), self.environment["CONTENT_BUCKET"])

    @cached_property
    def mailer(self) -> Mailer:
        pace = Pace(DELIVERERS / float(self.environment.get("SES_RATE", "14")))
        return SesMailer(aws.client("sesv2", aws.ONCE), self.environment["CONFIGURATION_SET"], pace)

    @cached_property
    def texter(self) -> Texter:
        pace = Pace(DELIVERERS / float(self.environment.get("SMS_RATE", "20")))
        return SnsTexter(aws.client("sns", aws.ONCE), pace)

    @cached_property
    def check_templates(self) -> CheckTemplates:
        return CheckTemplates(self.store)

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
    def sweep_replan(self) -> SweepReplan:
        return SweepReplan(self.store, self.start_replan, self.continue_replan, self.clock)

    @cached_property
    def plan_offers(self) -> PlanOffers:
        return PlanOffers(self.store, self.clinic, self.offers, self.clock, self.again)

    @cached_property
    def dispatch_message(self) -> Dispatch:
        return Dispatch(self.store, self.outbox, self.delays, self.clock)

    @cached_property
    def hand_over(self) -> HandOver:
        return HandOver(self.store, self.outbox, self.clock)

    @cached_property
    def deliver(self) -> "Deliver":
        # Imported here: templates and locales are for the one function that writes messages.
        from creneau.messaging.attach import Attach
        from creneau.messaging.compose import Compose
        from creneau.messaging.deliver import Deliver

        compose = Compose(self.clinic, self.environment["PUBLIC_BASE_URL"].rstrip("/"), identifiers.random_bytes)
        return Deliver(
            store=self.store,
            read=self.read_known,
            attach=Attach(self.documents),
            compose=compose,
            contents=self.contents,
            mailer=self.mailer,
            texter=self.texter,
            dispatch=self.dispatch_message,
            clock=self.clock,
            again=self.again,
        )

    @cached_property
    def edit_signatures(self) -> EditSignatures:
        return EditSignatures(self.store, self.again)

    @cached_property
    def open_opt_out(self) -> OpenOptOut:
        return OpenOptOut(self.store, self.clinic, self.clock)

    @cached_property
    def opt_out(self) -> OptOut:
        return OptOut(self.change_consent)

    @cached_property
    def show_consumption(self) -> ShowConsumption:
        return ShowConsumption(self.store, self.clinic, self.clock)

    @cached_property
    def list_messages(self) -> ListMessages:
        return ListMessages(self.store)

    @cached_property
    def resend(self) -> Resend:
        return Resend(self.store, self.read_known, self.clock, self.again)

    @cached_property
    def send_confirmation(self) -> SendConfirmation:
        return SendConfirmation(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def resume_sending(self) -> "ResumeSending":
        from creneau.messaging.resume import ResumeSending

        return ResumeSending(self.store, self.list_messages, self.kept_contents, self.clock, self.again)

    @cached_property
    def estimate_credits(self) -> "EstimateCredits":
        # Imported here: locales are for those who read a wording's words.
        from creneau.messaging.sms.estimate_credits import EstimateCredits

        return EstimateCredits(self.store, self.clinic, self.clock, self.environment.get("PUBLIC_BASE_URL", ""))

    @cached_property
    def unread_offers(self) -> UnreadOffers:
        return UnreadOffers(self.store, self.offers)

    @cached_property
    def record_feedback(self) -> RecordFeedback:
        return RecordFeedback(self.store, self.clock, self.again)

    @cached_property
    def read_opt_outs(self) -> ReadOptOuts:
        return ReadOptOuts(self.store, SnsOptOuts(aws.client("sns")), self.clock, self.again)

    @cached_property
    def spent_of_limit(self) -> SpentOfLimit:
        return SpentOfLimit(self.store, self.clinic, self.clock)

    @cached_property
    def plan_review(self) -> PlanReview:
        return PlanReview(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def plan_birthdays(self) -> PlanBirthdays:
        return PlanBirthdays(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def send_sms(self) -> SendSms:
        return SendSms(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def show_sms(self) -> "ShowSms":
        # Imported here: wordings and locales are for those who write messages.
        from creneau.messaging.show_sms import ShowSms

        # As long as the API's own address where links begin with that: each character of an SMS counts.
        own = f"https://{'x' * 10}.execute-api.{self.environment.get('AWS_REGION', 'eu-central-1')}.amazonaws.com"
        url = self.environment.get("PUBLIC_BASE_URL") or own
        return ShowSms(self.store, self.clinic, self.clock, url.rstrip("/"))

    @cached_property
    def preview_group(self) -> PreviewGroup:
        return PreviewGroup(self.store, self.clinic, self.clock, self.sort_out_group)

    @cached_property
    def send_to_group(self) -> SendToGroup:
        return SendToGroup(self.store, self.clock, self.again)

    @cached_property
    def walk_group(self) -> WalkGroup:
        return WalkGroup(self.store, self.clock, self.again, self.sort_out_group)

    @cached_property
    def cancel_group(self) -> CancelGroup:
        return CancelGroup(self.store, self.clock, self.again)

    @cached_property
    def sort_out_group(self) -> SortOut:
        return SortOut(self.store, self.clinic)

    @cached_property
    def issue_voucher(self) -> IssueVoucher:
        return IssueVoucher(self.store, self.clinic, self.clock, self.again, identifiers.random_bytes)

    @cached_property
    def send_voucher(self) -> SendVoucher:
        return SendVoucher(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def settle_outcome(self) -> SettleOutcome:
        return SettleOutcome(self.store, self.clock, self.again)

    @cached_property
    def cancel_message(self) -> CancelMessage:
        return CancelMessage(self.store, self.clock, self.again)

    @cached_property
    def sweep_messages(self) -> SweepMessages:
        return SweepMessages(self.store, self.dispatch_message, self.clock, self.trouble)

"""How messages leave and come back: what is handed over to the providers, and what becomes of it."""

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
from creneau.adapters.sns import SnsTexter
from creneau.messaging.dispatch import Dispatch, HandOver
from creneau.messaging.list_messages import ListMessages
from creneau.messaging.ports import Contents, Delays, Documents, Invoices, KeptContents, Mailer, Offers, Outbox, Texter
from creneau.messaging.read_known import ReadKnown
from creneau.messaging.record_feedback import RecordFeedback
from creneau.messaging.settle_outcome import SettleOutcome
from creneau.messaging.sweep import SweepMessages
from creneau.messaging.unread_offers import UnreadOffers
from creneau.wiring.agenda import Agenda
from creneau.wiring.billing import Billing

if TYPE_CHECKING:
    from creneau.messaging.deliver import Deliver
    from creneau.messaging.resume import ResumeSending

DELIVERERS = 4
"""How many consumers of the outbox run at once, at most (the template's MaximumConcurrency): they share a rate."""


class Sending(Agenda, Billing):
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
    def outbox(self) -> Outbox:
        return SqsOutbox(aws.client("sqs"), self.environment["OUTBOX_QUEUE_URL"])

    @cached_property
    def delays(self) -> Delays:
        return StepFunctionsDelays(aws.client("stepfunctions"), self.environment.get("MESSAGE_DELAY_ARN", ""))

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
    def record_feedback(self) -> RecordFeedback:
        return RecordFeedback(self.store, self.clock, self.again)

    @cached_property
    def unread_offers(self) -> UnreadOffers:
        return UnreadOffers(self.store, self.offers)

    @cached_property
    def settle_outcome(self) -> SettleOutcome:
        return SettleOutcome(self.store, self.clock, self.again)

    @cached_property
    def list_messages(self) -> ListMessages:
        return ListMessages(self.store)

    @cached_property
    def resume_sending(self) -> "ResumeSending":
        from creneau.messaging.resume import ResumeSending

        return ResumeSending(self.store, self.list_messages, self.kept_contents, self.clock, self.again)

    @cached_property
    def sweep_messages(self) -> SweepMessages:
        return SweepMessages(self.store, self.dispatch_message, self.clock, self.trouble)

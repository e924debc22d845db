"""The one composition root: which adapters the use cases run on. Everything is built when first used."""

import logging
import os
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from creneau.adapters import aws, identifiers, wall_clock
from creneau.adapters.content import S3Contents
from creneau.adapters.delay_executions import StepFunctionsDelays
from creneau.adapters.document_drawer import DocumentDrawer
from creneau.adapters.document_shelf import DocumentShelf
from creneau.adapters.drawn_documents import DrawnDocuments
from creneau.adapters.dynamodb.table import Table
from creneau.adapters.invoices import BilledInvoices
from creneau.adapters.logo import S3Logo
from creneau.adapters.offers import WaitlistOffers
from creneau.adapters.outbox_queue import SqsOutbox
from creneau.adapters.pace import Pace
from creneau.adapters.retry_queue import RetryQueue
from creneau.adapters.round_executions import RoundExecutions
from creneau.adapters.ses import SesMailer
from creneau.adapters.sns import SnsOptOuts, SnsTexter
from creneau.agenda.absence import AddAbsence, AppointmentsIn, MarkAbsence, RemoveAbsence
from creneau.agenda.annotate import Annotate
from creneau.agenda.appointment import appointment_ref
from creneau.agenda.attendance import Attendance
from creneau.agenda.book import Book
from creneau.agenda.change_attendance import ChangeAttendance
from creneau.agenda.clear_absence import ClearAbsence
from creneau.agenda.consent import ChangeConsent
from creneau.agenda.delete import DeleteAppointment
from creneau.agenda.free_slots import FreeSlots
from creneau.agenda.mark_address import ClearAddresses, MarkAddress
from creneau.agenda.move import Move
from creneau.agenda.opening import ChangeOpening, RemoveOpening
from creneau.agenda.opening_series import AddOpenings
from creneau.agenda.practitioner_of_user import PractitionerOfUser
from creneau.agenda.register import Register
from creneau.agenda.register_patient import RegisterPatient
from creneau.agenda.wants_earlier import SetWantsEarlier
from creneau.billing.asked import PlanInvoices
from creneau.billing.change_draft import DeleteDraft, EditDraft
from creneau.billing.credit import DraftCredit
from creneau.billing.documents.reference import reference_of
from creneau.billing.drafts import Assemble, MakeDrafts
from creneau.billing.edit_consultations import EditConsultations
from creneau.billing.edit_issuers import EditInvoiceTemplates, EditIssuers
from creneau.billing.finalise import Finalise
from creneau.billing.payment import CancelPayment, RecordPayment, SetInstalments
from creneau.billing.record_bank_file import PlanBankFile, RecordBankFile
from creneau.messaging.birthday import PlanBirthdays
from creneau.messaging.cancel import CancelMessage
from creneau.messaging.chosen_template import CheckTemplates
from creneau.messaging.dispatch import Dispatch, HandOver
from creneau.messaging.edit_signatures import EditSignatures
from creneau.messaging.facts import ReadKnown
from creneau.messaging.issue_voucher import IssueVoucher, SendVoucher
from creneau.messaging.list_messages import ListMessages
from creneau.messaging.opt_out import OpenOptOut, OptOut
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
from creneau.shared.again import Again
from creneau.shared.change_settings import ChangeSettings
from creneau.shared.request_key import UseRequestKey
from creneau.shared.settings import Clinic
from creneau.shared.store import Store
from creneau.shared.time import Clock
from creneau.sweep import Sweep
from creneau.waitlist.answer import AnswerOffer, ShowOffer
from creneau.waitlist.bounce import BounceOffer
from creneau.waitlist.extend import Extend
from creneau.waitlist.history import ShowHistory, ShowNotAsked
from creneau.waitlist.line_grew import LineGrew
from creneau.waitlist.offer_page import OpenOfferLink, ReadClinicFacts, ReadOfferPage
from creneau.waitlist.open_round import OpenRound
from creneau.waitlist.ports import Rounds
from creneau.waitlist.pursue import Pursue, PursueDay
from creneau.waitlist.settle import Settle, SettleSlot
from creneau.waitlist.show_line import ShowLine
from creneau.waitlist.sweep import SweepWaitlist

if TYPE_CHECKING:
    from creneau.billing.documents.change_logo import ChangeLogo
    from creneau.billing.documents.draw_document import DrawDocument
    from creneau.billing.documents.open_document import OpenDocument
    from creneau.billing.documents.ports import Drawer, LogoPlace, Shelf
    from creneau.messaging.deliver import Deliver
    from creneau.messaging.resume import ResumeSending
    from creneau.messaging.show_sms import ShowSms
    from creneau.messaging.sms.estimate_credits import EstimateCredits
    from creneau.messaging.templates.preview import Preview

DELIVERERS = 4
"""How many consumers of the outbox run at once, at most (the template's MaximumConcurrency): they share a rate."""


class App:
    """`environment` is the process's; tests hand in their own, and override what they want to hold in their hands."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment

    # -- the world
    @cached_property
    def clinic(self) -> Clinic:
        env = self.environment
        return Clinic(
            name=env["CLINIC_NAME"],
            zone_name=env["CLINIC_ZONE"],
            country=env["CLINIC_COUNTRY"],
            currency=env["CLINIC_CURRENCY"],
            language=env["CLINIC_LANGUAGE"],
            sender=env["SENDER_ADDRESS"],
        )

    @cached_property
    def clock(self) -> Clock:
        return wall_clock.now

    @cached_property
    def again(self) -> Again:
        return Again(pause=wall_clock.pause, dice=wall_clock.dice)

    @cached_property
    def store(self) -> Store:
        return Table(aws.client("dynamodb"), self.environment["TABLE_NAME"])

    def new_id(self, prefix: str) -> str:
        return identifiers.new_id(prefix)

    # -- agenda
    @cached_property
    def book(self) -> Book:
        return Book(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def change_attendance(self) -> ChangeAttendance:
        return ChangeAttendance(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def move(self) -> Move:
        return Move(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def set_wants_earlier(self) -> SetWantsEarlier:
        return SetWantsEarlier(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def change_opening(self) -> ChangeOpening:
        return ChangeOpening(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def remove_opening(self) -> RemoveOpening:
        return RemoveOpening(self.store, self.clock, self.again)

    @cached_property
    def add_absence(self) -> AddAbsence:
        return AddAbsence(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def mark_absence(self) -> MarkAbsence:
        return MarkAbsence(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def remove_absence(self) -> RemoveAbsence:
        return RemoveAbsence(self.store, self.clinic, self.again)

    @cached_property
    def appointments_in(self) -> AppointmentsIn:
        return AppointmentsIn(self.store, self.clinic)

    @cached_property
    def clear_absence(self) -> ClearAbsence:
        return ClearAbsence(self.store, self.change_attendance, self.move)

    @cached_property
    def delete_appointment(self) -> DeleteAppointment:
        return DeleteAppointment(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def annotate(self) -> Annotate:
        return Annotate(self.store, self.clock, self.again)

    @cached_property
    def add_openings(self) -> AddOpenings:
        return AddOpenings(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def free_slots(self) -> FreeSlots:
        return FreeSlots(self.store, self.clinic, self.clock)

    # -- catalogue, patients, settings, who asks
    @cached_property
    def register(self) -> Register:
        return Register(self.store, self.clinic)

    @cached_property
    def register_patient(self) -> RegisterPatient:
        return RegisterPatient(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def change_consent(self) -> ChangeConsent:
        return ChangeConsent(self.store, self.clock, self.again)

    @cached_property
    def mark_address(self) -> MarkAddress:
        return MarkAddress(self.store, self.clock, self.again)

    @cached_property
    def clear_addresses(self) -> ClearAddresses:
        return ClearAddresses(self.store, self.clock, self.again)

    @cached_property
    def practitioner_of_user(self) -> PractitionerOfUser:
        return PractitionerOfUser(self.store, self.clock)

    @cached_property
    def use_request_key(self) -> UseRequestKey:
        return UseRequestKey(self.store, self.clock)

    @cached_property
    def change_settings(self) -> ChangeSettings:
        return ChangeSettings(self.store, self.clock)

    # -- templates
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

    # -- waitlist
    @cached_property
    def rounds(self) -> Rounds:
        return RoundExecutions(aws.client("stepfunctions"), self.environment["WAITLIST_ROUND_ARN"])

    @cached_property
    def pursue(self) -> Pursue:
        return Pursue(self.store, self.clinic, self.clock, self.rounds)

    @cached_property
    def pursue_day(self) -> PursueDay:
        return PursueDay(self.store, self.pursue)

    @cached_property
    def line_grew(self) -> LineGrew:
        return LineGrew(self.store, self.pursue_day)

    @cached_property
    def open_round(self) -> OpenRound:
        return OpenRound(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def settle(self) -> Settle:
        return Settle(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def settle_slot(self) -> SettleSlot:
        return SettleSlot(self.store, self.settle)

    @cached_property
    def extend(self) -> Extend:
        return Extend(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def show_history(self) -> ShowHistory:
        return ShowHistory(self.store, self.clinic)

    @cached_property
    def show_not_asked(self) -> ShowNotAsked:
        return ShowNotAsked(self.store, self.clinic)

    @cached_property
    def show_line(self) -> ShowLine:
        return ShowLine(self.store)

    @cached_property
    def show_offer(self) -> ShowOffer:
        return ShowOffer(self.store, self.clinic, self.clock)

    @cached_property
    def answer_offer(self) -> AnswerOffer:
        return AnswerOffer(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def bounce_offer(self) -> BounceOffer:
        return BounceOffer(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def open_offer_link(self) -> OpenOfferLink:
        return OpenOfferLink(self.store, self.clock)

    @cached_property
    def read_offer_page(self) -> ReadOfferPage:
        return ReadOfferPage(self.store, self.clinic, self.clock)

    @cached_property
    def read_clinic_facts(self) -> ReadClinicFacts:
        return ReadClinicFacts(self.store, self.clinic)

    # -- what has to be looked at, should the stream have lost it
    @cached_property
    def sweep_waitlist(self) -> SweepWaitlist:
        return SweepWaitlist(self.store, self.clock, self.pursue_day, self.settle, self.tend_offers, self.trouble)

    @cached_property
    def sweep(self) -> Sweep:
        return Sweep(
            self.store,
            self.clock,
            self.sweep_waitlist,
            self.sweep_messages,
            self.tell_of_appointment,
            self.mark_absence,
            self.mark_address,
            self.sweep_replan,
            self.walk_group,
            self.finish_invoice,
            self.trouble,
        )

    def tend_offers(self, round_id: str) -> None:
        """What a lost record of a round or of its messages would have led to."""
        self.plan_offers(round_id)
        self.free_unread_offers(round_id)

    def free_unread_offers(self, round_id: str) -> None:
        """Offers of a round whose messages nobody will read count as answered."""
        for appointment_id in self.unread_offers(round_id):
            self.bounce_offer(round_id, appointment_id)

    def tell_of_appointment(self, appointment_id: str) -> None:
        """Plans what its last change asks to be told, and its reminders, and need not be looked at for it any more."""
        appointment = self.store.get(appointment_ref(appointment_id))
        if appointment is not None:
            self.plan_appointment_messages(appointment_id)
            for id in (appointment_id, appointment.moved_from):
                if id is not None:
                    self.plan_reminders(id)
            if appointment.attendance is Attendance.ATTENDED:
                self.plan_review(appointment_id)
            self.store.looked(appointment_ref(appointment_id), appointment.version)

    def trouble(self, where: object, error: Exception) -> None:
        """Something one of many that went wrong: told, and tried again later."""
        logging.getLogger("creneau").error("failed at %s", where, exc_info=error)

    # -- reactions
    @cached_property
    def retry_queue(self) -> RetryQueue:
        return RetryQueue(aws.client("sqs"), self.environment["RETRY_QUEUE_URL"])

    # -- billing
    @cached_property
    def edit_issuers(self) -> EditIssuers:
        return EditIssuers(self.store, self.clinic)

    @cached_property
    def edit_invoice_templates(self) -> EditInvoiceTemplates:
        return EditInvoiceTemplates(self.store)

    @cached_property
    def edit_consultations(self) -> EditConsultations:
        return EditConsultations(self.store, self.clinic, self.clock)

    @cached_property
    def plan_invoices(self) -> PlanInvoices:
        return PlanInvoices(self.store, self.clinic, self.clock)

    @cached_property
    def assemble(self) -> Assemble:
        return Assemble(self.store, self.again)

    @cached_property
    def make_drafts(self) -> MakeDrafts:
        return MakeDrafts(self.store, self.clinic, self.clock, self.again, self.plan_invoices, self.assemble)

    def finish_invoice(self, invoice_id: str) -> None:
        """Goes on with a long draft that was left half taken, or half given back."""
        self.assemble(invoice_id)
        self.delete_draft.goes_on(invoice_id)

    @cached_property
    def edit_draft(self) -> EditDraft:
        return EditDraft(self.store)

    @cached_property
    def delete_draft(self) -> DeleteDraft:
        return DeleteDraft(self.store, self.clock, self.again)

    @cached_property
    def finalise(self) -> Finalise:
        return Finalise(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def record_payment(self) -> RecordPayment:
        return RecordPayment(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def cancel_payment(self) -> CancelPayment:
        return CancelPayment(self.store, self.clock, self.again)

    @cached_property
    def set_instalments(self) -> SetInstalments:
        return SetInstalments(self.store, self.again)

    @cached_property
    def plan_bank_file(self) -> PlanBankFile:
        return PlanBankFile(self.store, reference_of)

    @cached_property
    def record_bank_file(self) -> RecordBankFile:
        return RecordBankFile(self.plan_bank_file, self.record_payment)

    @cached_property
    def draft_credit(self) -> DraftCredit:
        return DraftCredit(self.store, self.clock)

    # -- documents; what makes them is imported here, for the functions that need it
    @cached_property
    def shelf(self) -> "Shelf":
        return DocumentShelf(aws.client("s3", aws.LINKED), self.environment["CONTENT_BUCKET"])

    @cached_property
    def drawer(self) -> "Drawer":
        return DocumentDrawer(aws.client("lambda", aws.AWAITED), self.environment["DRAW_DOCUMENT"])

    @cached_property
    def draw_document(self) -> "DrawDocument":
        from creneau.billing.documents.draw import draw
        from creneau.billing.documents.draw_document import DrawDocument

        return DrawDocument(self.store, self.clinic, self.clock, self.shelf, draw, self.logo.read)

    @cached_property
    def logo(self) -> "LogoPlace":
        return S3Logo(aws.client("s3"), self.environment["CONTENT_BUCKET"])

    @cached_property
    def change_logo(self) -> "ChangeLogo":
        from creneau.billing.documents.change_logo import ChangeLogo

        return ChangeLogo(self.logo)

    @cached_property
    def open_document(self) -> "OpenDocument":
        from creneau.billing.documents.open_document import OpenDocument

        return OpenDocument(self.clock, self.drawer, self.shelf)

    # -- messages
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
        return ReadKnown(self.store, self.offers, self.invoices, self.clinic)

    @cached_property
    def send_invoice(self) -> SendInvoice:
        return SendInvoice(self.store, self.invoices, self.clinic, self.clock, self.again)

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


_present: App | None = None


def app() -> App:
    """The process's application."""
    global _present
    if _present is None:
        _present = App(os.environ)
    return _present


def use(other: App | None) -> None:
    """Tests: what `app()` answers from now on (None: the process's own again)."""
    global _present
    _present = other

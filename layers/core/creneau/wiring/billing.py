"""Invoices and their documents: the use cases on their adapters."""

from functools import cached_property
from typing import TYPE_CHECKING

from creneau.adapters import aws
from creneau.adapters.document_drawer import DocumentDrawer
from creneau.adapters.document_shelf import DocumentShelf
from creneau.adapters.logo import S3Logo
from creneau.billing.asked import PlanInvoices
from creneau.billing.change_draft import DeleteDraft, EditDraft
from creneau.billing.credit import DraftCredit, GiveBack
from creneau.billing.decide_task import DecideTask
from creneau.billing.documents.reference import reference_of
from creneau.billing.drafts import Assemble, MakeDrafts
from creneau.billing.edit_consultations import EditConsultations
from creneau.billing.edit_issuers import EditInvoiceTemplates, EditIssuers
from creneau.billing.edit_packages import EditPackages
from creneau.billing.finalise import Finalise
from creneau.billing.keep_due import KeepDue
from creneau.billing.not_invoiced import ListNotInvoiced
from creneau.billing.owed import OwedBy
from creneau.billing.pay_due import PayDue
from creneau.billing.payment import CancelPayment, RecordPayment, SetInstalments
from creneau.billing.record_bank_file import PlanBankFile, RecordBankFile
from creneau.billing.sell import SellProduct
from creneau.billing.sell_package import SellPackage
from creneau.billing.take_back_sale import TakeBackSale

if TYPE_CHECKING:
    from creneau.billing.documents.change_logo import ChangeLogo
    from creneau.billing.documents.draw_document import DrawDocument
    from creneau.billing.documents.open_document import OpenDocument
    from creneau.billing.documents.ports import Drawer, LogoPlace, Shelf
from creneau.wiring.ground import Ground


class Billing(Ground):
    @cached_property
    def edit_issuers(self) -> EditIssuers:
        return EditIssuers(self.store, self.clinic)

    @cached_property
    def edit_invoice_templates(self) -> EditInvoiceTemplates:
        return EditInvoiceTemplates(self.store)

    @cached_property
    def edit_consultations(self) -> EditConsultations:
        return EditConsultations(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def keep_due(self) -> KeepDue:
        return KeepDue(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def owed_by(self) -> OwedBy:
        return OwedBy(self.store, self.clock)

    @cached_property
    def list_not_invoiced(self) -> ListNotInvoiced:
        return ListNotInvoiced(self.store, self.clinic, self.clock)

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
        """Goes on with a long draft that was left half taken, or with what was left half given back."""
        self.assemble(invoice_id)
        self.delete_draft.goes_on(invoice_id)
        GiveBack(self.store, self.again)(invoice_id)

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
    def pay_due(self) -> PayDue:
        return PayDue(self.store, self.clinic, self.clock, self.again, self.record_payment)

    @cached_property
    def edit_packages(self) -> EditPackages:
        return EditPackages(self.store, self.clinic)

    @cached_property
    def sell_product(self) -> SellProduct:
        return SellProduct(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def sell_package(self) -> SellPackage:
        return SellPackage(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def take_back_sale(self) -> TakeBackSale:
        return TakeBackSale(self.store, self.again)

    @cached_property
    def decide_task(self) -> DecideTask:
        return DecideTask(self.store, self.clock, self.again)

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

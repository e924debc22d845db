"""A practitioner as sent and shown."""

from pydantic import Field

from api.staff.given import Email, Given, Id, Ids, Line, Name, Phone, TemplateId
from api.staff.shown import View


class PractitionerView(View, frozen=True, kw_only=True):
    id: str
    name: str
    profession: str
    email: str | None
    phone: str | None
    user: str | None
    sms_template_id: str | None
    booking_sms_template_id: str | None
    issuer_id: str | None
    invoice_template_id: str | None
    default_service_ids: tuple[str, ...]
    version: int


class PractitionerGiven(Given):
    """`user` is the id (sub) of the practitioner's own sign-in, which then changes this practitioner's agenda.

    `sms_template_id` is the SMS that confirms what is booked with them, null: none; `booking_sms_template_id` the one
    that tells the practitioner of what patients book online, null: none.
    """

    name: Name
    profession: Line = ""
    email: Email | None = None
    phone: Phone | None = None
    user: Id | None = None
    sms_template_id: TemplateId | None = None
    booking_sms_template_id: TemplateId | None = None
    issuer_id: Id | None = Field(default=None, description="Who invoices for them, unless chosen otherwise.")
    invoice_template_id: Id | None = None
    default_service_ids: Ids = Field(default=(), description="What a consultation without an appointment is billed as.")

"""What callers send and are shown of templates (M-08)."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from api.staff.given import Given, Id, Language, Name, Text
from api.staff.shown import View
from creneau.messaging.delay import Unit
from creneau.messaging.message import Channel, Kind
from creneau.messaging.wording.fields import Privacy


class DelayView(View, frozen=True, kw_only=True):
    """So long before the visit; for a review, after it; for a payment reminder, after the invoice was finalised."""

    number: int
    unit: Unit


class WordingView(View, frozen=True, kw_only=True):
    """`key` names it: a language, `fr`, or a language and a case of its own, `fr.accepted` (a patient accepted an offer),
    `fr.by_patient` (a patient cancelled). `shipped`: nobody at the clinic wrote it."""

    key: str
    subject: str
    body: str
    shipped: bool


class TemplateView(View, frozen=True, kw_only=True):
    """`system`: its settings are fixed, its wordings can be changed. `notices` say what its sender means for patients, and
    whether it sends every invoice by itself. `can_be_off`: false for what is always told, or sent by hand. `attach`: its
    emails carry the PDFs of their invoices."""

    id: str
    system: bool
    kind: Kind
    channel: Channel
    title: str
    description: str
    active: bool
    can_be_off: bool
    since: datetime | None
    delays: list[DelayView]
    sender: str
    attach: bool
    notices: list[str]
    wordings: list[WordingView]
    version: int


class FieldView(View, frozen=True, kw_only=True):
    """A field, `{{ appointment.start }}`, and what it says in a sample. `privacy`: `health` stands in an email's body
    only. `optional`: it often is empty; then its paragraph, in an SMS its line, is left out. `block`: a box or a button,
    alone in its paragraph."""

    name: str
    privacy: Privacy
    optional: bool
    block: bool
    in_subject: bool
    sample: str


class PreviewView(View, frozen=True, kw_only=True):
    """An email's three parts, or the text of an SMS; the others are empty."""

    language: str
    subject: str
    text: str
    html: str
    sms: str


class DelayGiven(Given):
    number: int = Field(ge=0, le=10000, description="0 hours: an invoice's own email, at once when it is finalised.")
    unit: Literal["minutes", "hours", "days", "months"]


Words = Annotated[str, Field(max_length=40_000)]
"""Longer than any limit of a wording, which names the place where a text is cut."""


class WordingGiven(Given):
    """Words and fields, `{{ clinic.name }}`, and nothing else. In an email's body blank lines part paragraphs, and a first
    line that begins with `# ` is its heading. An SMS has no subject."""

    subject: Words = ""
    body: Words


class TemplateGiven(Given):
    """A template of the clinic's own. `title` and `description` are for staff. Reminders, of visits and of payments, have 1
    to 10 delays, reviews one, invoices 0 hours, others none. `sender` of an SMS: a number, or 3 to 11 letters and digits;
    empty: the clinic's. `attach` false: emails about invoices carry a link to them and no PDFs."""

    kind: Kind
    channel: Channel
    title: Name
    description: Text = ""
    sender: Annotated[str, Field(max_length=40)] = ""
    delays: Annotated[tuple[DelayGiven, ...], Field(max_length=10)] = ()
    active: bool = True
    attach: bool = True
    wordings: Annotated[dict[str, WordingGiven], Field(max_length=4)]


class TemplateEdits(Given):
    """What is left out, or null, stays as it is; `delays` are given as a whole."""

    title: Name | None = None
    description: Text | None = None
    sender: Annotated[str, Field(max_length=40)] | None = None
    delays: Annotated[tuple[DelayGiven, ...], Field(max_length=10)] | None = None
    attach: bool | None = None


class Copy(Given):
    """The title of the copy."""

    title: Name


class Switch(Given):
    active: bool


class PreviewAsked(Given):
    """`wording`: the one to show, null: as it is now. About a made-up visit, or that of `appointment_id`."""

    key: Annotated[str, Field(max_length=40)]
    wording: WordingGiven | None = None
    appointment_id: Id | None = None


class UnsavedAsked(Given):
    """A wording that belongs to no template yet."""

    kind: Kind
    channel: Channel
    key: Annotated[str, Field(max_length=40)]
    wording: WordingGiven
    appointment_id: Id | None = None


class FieldsAsked(Given):
    """The fields of one kind and channel, with a sample in one language, null: the clinic's."""

    kind: Kind
    channel: Channel
    language: Language | None = None

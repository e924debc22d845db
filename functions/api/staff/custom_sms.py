"""Custom SMS: to one patient or to a group, shown before they go, taken back before they left (M-14)."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from pydantic import Field

from api.staff.given import Given, Id, Instant, Language, Line, Nothing, Paged
from api.staff.routing import AGENDA, Call, Routes
from api.staff.shown import Listed, View, view
from creneau.messaging.custom import Words
from creneau.messaging.group import GroupFilter, SmsGroup, group_ref, groups_by_age
from creneau.messaging.message import MessageState
from creneau.messaging.of_use import would_leave
from creneau.messaging.send_group import Asked, group_leaves_at
from creneau.messaging.sms.segments import Encoding
from creneau.shared.settings import SETTINGS, Settings
from creneau.shared.store import require

routes = Routes()

Written = Annotated[str, Field(max_length=10_000)]
"""Longer than an SMS can be: the refusal says where it has to be cut."""


class OutsideView(View, frozen=True, kw_only=True):
    """A character that makes the whole SMS dearer, and where it stands, counted from 0."""

    character: str
    at: tuple[int, ...]


class SmsTextView(View, frozen=True, kw_only=True):
    """The SMS as it will read. A `gsm7` SMS holds 160 characters a credit, a `ucs2` one 70; `left` are free in the last.

    `outside` are the characters that keep it from being `gsm7`. One that is `too_long` would be refused.
    """

    language: str
    text: str
    encoding: Encoding
    credits: int
    left: int
    outside: list[OutsideView]
    too_long: bool


class CustomSmsView(View, frozen=True, kw_only=True):
    """A custom SMS to one patient; the message of the same `id` has the rest. `leaves_at` is the soonest that it leaves."""

    COLLECTION = "/v1/messages"

    id: str
    patient_id: str | None
    state: MessageState
    due_at: datetime
    leaves_at: datetime
    version: int


class GroupFilterView(View, frozen=True, kw_only=True):
    agenda_id: str | None
    practitioner_id: str | None
    service_id: str | None
    last_from: date | None
    last_to: date | None
    next_from: date | None
    next_to: date | None
    language: str | None


class SmsGroupView(View, frozen=True, kw_only=True):
    """How far it got: `looked_at` patients so far, `planned` messages, `left_out` by reason, `cancelled` messages.

    `planning` and `cancelling` go on by themselves. `leaves_at` is the soonest that it leaves: never on a Sunday or public
    holiday, nor in the quiet hours.
    """

    COLLECTION = "/v1/sms/groups"

    id: str
    filter: GroupFilterView
    text: str
    template_id: str | None
    due_at: datetime
    leaves_at: datetime
    state: Literal["planning", "planned", "cancelling", "cancelled"]
    looked_at: int
    planned: int
    left_out: dict[str, int]
    cancelled: int
    created_at: datetime
    created_by: str
    version: int


class GroupMemberView(View, frozen=True, kw_only=True):
    """A patient whom the filter means; `left_out` says why they would get nothing, null: they get it."""

    patient_id: str
    name: str
    left_out: str | None


class GroupPreviewView(View, frozen=True, kw_only=True):
    """Whom it would go to among `looked_at` patients; ask on with `next_cursor` until it is null."""

    leaves_at: datetime
    looked_at: int
    items: list[GroupMemberView]
    next_cursor: str | None


class CustomSmsGiven(Given):
    """`text` with fields such as `{{ recipient.name }}`, or `template_id`. `at` left out: now."""

    text: Written = ""
    template_id: Line | None = None
    at: Instant | None = None


class SmsTextGiven(Given):
    """To `patient_id`, or to somebody made up who reads `language`. `to_group`: with the link that ends such SMS."""

    text: Written = ""
    template_id: Line | None = None
    patient_id: Id | None = None
    language: Language | None = None
    to_group: bool = False


class GroupFilterGiven(Given):
    """All that is given must hold; nothing given: every patient. Dates are local, both included.

    `agenda_id`, `practitioner_id` and `service_id` say which appointments count; `last_from` and `last_to` bound the
    latest of them that is over, `next_from` and `next_to` the first one ahead; without dates either is enough.
    """

    agenda_id: Id | None = None
    practitioner_id: Id | None = None
    service_id: Id | None = None
    last_from: date | None = None
    last_to: date | None = None
    next_from: date | None = None
    next_to: date | None = None
    language: Language | None = None


class SmsGroupGiven(CustomSmsGiven):
    filter: GroupFilterGiven


class GroupPreviewGiven(SmsGroupGiven):
    """`limit` patients are looked at, whether the filter means them or not."""

    limit: int = Field(default=100, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=2000)


def _words(given: CustomSmsGiven | SmsTextGiven) -> Words:
    return Words(text=given.text, template_id=given.template_id)


def _asked(given: SmsGroupGiven) -> Asked:
    return Asked(msgspec.convert(given.filter.model_dump(), GroupFilter), _words(given), given.at)


def _shown(call: Call, group: SmsGroup) -> SmsGroupView:
    leaves_at = group_leaves_at(group, call.app.store.get(SETTINGS) or Settings(), call.app.clinic)
    return view(
        SmsGroupView, group, filter=view(GroupFilterView, group.filter), leaves_at=leaves_at, state=group.state.value
    )


@routes("POST", "/v1/sms/preview", AGENDA, takes=SmsTextGiven, answers=SmsTextView)
def preview_sms(call: Call, given: SmsTextGiven) -> SmsTextView:
    """What it will read like, and its credits; nothing is sent."""
    shown = call.app.show_sms(_words(given), given.patient_id, given.language, given.to_group)
    return view(
        SmsTextView,
        shown.segments,
        language=shown.language,
        text=shown.text,
        credits=shown.segments.count,
        outside=[view(OutsideView, each) for each in shown.segments.outside],
    )


@routes("POST", "/v1/patients/{patient_id}/sms", AGENDA, takes=CustomSmsGiven, answers=CustomSmsView, creates=True)
def send_sms(call: Call, given: CustomSmsGiven) -> CustomSmsView:
    """To the patient, or to the contact who gets the patient's messages. It can be cancelled until it left."""
    sent = call.app.send_sms(call.new_id("sms"), call.id("patient_id"), _words(given), given.at, call.actor)
    settings = call.app.store.get(SETTINGS) or Settings()
    return view(CustomSmsView, sent, leaves_at=would_leave(sent.goes_at, sent, settings, call.app.clinic))


@routes("POST", "/v1/sms/groups/preview", AGENDA, takes=GroupPreviewGiven, answers=GroupPreviewView)
def preview_sms_group(call: Call, given: GroupPreviewGiven) -> GroupPreviewView:
    """Nothing is sent. Only who gave the consent `group_sms` gets it. A practitioner names themselves in the filter."""
    found = call.app.preview_group(_asked(given), given.limit, given.cursor, call.actor)
    items = [GroupMemberView(patient_id=s.patient.id, name=s.patient.name, left_out=s.reason) for s in found.seen]
    return GroupPreviewView(leaves_at=found.leaves_at, looked_at=found.looked_at, items=items, next_cursor=found.cursor)


@routes("POST", "/v1/sms/groups", AGENDA, takes=SmsGroupGiven, answers=SmsGroupView, creates=True)
def send_sms_group(call: Call, given: SmsGroupGiven) -> SmsGroupView:
    """To all whom the filter means and who gave the consent `group_sms`; each SMS ends with a link that ends them. It goes
    on by itself: read it again to see how far it got."""
    return _shown(call, call.app.send_to_group(call.new_id("grp"), _asked(given), call.actor))


@routes("GET", "/v1/sms/groups", AGENDA, takes=Paged, answers=Listed[SmsGroupView])
def list_sms_groups(call: Call, given: Paged) -> Listed[SmsGroupView]:
    """The latest first."""
    page = call.app.store.page(groups_by_age(), given.limit, given.cursor)
    return Listed(items=[_shown(call, group) for group in page.items], next_cursor=page.cursor)


@routes("GET", "/v1/sms/groups/{group_id}", AGENDA, answers=SmsGroupView)
def read_sms_group(call: Call, _: Nothing) -> SmsGroupView:
    return _shown(call, require(call.app.store, group_ref(call.id("group_id"))))


@routes("POST", "/v1/sms/groups/{group_id}/cancel", AGENDA, answers=SmsGroupView)
def cancel_sms_group(call: Call, _: Nothing) -> SmsGroupView:
    """No SMS of it leaves any more, but for one that was on its way out; those that left stay as they are."""
    return _shown(call, call.app.cancel_group(call.id("group_id"), call.actor))

"""Messages as staff see them: what was written to whom, what became of it, and why; and once more (M-01, M-02, M-06)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec
from pydantic import Field, model_validator

from api.staff.given import Given, Instant, Nothing, Paged
from api.staff.names import names_of
from api.staff.routing import AGENDA, BOOKS, Call, Routes
from api.staff.shown import Listed, View, view
from creneau.agenda.appointment import appointment_ref
from creneau.agenda.catalogue import patient_ref
from creneau.messaging.explained import explained
from creneau.messaging.group import group_ref
from creneau.messaging.list_messages import FOLDERS, Wanted
from creneau.messaging.message import Channel, Kind, Message, MessageState, message_ref
from creneau.messaging.message_lists import (
    messages_of_appointment,
    messages_of_batch,
    messages_of_patient,
    messages_of_payer,
)
from creneau.shared.errors import NotFound
from creneau.shared.store import Collection, require
from creneau.wiring import App

routes = Routes()


class DecisionView(View, frozen=True, kw_only=True):
    """One decision: send, defer, suppress, ...; by which rule, on which facts; `explained` is the same in a sentence."""

    at: datetime
    explained: str
    step: str
    verdict: str
    rule: str
    facts: dict[str, str]


class MessageView(View, frozen=True, kw_only=True):
    """`due_at` is when it should go, `not_before` when it may be tried again; `why` is every decision about it.
    `invoice_ids`: those that a payment reminder is about, once it left just those that it listed."""

    id: str
    channel: Channel
    kind: Kind
    state: MessageState
    patient_id: str | None
    patient_name: str | None
    recipient: str
    address: str
    subject: str
    template: str
    appointment_id: str | None
    round_id: str | None
    invoice_id: str | None
    payer_key: str | None
    invoice_ids: list[str]
    due_at: datetime
    not_before: datetime | None
    created_at: datetime
    sent_at: datetime | None
    hand_overs: int
    why: list[DecisionView]
    version: int


class ContentView(View, frozen=True, kw_only=True):
    """The message as it was sent, secret links blanked."""

    to: str
    sender: str
    subject: str
    text: str
    html: str
    template: str


class MessagesOfAsked(Paged):
    """A page may hold fewer than `limit`, or none, and still not be the last."""

    state: MessageState | None = Field(default=None, description="Or `folder`.")
    folder: Literal["scheduled", "sent", "not_sent"] | None = Field(
        default=None,
        description="What is still to go; what left, whatever became of it; what was cancelled, suppressed or failed.",
    )
    channel: Channel | None = None
    kind: Kind | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> "MessagesOfAsked":
        if self.state is not None and self.folder is not None:
            raise ValueError("both state and folder are given; give one of them")
        return self

    @property
    def states(self) -> Sequence[MessageState]:
        return (self.state,) if self.state else FOLDERS[self.folder] if self.folder else tuple(MessageState)


class MessagesAsked(MessagesOfAsked):
    """A page may hold fewer than `limit`, or none, and still not be the last."""

    due_from: Instant | None = Field(default=None, description="The earliest `due_at`.")
    due_before: Instant | None = Field(default=None, description="Due before it.")
    order: Literal["latest_first", "soonest_first"] = "latest_first"


class ConfirmationGiven(Given):
    channel: Channel = Channel.EMAIL


class OutcomeGiven(Given):
    """Whether it left."""

    left: bool


def _shown(app: App, message: Message) -> MessageView:
    return _named(app, [message])[0]


def _named(app: App, messages: Sequence[Message]) -> list[MessageView]:
    names, zone = names_of(app, (m.patient_id for m in messages if m.patient_id)), app.clinic.zone
    return [
        view(
            MessageView,
            m,
            patient_name=names.get(m.patient_id or ""),
            why=[view(DecisionView, decision, explained=explained(decision, zone)) for decision in m.why],
        )
        for m in messages
    ]


def _listed(call: Call, of: Collection[Message], given: MessagesOfAsked) -> Listed[MessageView]:
    page, wanted = call.app.store.page(of, given.limit, given.cursor), Wanted(given.states, given.channel, given.kind)
    return Listed(items=_named(call.app, [m for m in page.items if wanted.fits(m)]), next_cursor=page.cursor)


@routes("GET", "/v1/messages", AGENDA, takes=MessagesAsked, answers=Listed[MessageView])
def list_messages(call: Call, given: MessagesAsked) -> Listed[MessageView]:
    """The clinic's, by `due_at`."""
    wanted = Wanted(
        given.states, given.channel, given.kind, given.due_from, given.due_before, given.order == "soonest_first"
    )
    page = call.app.list_messages(wanted, given.limit, given.cursor)
    return Listed(items=_named(call.app, page.items), next_cursor=page.cursor)


@routes("GET", "/v1/messages/{message_id}", AGENDA, answers=MessageView)
def read_message(call: Call, _: Nothing) -> MessageView:
    return _shown(call.app, require(call.app.store, message_ref(call.id("message_id"))))


@routes("GET", "/v1/messages/{message_id}/content", AGENDA, answers=ContentView)
def read_content(call: Call, _: Nothing) -> ContentView:
    message = require(call.app.store, message_ref(call.id("message_id")))
    if message.content_key is None:
        raise NotFound("the message was not sent yet", code="not_sent", remedy="read it once it was sent")
    return msgspec.json.decode(call.app.kept_contents.read(message.content_key), type=ContentView)


@routes("POST", "/v1/messages/{message_id}/outcome", AGENDA, takes=OutcomeGiven, answers=MessageView)
def settle_outcome(call: Call, given: OutcomeGiven) -> MessageView:
    """Of an `unconfirmed` one, once somebody asked the patient. An SMS's credits are used, or given back, with it."""
    return _shown(call.app, call.app.settle_outcome(call.id("message_id"), given.left, call.actor))


@routes("POST", "/v1/messages/{message_id}/cancel", AGENDA, answers=MessageView)
def cancel_message(call: Call, _: Nothing) -> MessageView:
    """One that has not left yet."""
    return _shown(call.app, call.app.cancel_message(call.id("message_id"), call.actor))


@routes("POST", "/v1/messages/{message_id}/resend", AGENDA, answers=MessageView, status=201)
def resend_message(call: Call, _: Nothing) -> MessageView:
    """As a message of its own, as it reads now; refused when it would not leave. Answers what is on its way already."""
    return _shown(call.app, call.app.resend(call.id("message_id"), call.actor))


@routes(
    "POST",
    "/v1/appointments/{appointment_id}/confirmation",
    AGENDA,
    takes=ConfirmationGiven,
    answers=MessageView,
    status=201,
)
def send_confirmation(call: Call, given: ConfirmationGiven) -> MessageView:
    """Confirms a booked appointment as it is now, however often it was confirmed before."""
    return _shown(call.app, call.app.send_confirmation(call.id("appointment_id"), given.channel, call.actor))


@routes("GET", "/v1/patients/{patient_id}/messages", AGENDA, takes=MessagesOfAsked, answers=Listed[MessageView])
def list_messages_of_patient(call: Call, given: MessagesOfAsked) -> Listed[MessageView]:
    id = call.id("patient_id")
    require(call.app.store, patient_ref(id))
    return _listed(call, messages_of_patient(id), given)


@routes("GET", "/v1/appointments/{appointment_id}/messages", AGENDA, takes=MessagesOfAsked, answers=Listed[MessageView])
def list_messages_of_appointment(call: Call, given: MessagesOfAsked) -> Listed[MessageView]:
    id = call.id("appointment_id")
    require(call.app.store, appointment_ref(id))
    return _listed(call, messages_of_appointment(id), given)


@routes("GET", "/v1/payers/{payer_key}/messages", BOOKS, takes=MessagesOfAsked, answers=Listed[MessageView])
def list_messages_of_payer(call: Call, given: MessagesOfAsked) -> Listed[MessageView]:
    """Invoices, payment links and payment reminders, by `due_at`; `payer_key` as on their invoices. A practitioner sees
    those about their own invoices."""
    page = call.app.store.page(messages_of_payer(call.id("payer_key")), given.limit, given.cursor)
    wanted = Wanted(given.states, given.channel, given.kind)
    own = [m for m in page.items if wanted.fits(m) and call.actor.keeps_books_of(m.practitioner_id)]
    return Listed(items=_named(call.app, own), next_cursor=page.cursor)


@routes("GET", "/v1/sms/groups/{group_id}/messages", AGENDA, takes=MessagesOfAsked, answers=Listed[MessageView])
def list_messages_of_sms_group(call: Call, given: MessagesOfAsked) -> Listed[MessageView]:
    """Also those that did not leave, with the reason; patients who gave no consent have none."""
    id = call.id("group_id")
    require(call.app.store, group_ref(id))
    return _listed(call, messages_of_batch(id), given)

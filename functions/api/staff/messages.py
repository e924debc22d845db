"""Messages as staff see them: what was written to whom, what became of it, and why (M-01, M-02)."""

from datetime import datetime

import msgspec

from api.staff.given import Nothing, Paged
from api.staff.routing import AGENDA, Call, Routes
from api.staff.shown import Listed, View, view
from creneau.agenda.appointment import appointment_ref
from creneau.agenda.catalogue import patient_ref
from creneau.messaging.message import (
    Channel,
    Kind,
    Message,
    MessageState,
    message_ref,
    messages_by_state,
    messages_of_appointment,
    messages_of_patient,
)
from creneau.shared.errors import NotFound
from creneau.shared.store import Collection, require

routes = Routes()


class DecisionView(View, frozen=True, kw_only=True):
    """One decision: send, defer, suppress, ...; by which rule, on which facts."""

    at: datetime
    step: str
    verdict: str
    rule: str
    facts: dict[str, str]


class MessageView(View, frozen=True, kw_only=True):
    """`due_at` is when it should go, `not_before` when it may be tried again; `why` is every decision about it."""

    id: str
    channel: Channel
    kind: Kind
    state: MessageState
    patient_id: str | None
    recipient: str
    address: str
    subject: str
    template: str
    appointment_id: str | None
    round_id: str | None
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


class MessagesAsked(Paged):
    """By state, the latest due first."""

    state: MessageState


def _shown(message: Message) -> MessageView:
    return view(MessageView, message, why=[view(DecisionView, decision) for decision in message.why])


def _listed(call: Call, of: Collection[Message], given: Paged) -> Listed[MessageView]:
    page = call.app.store.page(of, given.limit, given.cursor)
    return Listed(items=[_shown(message) for message in page.items], next_cursor=page.cursor)


@routes("GET", "/v1/messages", AGENDA, takes=MessagesAsked, answers=Listed[MessageView])
def list_messages(call: Call, given: MessagesAsked) -> Listed[MessageView]:
    return _listed(call, messages_by_state(given.state), given)


@routes("GET", "/v1/messages/{message_id}", AGENDA, answers=MessageView)
def read_message(call: Call, _: Nothing) -> MessageView:
    return _shown(require(call.app.store, message_ref(call.id("message_id"))))


@routes("GET", "/v1/messages/{message_id}/content", AGENDA, answers=ContentView)
def read_content(call: Call, _: Nothing) -> ContentView:
    message = require(call.app.store, message_ref(call.id("message_id")))
    if message.content_key is None:
        raise NotFound("the message was not sent yet", code="not_sent", remedy="read it once it was sent")
    return msgspec.json.decode(call.app.kept_contents.read(message.content_key), type=ContentView)


@routes("POST", "/v1/messages/{message_id}/cancel", AGENDA, answers=MessageView)
def cancel_message(call: Call, _: Nothing) -> MessageView:
    """One that has not left yet."""
    return _shown(call.app.cancel_message(call.id("message_id"), call.actor))


@routes("GET", "/v1/patients/{patient_id}/messages", AGENDA, takes=Paged, answers=Listed[MessageView])
def list_messages_of_patient(call: Call, given: Paged) -> Listed[MessageView]:
    id = call.id("patient_id")
    require(call.app.store, patient_ref(id))
    return _listed(call, messages_of_patient(id), given)


@routes("GET", "/v1/appointments/{appointment_id}/messages", AGENDA, takes=Paged, answers=Listed[MessageView])
def list_messages_of_appointment(call: Call, given: Paged) -> Listed[MessageView]:
    id = call.id("appointment_id")
    require(call.app.store, appointment_ref(id))
    return _listed(call, messages_of_appointment(id), given)

"""The ordered sets in which messages are read; `adapters.dynamodb.message_keys` says where each lies."""

from creneau.messaging.message import Message, MessageState
from creneau.shared.store import Collection


def messages_of_patient(patient_id: str) -> Collection[Message]:
    return Collection("messages_of_patient", Message, (patient_id,), newest_first=True)


def messages_of_appointment(appointment_id: str) -> Collection[Message]:
    return Collection("messages_of_appointment", Message, (appointment_id,), newest_first=True)


def messages_of_payer(payer_key: str) -> Collection[Message]:
    """What was sent to a payer about money, by due time: invoices, payment links, payment reminders."""
    return Collection("messages_of_payer", Message, (payer_key,), newest_first=True)


def messages_of_batch(batch_id: str) -> Collection[Message]:
    """What was sent to a group at once; none of them is about an appointment."""
    return Collection("messages_of_batch", Message, (batch_id,))


def messages_by_provider_id(provider_id: str) -> Collection[Message]:
    """The SMS that the provider knows by that id; emails come back with our own."""
    return Collection("messages_by_provider_id", Message, (provider_id,))


def messages_by_state(
    state: MessageState, low: str = "", high: str = "", *, newest_first: bool = True
) -> Collection[Message]:
    """Of the clinic, by due time; the bounds are instants in UTC as ISO 8601 texts, or those with `#` and an id."""
    return Collection("messages_by_state", Message, (state,), low, high, newest_first)

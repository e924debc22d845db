"""The files of an email: an invoice's PDF. Without it the invoice does not leave (B-08)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from creneau.messaging.facts import Known
from creneau.messaging.message import Decision, Message, MessageState
from creneau.messaging.mime import ATTACHED_LIMIT, Attachment
from creneau.messaging.ports import Documents, NotDrawn

AGAIN_IN = timedelta(minutes=1)
TRIES = 3
"""How often drawing is tried before the message is given up as failed."""


@dataclass(frozen=True)
class Attach:
    documents: Documents

    def __call__(self, known: Known) -> Sequence[Attachment]:
        """Raises NotDrawn."""
        invoice = known.invoice
        if invoice is None:
            return ()
        content = self.documents.read(invoice.id, invoice.document_key)
        if len(content) > ATTACHED_LIMIT:
            raise NotDrawn("too_large_to_attach")
        return (Attachment(name=invoice.document_name, media_type="application/pdf", content=content),)


def not_attached(message: Message, error: NotDrawn, now: datetime) -> Message:
    """The message put off for a minute; the third time it failed, which staff see in their list."""
    last = message.why[-1] if message.why else None
    tries = 1 + (int(last.facts.get("times", "1")) if last is not None and last.verdict == "not_drawn" else 0)
    facts = {"code": str(error.args[0]) if error.args else ""}
    told = Decision(at=now, step="document", verdict="not_drawn", rule="B-08", facts=facts)
    if tries < TRIES:
        return message.because(told).with_(not_before=now + AGAIN_IN).waiting()
    return message.because(told.with_(verdict="failed")).ended(MessageState.FAILED)

"""The files of an email: the PDFs of its invoices. What can't be drawn does not leave, what is too large goes as a link."""

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
        """None where its template attaches none, and where all together are too large (D-05). Raises NotDrawn, also for what
        is too large and has no link: nothing is to be paid of it."""
        if not known.attaches:
            return ()
        invoices = (known.invoice,) if known.invoice else known.invoices
        files, size = list[Attachment](), 0
        for invoice in invoices:
            content = self.documents.read(invoice.id, invoice.document_key)
            size += len(content)
            if size > ATTACHED_LIMIT:
                if not known.asks_to_pay:
                    raise NotDrawn("too_large_to_attach")
                return ()
            files.append(Attachment(name=invoice.document_name, media_type="application/pdf", content=content))
        return files


def not_attached(message: Message, error: NotDrawn, now: datetime) -> Message:
    """The message put off for a minute; the third time it failed, which staff see in their list."""
    last = message.why[-1] if message.why else None
    tries = 1 + (int(last.facts.get("times", "1")) if last is not None and last.verdict == "not_drawn" else 0)
    facts = {"code": str(error.args[0]) if error.args else ""}
    told = Decision(at=now, step="document", verdict="not_drawn", rule="B-08", facts=facts)
    if tries < TRIES:
        return message.because(told).with_(not_before=now + AGAIN_IN).waiting()
    return message.because(told.with_(verdict="failed")).ended(MessageState.FAILED)

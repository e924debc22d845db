"""The outbox queue's consumer: each message is decided on anew, and handed over once."""

from creneau.entry import logger, queue
from creneau.messaging.ports import OutboxEntry
from creneau.wiring import App


@queue(OutboxEntry)
def handler(entry: OutboxEntry, app: App) -> None:
    logger.info("delivered", extra={"outcome": app.deliver(entry.message_id, entry.version).outcome})

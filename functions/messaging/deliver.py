"""The outbox queue's consumer: each message is decided on anew, and handed over once."""

from creneau.entry import logger, metrics, queue
from creneau.messaging.ports import OutboxEntry
from creneau.wiring import App


@queue(OutboxEntry)
def handler(entry: OutboxEntry, app: App) -> None:
    outcome = app.deliver(entry.message_id, entry.version).outcome
    metrics.add_metric(name=f"messages_{outcome}", unit="Count", value=1)
    logger.info("delivered", extra={"outcome": outcome})

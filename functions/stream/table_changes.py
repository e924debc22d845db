"""The one reader of the table's stream: names each change and runs what follows; what fails is retried by itself."""

from typing import Any

from creneau.adapters.dynamodb.stream import images
from creneau.changes import name_changes
from creneau.entry import batch, logger
from creneau.reactions import react, reactions_to
from creneau.wiring import App


@batch
def handler(record: dict[str, Any], app: App) -> None:
    changes = name_changes(*images(record))
    for reaction in reactions_to(changes):
        try:
            react(app, reaction)
            logger.info("reacted", extra={"reaction": reaction.reaction, "key": reaction.key})
        except Exception:
            logger.exception("put off", extra={"reaction": reaction.reaction, "key": reaction.key})
            app.retry_queue.put(reaction)

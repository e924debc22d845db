"""The one reader of the table's stream: names each change and runs what follows; what fails is retried by itself."""

from creneau.changes import name_changes
from creneau.entry import Images, logger, stream
from creneau.reactions import react, reactions_to
from creneau.wiring import App


@stream
def handler(images: Images, app: App) -> None:
    for reaction in reactions_to(name_changes(*images)):
        try:
            react(app, reaction)
            logger.info("reacted", extra={"reaction": reaction.reaction, "key": reaction.key})
        except Exception:  # noqa: BLE001 - whatever it was, the queue tries it again and then keeps it
            logger.exception("put off", extra={"reaction": reaction.reaction, "key": reaction.key})
            app.retry_queue.put(reaction)

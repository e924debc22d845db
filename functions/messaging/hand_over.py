"""State HandOver of `message_delay`: a message whose time has come is put into the outbox."""

from creneau.entry import task
from creneau.messaging.dispatch import HandOverOutcome
from creneau.messaging.ports import OutboxEntry
from creneau.wiring import App


@task(OutboxEntry)
def handler(entry: OutboxEntry, app: App) -> HandOverOutcome:
    return app.hand_over(entry)

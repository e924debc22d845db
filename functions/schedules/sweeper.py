"""Every minute: finds, without the stream, what should have happened, and lets it happen."""

from creneau.entry import schedule
from creneau.sweep import Swept
from creneau.wiring import App


@schedule
def handler(app: App) -> Swept:
    return app.sweep()

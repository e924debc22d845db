"""Daily: who told the carrier to stop SMS is not written to by us either."""

from creneau.entry import schedule
from creneau.messaging.sms.opt_outs import OptOutsRead
from creneau.wiring import App


@schedule
def handler(app: App) -> OptOutsRead:
    return app.read_opt_outs()

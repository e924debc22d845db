"""Every five minutes: the latest day, week or month that has begun has its billing run, by the clinic's clock."""

from creneau.billing.start_run import Begun
from creneau.entry import schedule
from creneau.wiring import App


@schedule
def handler(app: App) -> Begun:
    return app.start_due_run()

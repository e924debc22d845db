"""Every morning at nine by the clinic's clock: plans the SMS of whose birthday it is."""

from creneau.entry import schedule
from creneau.messaging.birthday import BirthdaysPlanned
from creneau.wiring import App


@schedule
def handler(app: App) -> BirthdaysPlanned:
    return app.plan_birthdays()

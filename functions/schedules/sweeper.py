"""Every minute: finds, without the stream, what should have happened, and lets it happen; and says what SMS have cost."""

from creneau.entry import metrics, schedule
from creneau.sweep import Swept
from creneau.wiring import App


@schedule
def handler(app: App) -> Swept:
    swept = app.sweep()
    metrics.add_metric(name="sms_spent_percent", unit="Percent", value=app.spent_of_limit())
    return swept

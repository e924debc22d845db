"""What SES tells of each mail (sent, delivered, bounced, complained of, ...) is recorded on its message (M-12)."""

from creneau.entry import mail_events, metrics
from creneau.messaging.feedback import Report
from creneau.messaging.record_feedback import Recorded
from creneau.wiring import App


@mail_events
def handler(report: Report, app: App) -> Recorded:
    metrics.add_metric(name=f"reported_{report.news}", unit="Count", value=1)
    return app.record_feedback(report)

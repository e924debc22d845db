"""What SES tells of each mail (sent, delivered, bounced, complained of, ...) is recorded on its message (M-12)."""

from creneau.adapters.mail_reports import read_mail_event
from creneau.entry import metrics, topic
from creneau.messaging.feedback import Report
from creneau.messaging.record_feedback import Recorded
from creneau.wiring import App


@topic(read_mail_event)
def handler(report: Report, app: App) -> Recorded:
    metrics.add_metric(name=f"reported_{report.news}", unit="Count", value=1)
    return app.record_feedback(report)

"""What SNS logs of each SMS (reached its phone, or why not) is recorded on its message (M-12)."""

from creneau.entry import delivery_logs, metrics
from creneau.messaging.feedback import Report
from creneau.messaging.record_feedback import Recorded
from creneau.wiring import App


@delivery_logs
def handler(report: Report, app: App) -> Recorded:
    metrics.add_metric(name=f"reported_{report.news}", unit="Count", value=1)
    return app.record_feedback(report)

"""What SNS logs of each SMS (reached its phone, or why not) is recorded on its message (M-12)."""

from creneau.adapters.text_reports import read_delivery_log
from creneau.entry import log_lines, metrics
from creneau.messaging.feedback import Report
from creneau.messaging.record_feedback import Recorded
from creneau.wiring import App


@log_lines(read_delivery_log)
def handler(report: Report, app: App) -> Recorded:
    metrics.add_metric(name=f"reported_{report.news}", unit="Count", value=1)
    return app.record_feedback(report)

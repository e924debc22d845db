"""The delivery log that SNS keeps of each SMS, a line in CloudWatch Logs, read as a report."""

import json
from datetime import UTC, datetime

from creneau.messaging.feedback import News, Report


def read_delivery_log(line: str) -> list[Report]:
    """One report; SNS knows the SMS by its own id only, and may log others of the account, which are nobody's."""
    logged = json.loads(line)
    notification, delivery = logged["notification"], logged["delivery"]
    at = datetime.fromisoformat(notification["timestamp"]).replace(tzinfo=UTC)
    said = str(delivery.get("providerResponse", ""))
    return [
        Report(
            news=_news(logged["status"], said),
            at=at,
            handed_over_at=at,
            provider_id=notification["messageId"],
            address=delivery["destination"],
            code=said,
        )
    ]


def _news(status: str, said: str) -> News:
    if status == "SUCCESS":
        return News.DELIVERED
    return News.OPTED_OUT if "opted out" in said.casefold() else News.FAILED

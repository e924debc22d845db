"""The outbox queue on SQS."""

from typing import Any

import msgspec

from creneau.messaging.ports import OutboxEntry


class SqsOutbox:
    """Implements `messaging.ports.Outbox`."""

    def __init__(self, client: Any, url: str) -> None:
        self._client, self._url = client, url

    def put(self, entry: OutboxEntry, delay_seconds: int) -> None:
        self._client.send_message(
            QueueUrl=self._url, MessageBody=msgspec.json.encode(entry).decode(), DelaySeconds=delay_seconds
        )

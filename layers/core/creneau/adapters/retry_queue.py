"""Reactions that failed wait here, each by itself, with its own back-off."""

from typing import Any

import msgspec

from creneau.shared.model import Value


class RetryQueue:
    """`client` is a boto3 SQS client."""

    def __init__(self, client: Any, url: str) -> None:
        self._client, self._url = client, url

    def put(self, reaction: Value, delay_seconds: int = 2) -> None:
        body = msgspec.json.encode(reaction).decode()
        self._client.send_message(QueueUrl=self._url, MessageBody=body, DelaySeconds=delay_seconds)

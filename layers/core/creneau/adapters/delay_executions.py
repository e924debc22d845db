"""Executions of `message_delay`, one per message and version."""

import json
from datetime import datetime
from typing import Any

from creneau.messaging.ports import OutboxEntry
from creneau.shared.time import wait_until


class StepFunctionsDelays:
    """Implements `messaging.ports.Delays`."""

    def __init__(self, client: Any, arn: str) -> None:
        self._client, self._arn = client, arn

    def start(self, name: str, entry: OutboxEntry, until: datetime) -> None:
        given = {"message_id": entry.message_id, "version": entry.version, "until": wait_until(until)}
        try:
            self._client.start_execution(stateMachineArn=self._arn, name=name, input=json.dumps(given))
        except self._client.exceptions.ExecutionAlreadyExists:
            return  # it runs, or it ran

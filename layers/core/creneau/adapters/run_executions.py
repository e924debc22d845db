"""Executions of the `billing_run` state machine."""

from typing import Any

import msgspec

from creneau.billing.ports import RunInput


class RunExecutions:
    """Implements `billing.ports.Runs`. `client` is a boto3 Step Functions client."""

    def __init__(self, client: Any, machine_arn: str) -> None:
        self._client, self._machine_arn = client, machine_arn

    def start(self, name: str, given: RunInput) -> None:
        try:
            self._client.start_execution(
                stateMachineArn=self._machine_arn, name=name, input=msgspec.json.encode(given).decode()
            )
        except self._client.exceptions.ExecutionAlreadyExists:
            return  # it runs, or it ran

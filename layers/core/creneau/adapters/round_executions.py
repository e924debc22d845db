"""Executions of the `waitlist_round` state machine."""

from typing import Any

import msgspec

from creneau.waitlist.ports import RoundInput, Started


class RoundExecutions:
    """Implements `waitlist.ports.Rounds`. `client` is a boto3 Step Functions client."""

    def __init__(self, client: Any, machine_arn: str) -> None:
        self._client, self._machine_arn = client, machine_arn

    def start(self, name: str, given: RoundInput) -> Started:
        try:
            self._client.start_execution(
                stateMachineArn=self._machine_arn, name=name, input=msgspec.json.encode(given).decode()
            )
        except self._client.exceptions.ExecutionAlreadyExists:
            # AWS answers this only for a closed execution, or one with another input: ask which.
            arn = f"{self._machine_arn.replace(':stateMachine:', ':execution:')}:{name}"
            status = self._client.describe_execution(executionArn=arn)["status"]
            return Started.RUNNING if status == "RUNNING" else Started.NAME_USED_UP
        return Started.RUNNING

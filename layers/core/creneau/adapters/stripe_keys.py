"""The clinic's keys of Stripe, in Secrets Manager: read when they are needed, kept for five minutes."""

import json
import time
from typing import Any

KEPT = 300.0


class StripeKeys:
    """`secret` is the ARN or the name of a secret that holds `{"secret_key": ..., "webhook_secret": ...}`; empty: the clinic
    takes no payments online. `client` is a boto3 Secrets Manager client."""

    def __init__(self, client: Any, secret: str) -> None:
        self._client, self._secret = client, secret
        self._read: dict[str, str] = {}
        self._at = 0.0

    def secret_key(self) -> str:
        return self._keys()["secret_key"]

    def webhook_secret(self) -> str:
        return self._keys()["webhook_secret"]

    def _keys(self) -> dict[str, str]:
        if not self._read or time.monotonic() - self._at > KEPT:
            answer = self._client.get_secret_value(SecretId=self._secret)
            self._read, self._at = json.loads(answer["SecretString"]), time.monotonic()
        return self._read

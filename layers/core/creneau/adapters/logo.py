"""The clinic's logo in the content bucket."""

from typing import Any

from botocore.exceptions import ClientError

KEY = "look/logo"
_ABSENT = {"404", "NoSuchKey", "403", "AccessDenied"}
"""Who may not list a bucket is told 403 of what is not there."""


class S3Logo:
    """Implements `billing.documents.ports.LogoPlace`."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client, self._bucket = client, bucket

    def read(self) -> bytes:
        try:
            content: bytes = self._client.get_object(Bucket=self._bucket, Key=KEY)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                return b""
            raise
        return content

    def put(self, content: bytes) -> None:
        self._client.put_object(Bucket=self._bucket, Key=KEY, Body=content)

    def remove(self) -> None:
        self._client.delete_object(Bucket=self._bucket, Key=KEY)

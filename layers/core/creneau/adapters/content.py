"""Contents of sent messages in the content bucket."""

from typing import Any

from botocore.exceptions import ClientError


class S3Contents:
    """Implements `messaging.ports.Contents` and `KeptContents`."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client, self._bucket = client, bucket

    def keep(self, key: str, content: bytes) -> None:
        self._client.put_object(Bucket=self._bucket, Key=key, Body=content, ContentType="application/json")

    def read(self, key: str) -> bytes:
        content: bytes = self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        return content

    def has(self, key: str) -> bool:
        """Needs the right to list the bucket: without it a key that is missing is told as a forbidden one."""
        try:
            self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] == "404":
                return False
            raise
        return True

"""Documents in the content bucket, each with the SHA-256 of its bytes."""

import base64
from typing import Any

from botocore.exceptions import ClientError

_ABSENT = {"404", "NoSuchKey", "403", "AccessDenied"}
"""Who may not list a bucket is told 403 of what is not there."""
_THERE = {"412", "PreconditionFailed", "409", "ConditionalRequestConflict"}


class DocumentShelf:
    """Implements `billing.documents.ports.Shelf`."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client, self._bucket = client, bucket

    def sha256(self, key: str) -> str | None:
        try:
            found = self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                return None
            raise
        return str(found["Metadata"]["sha256"])

    def put_once(self, key: str, content: bytes, sha256: str) -> bool:
        try:
            self._put(key, content, sha256, IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] in _THERE:
                return False
            raise
        return True

    def put(self, key: str, content: bytes, sha256: str) -> None:
        self._put(key, content, sha256)

    def _put(self, key: str, content: bytes, sha256: str, **how: str) -> None:
        """S3 refuses bytes of another sum."""
        self._client.put_object(
            Bucket=self._bucket,
            Key=key,
            Body=content,
            ContentType="application/pdf",
            Metadata={"sha256": sha256},
            ChecksumSHA256=base64.b64encode(bytes.fromhex(sha256)).decode(),
            **how,
        )

    def link(self, key: str, name: str, seconds: int) -> str:
        asked = {
            "Bucket": self._bucket,
            "Key": key,
            "ResponseContentType": "application/pdf",
            "ResponseContentDisposition": f'inline; filename="{name}"',
            "ResponseCacheControl": "private, no-store",
        }
        return str(self._client.generate_presigned_url("get_object", Params=asked, ExpiresIn=seconds))

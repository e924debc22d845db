"""The PDF of an invoice for its email: taken from the bucket, and drawn first where it does not lie there yet."""

from typing import Any

from botocore.exceptions import ClientError

from creneau.adapters.document_drawer import DrawingFailed
from creneau.billing.documents.document import Printed
from creneau.billing.documents.ports import Drawer
from creneau.messaging.ports import NotDrawn
from creneau.shared.errors import DomainError

_ABSENT = {"404", "NoSuchKey", "403", "AccessDenied"}
"""Who may not list a bucket is told 403 of what is not there."""


class DrawnDocuments:
    """Implements `messaging.ports.Documents`."""

    def __init__(self, client: Any, bucket: str, drawer: Drawer) -> None:
        self._client, self._bucket, self._drawer = client, bucket, drawer

    def read(self, invoice_id: str, key: str) -> bytes:
        there = self._content(key)
        if there is not None:
            return there
        try:
            drawn = self._drawer(invoice_id, Printed.INVOICE)
        except DrawingFailed as error:
            raise NotDrawn(str(error.args[0]) if error.args else "failed") from error
        except DomainError as error:
            raise NotDrawn(error.code) from error
        there = self._content(drawn.key)
        if there is None:
            raise NotDrawn("not_there")
        return there

    def _content(self, key: str) -> bytes | None:
        try:
            content: bytes = self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                return None
            raise
        return content

"""The function that draws documents, called and waited for: only its layer has what draws."""

import json
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from creneau.billing.documents.document import Printed
from creneau.billing.documents.ports import Drawn
from creneau.shared.errors import Busy


class DrawingFailed(Exception):
    """The function raised; its log says what. `args[0]` is the name of its error."""


class DocumentDrawer:
    """Implements `billing.documents.ports.Drawer`."""

    def __init__(self, client: Any, function: str) -> None:
        self._client, self._function = client, function

    def __call__(self, invoice_id: str, printed: Printed) -> Drawn:
        asked = json.dumps({"invoice_id": invoice_id, "kind": printed})
        try:
            answer = self._client.invoke(FunctionName=self._function, Payload=asked.encode())
        except (BotoCoreError, ClientError) as error:
            raise Busy("the document could not be drawn", code="busy", remedy="try again in a moment") from error
        told = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise DrawingFailed(told.get("errorType", ""))
        return Drawn(key=told["key"], sha256=told["sha256"])

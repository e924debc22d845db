"""The function that draws, with every payload that was ever sent to it, and what a caller makes of its answers."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from billing import draw_document
from creneau import wiring
from creneau.adapters.document_drawer import DocumentDrawer, DrawingFailed
from creneau.billing.documents.document import Printed
from creneau.billing.documents.ports import Drawn
from creneau.shared.errors import Busy

EVENTS = Path(__file__).parents[3] / "events" / "draw_document"
pytestmark = pytest.mark.rule("B-07")


class Drawing(wiring.App):
    def __init__(self) -> None:
        super().__init__({})
        self.asked: list[tuple[str, Printed]] = []

        def draw(invoice_id: str, printed: Printed) -> Drawn:
            self.asked.append((invoice_id, printed))
            return Drawn(key=f"documents/{invoice_id}/a.pdf", sha256="a1")

        self.draw_document = draw  # type: ignore[assignment]


class Function:
    """Lambda, as boto3 shows it."""

    def __init__(self, answer: Any = None, **more: Any) -> None:
        self.answer, self.more = answer, more

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        assert FunctionName == "draw"
        if isinstance(self.answer, Exception):
            raise self.answer
        told = self.answer or draw_document.handler(json.loads(Payload), None)
        return {"Payload": io.BytesIO(json.dumps(told).encode()), **self.more}


@pytest.fixture
def drawing():
    app = Drawing()
    wiring.use(app)
    yield app
    wiring.use(None)


def test_it_answers_where_the_document_lies(drawing):
    for file in EVENTS.glob("*.json"):
        asked = json.loads(file.read_text())
        answer = draw_document.handler(asked, None)
        assert answer == {"key": f"documents/{asked['invoice_id']}/a.pdf", "sha256": "a1"}
        assert drawing.asked[-1] == (asked["invoice_id"], Printed(asked["kind"]))


def test_who_calls_it_gets_the_same(drawing):
    draw = DocumentDrawer(Function(), "draw")
    assert draw("inv_1", Printed.RECEIPT) == Drawn(key="documents/inv_1/a.pdf", sha256="a1")
    assert drawing.asked == [("inv_1", Printed.RECEIPT)]


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "TooManyRequestsException"}}, "Invoke"),
        ReadTimeoutError(endpoint_url="https://lambda"),
    ],
)
def test_who_can_not_reach_it_is_told_to_try_again(error):
    with pytest.raises(Busy):
        DocumentDrawer(Function(error), "draw")("inv_1", Printed.INVOICE)


def test_an_error_of_the_function_is_one_of_the_caller_and_tells_no_content():
    function = Function({"errorType": "TypstError", "errorMessage": "Claire Martin"}, FunctionError="Unhandled")
    with pytest.raises(DrawingFailed) as failed:
        DocumentDrawer(function, "draw")("inv_1", Printed.INVOICE)
    assert str(failed.value) == "TypstError"

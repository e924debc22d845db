"""The PDF for an email, from the bucket: drawn once where it is not there, and why it could not be."""

import boto3
import pytest
from moto import mock_aws

from creneau.adapters.document_drawer import DrawingFailed
from creneau.adapters.drawn_documents import DrawnDocuments
from creneau.billing.documents.document import Printed
from creneau.billing.documents.ports import Drawn
from creneau.messaging.ports import NotDrawn
from creneau.shared.errors import Busy

pytestmark = pytest.mark.rule("B-08")
KEY = "documents/inv_1/d.invoice.pdf"


class Drawer:
    """Draws onto the bucket; `faults` are raised first."""

    def __init__(self, client, key: str | None = KEY) -> None:
        self.client, self.key = client, key
        self.faults: list[Exception] = []
        self.asked: list[tuple[str, Printed]] = []

    def __call__(self, invoice_id: str, printed: Printed) -> Drawn:
        self.asked.append((invoice_id, printed))
        if self.faults:
            raise self.faults.pop(0)
        if self.key:
            self.client.put_object(Bucket="contents", Key=self.key, Body=b"%PDF")
        return Drawn(key=self.key or KEY, sha256="")


@pytest.fixture
def client(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="contents")
        yield client


def test_it_is_drawn_the_first_time_only(client):
    drawer = Drawer(client)
    documents = DrawnDocuments(client, "contents", drawer)
    assert [documents.read("inv_1", KEY) for _ in range(2)] == [b"%PDF"] * 2
    assert drawer.asked == [("inv_1", Printed.INVOICE)]


@pytest.mark.parametrize(
    ("fault", "why"), [(DrawingFailed("TypstError"), "TypstError"), (Busy("not now", code="busy"), "busy")]
)
def test_what_could_not_be_drawn_says_why(client, fault, why):
    drawer = Drawer(client)
    drawer.faults = [fault]
    with pytest.raises(NotDrawn, match=why):
        DrawnDocuments(client, "contents", drawer).read("inv_1", KEY)


def test_what_was_drawn_and_is_not_there_is_not_sent(client):
    with pytest.raises(NotDrawn, match="not_there"):
        DrawnDocuments(client, "contents", Drawer(client, key=None)).read("inv_1", KEY)

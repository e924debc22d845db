"""The shelf in memory and the one in S3: what holds of one holds of the other."""

import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.config import Config

from creneau.adapters.aws import LINKED
from creneau.adapters.document_shelf import DocumentShelf
from creneau.adapters.logo import S3Logo
from creneau.billing.documents.ports import Shelf
from tests.support.documents import FakeLogo, FakeShelf

pytestmark = pytest.mark.rule("B-07")
ONE, TWO = b"%PDF one", b"%PDF two"
KEY = "documents/inv_1/abc.invoice.pdf"


def sum_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def bucket(aws):
    client = aws.client("s3", config=LINKED.merge(Config(region_name="eu-west-3")))
    client.create_bucket(Bucket="contents", CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})
    return client


@pytest.fixture(params=["in memory", "in the bucket"])
def shelf(request) -> Shelf:
    if request.param == "in memory":
        return FakeShelf()
    return DocumentShelf(request.getfixturevalue("bucket"), "contents")


@pytest.mark.promise(29)
def test_what_lies_there_stays(shelf):
    assert shelf.sha256(KEY) is None
    assert shelf.put_once(KEY, ONE, sum_of(ONE)) is True
    assert shelf.put_once(KEY, TWO, sum_of(TWO)) is False
    assert shelf.sha256(KEY) == sum_of(ONE)


def test_a_preview_is_replaced(shelf):
    for content in (ONE, TWO):
        shelf.put(KEY, content, sum_of(content))
    assert shelf.sha256(KEY) == sum_of(TWO)


def test_a_link_opens_as_a_pdf_of_that_name_and_ends(bucket):
    url = urlsplit(DocumentShelf(bucket, "contents").link(KEY, "F2027-0001.pdf", 300))
    asked = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert url.path.endswith(KEY)
    assert asked["X-Amz-Expires"] == "300"
    assert asked["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
    assert asked["response-content-disposition"] == 'inline; filename="F2027-0001.pdf"'
    assert asked["response-content-type"] == "application/pdf"


def test_the_logo_is_there_until_it_is_taken_away(bucket):
    for place in (FakeLogo(), S3Logo(bucket, "contents")):
        assert place.read() == b""
        place.remove()
        for content in (ONE, TWO):
            place.put(content)
        assert place.read() == TWO
        place.remove()
        assert place.read() == b""

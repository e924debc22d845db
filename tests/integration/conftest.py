"""The store in memory, and the one on a table as the template declares it: what holds of one must hold of the other."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from creneau.adapters.dynamodb.table import Table
from creneau.shared.store import Store
from tests.integration.template_table import NAME, create_table
from tests.support.fake_store import FakeStore


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    """Emptied by its end; its clients outlive it, since each takes longer to make than a test does."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield boto3.Session(region_name="eu-west-3")


@pytest.fixture(scope="session")
def lasting() -> Any:
    return boto3.client(
        "dynamodb", region_name="eu-west-3", aws_access_key_id="testing", aws_secret_access_key="testing"
    )


@pytest.fixture
def client(aws: boto3.Session, lasting: Any) -> Any:
    create_table(lasting)
    return lasting


@pytest.fixture
def table(client: Any) -> Table:
    return Table(client, NAME)


@pytest.fixture(params=["in memory", "on the table"])
def store(request: pytest.FixtureRequest) -> Store:
    return FakeStore() if request.param == "in memory" else request.getfixturevalue("table")

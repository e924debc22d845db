"""One cloud for all explorations of a process: its state is kept and restored between them."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace

import boto3
import pytest
from moto import mock_aws

from creneau import entry, wiring
from creneau.adapters import aws, identifiers
from tests.faults.cloud import REGION, Cloud
from tests.support.quick_moto import quicken


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        quicken(patch)
        # The SDK tries again at once, however often it did before, and whichever of its ways a client was given.
        patch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))
        patch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
        patch.setattr("botocore.retries.quota.RetryQuota.acquire", lambda *_: True)
        session = boto3.Session()
        patch.setattr(aws, "session", lambda: session)
        aws.client.cache_clear()
        for module in ("drafts", "change_draft", "draft_of_run"):  # so that a draft of three is a long one
            patch.setattr(f"creneau.billing.{module}.AT_ONCE", 2)
        patch.setattr(entry.metrics, "flush_metrics", entry.metrics.clear_metrics)
        level = entry.logger.log_level
        entry.logger.setLevel(logging.CRITICAL)
        cloud = Cloud(datetime(2026, 3, 2, 7, 0, tzinfo=UTC))

        def random(count: int) -> bytes:
            cloud.state.ids += 1
            return cloud.state.ids.to_bytes(count, "big")

        patch.setattr(identifiers, "random_bytes", random)
        try:
            yield cloud
        finally:
            wiring.use(None)
            aws.client.cache_clear()
            entry.logger.setLevel(level)


@pytest.fixture(scope="module")
def blank(cloud: Cloud) -> bytes:
    """The state before anything was."""
    return cloud.keep()

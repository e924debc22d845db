"""Invoicing on the table, each step with its bill, its ids as long as real ones."""

from datetime import date, timedelta
from functools import cache
from typing import Any

import boto3
import pytest
from moto import mock_aws

from creneau.adapters import aws
from creneau.billing.asked import Asked
from creneau.billing.recap import Grouping
from tests.faults.cloud import REGION, Cloud
from tests.integration.counter import Bill, Meter
from tests.support.books import BILLER, Books
from tests.support.quick_moto import quicken
from tests.support.world import World

MONTH = 500
"""Consultations that are invoiced at once."""


@cache
def billing(grouping: Grouping, count: int = MONTH) -> dict[str, Bill]:
    """The recap of so many consultations, of 50 patients, their drafts, and the first one final."""
    bills: dict[str, Bill] = {}
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        quicken(patch)
        session = boto3.Session()
        patch.setattr(aws, "session", lambda: session)
        aws.client.cache_clear()
        world = World()
        books = Books(world.store).open()
        world.now = books.now
        ids = tuple(_consultation(books, n) for n in range(count))
        try:
            cloud = Cloud(world.now)
            cloud.load(world)
            meter = Meter(aws.client("dynamodb"), cloud.stored)
            wanted = Asked(consultation_ids=ids, grouping=grouping)
            app = cloud.app
            recap = app.plan_invoices(wanted, BILLER)
            bills["recap"] = meter.take()
            made = app.make_drafts(f"bat_{1:026}", wanted, recap.digest, BILLER)
            bills["drafts"] = meter.take()
            app.finalise(made.invoice_ids[0])
            bills["finalise"] = meter.take()
        finally:
            aws.client.cache_clear()
    return bills


def _consultation(books: Books, n: int) -> str:
    patient: dict[str, Any] = {"id": f"pat_{n % 50:026}"}
    if n < 50:
        books.put(books.patient(1).with_(**patient))
    id = f"bil_{n:026}"
    on = date(2027, 3, 1) + timedelta(days=n % 14)
    known = books.billable(books.consultation(9_999)) if n == 0 else books.billable("bil_1_9999")
    books.put(known.with_(id=id, patient_id=patient["id"], on=on, version=0))
    return id

"""The month's spending as an alarm sees it (S-06)."""

from datetime import UTC, datetime

import pytest

from creneau.messaging.sms.month import Credits, SmsMonth, Tariff
from creneau.messaging.sms.spending import SpentOfLimit
from creneau.shared.settings import Settings, SmsSettings
from creneau.shared.store import Put
from tests.support.fake_store import FakeStore
from tests.support.known import CLINIC

pytestmark = pytest.mark.rule("S-06")

TARIFF = Tariff(included=0, price=10, custom_price=15, currency="CHF")
LAST_MINUTE = datetime(2026, 11, 30, 22, 59, tzinfo=UTC)  # in Zurich it is November for one minute more


def spent(store: FakeStore, now: datetime) -> int:
    return SpentOfLimit(store, CLINIC, lambda: now)()


def test_of_the_present_month_and_of_no_other():
    store = FakeStore()
    assert spent(store, LAST_MINUTE) == 0
    store.commit([Put(Settings(sms=SmsSettings(monthly_limit=100)))])
    store.commit([Put(SmsMonth(id="2026-11", tariff=TARIFF, included=Credits(used=6, uncertain=2)))])
    assert spent(store, LAST_MINUTE) == 80
    assert spent(store, LAST_MINUTE.replace(hour=23, minute=0)) == 0

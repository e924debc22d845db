"""Settings of automatic invoicing that can't be meant are refused, each with its field and how to mend it (C-02)."""

from datetime import UTC, datetime, timedelta

import pytest

from creneau.shared.billing_rules import faults_of, held_since
from creneau.shared.change_settings import ChangeSettings
from creneau.shared.errors import Invalid
from creneau.shared.settings import SETTINGS, BillingSettings, Settings, SmsSettings
from tests.support.fake_store import FakeStore

pytestmark = pytest.mark.rule("C-02")
NOW = datetime(2027, 3, 15, 17, tzinfo=UTC)
GOOD = BillingSettings(automatic=True, mode="draft", cycle="daily")
TEXTS = SmsSettings(enabled=True)


def test_good_ones_are_good_and_so_are_those_that_nobody_has_set() -> None:
    assert faults_of(GOOD, SmsSettings()) == []
    assert faults_of(BillingSettings(), SmsSettings()) == []
    assert faults_of(GOOD.with_(channel="both"), TEXTS) == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"mode": ""}, "mode"),
        ({"mode": "free"}, "mode"),
        ({"cycle": ""}, "cycle"),
        ({"cycle": "yearly"}, "cycle"),
        ({"channel": "fax"}, "channel"),
        ({"channel": ""}, "channel"),
        ({"channel": "sms"}, "channel"),
        ({"channel": "both"}, "channel"),
        ({"at": "8:00"}, "at"),
        ({"at": "24:00"}, "at"),
        ({"send_at": "09:60"}, "send_at"),
        ({"weekday": 7}, "weekday"),
        ({"weekday": -1}, "weekday"),
        ({"day": 29}, "day"),
        ({"day": 0}, "day"),
        ({"notice_gap_days": -1}, "notice_gap_days"),
        ({"notice_gap_days": 366}, "notice_gap_days"),
    ],
)
def test_each_fault_names_its_field_and_a_remedy(wrong: dict[str, object], field: str) -> None:
    (fault,) = faults_of(GOOD.with_(**wrong), SmsSettings(), "billing.")
    assert fault.field == f"billing.{field}"
    assert fault.problem
    assert fault.remedy


def test_what_is_off_may_be_half_filled_in_but_not_wrong() -> None:
    off = GOOD.with_(automatic=False, mode="", cycle="", channel="sms")
    assert faults_of(off, SmsSettings()) == []
    assert [f.field for f in faults_of(off.with_(cycle="yearly"), SmsSettings())] == ["cycle"]


@pytest.mark.parametrize(
    "change", [{"automatic": True}, {"cycle": "weekly"}, {"at": "17:00"}, {"weekday": 3}, {"day": 5}]
)
def test_what_changes_when_runs_begin_counts_from_now_on(change: dict[str, object]) -> None:
    before = GOOD.with_(since=NOW - timedelta(days=9), automatic="automatic" not in change)
    assert held_since(before, before.with_(**change), NOW) == NOW


@pytest.mark.parametrize("change", [{"mode": "send_invoice"}, {"channel": "both"}, {"notice_gap_days": 3}])
def test_what_else_changes_leaves_it(change: dict[str, object]) -> None:
    before = GOOD.with_(since=NOW - timedelta(days=9))
    assert held_since(before, before.with_(**change), NOW) == before.since


def test_saving_checks_them_and_says_since_when_they_hold() -> None:
    store = FakeStore()
    change = ChangeSettings(store, lambda: NOW)
    with pytest.raises(Invalid) as refused:
        change(Settings(billing=GOOD.with_(mode="")), 0)
    assert [f.field for f in refused.value.faults] == ["billing.mode"]
    change(Settings(billing=GOOD.with_(since=NOW - timedelta(days=1))), 0)
    stored = store.get(SETTINGS)
    assert stored is not None
    assert stored.billing.since == NOW


def test_sms_that_runs_need_are_not_turned_off_under_them() -> None:
    store = FakeStore()
    change = ChangeSettings(store, lambda: NOW)
    change(Settings(billing=GOOD.with_(channel="sms"), sms=TEXTS), 0)
    with pytest.raises(Invalid) as refused:
        change(Settings(billing=GOOD.with_(channel="sms")), 1)
    (fault,) = refused.value.faults
    assert (fault.field, fault.problem) == ("billing.channel", "text messages are turned off")

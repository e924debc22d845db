"""The sample clinic is the same every time, and possible: nobody is in two places, whoever waits may."""

from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec
import pytest

from creneau.billing.edit_issuers import EditIssuers
from creneau.billing.issuer import Issuer
from creneau.messaging.sms.numbers import Number, number_for_sms
from creneau.messaging.sms.senders import check_sender
from local.sample_clinic import catalogue
from local.sample_clinic.bookings import planned
from local.sample_clinic.load import apart, lines, told
from local.sample_clinic.people import WITHOUT_EMAIL, patients
from tests.support.books import CLINIC
from tests.support.fake_store import FakeStore

ZURICH = ZoneInfo("Europe/Zurich")
FIRST_DAYS = [date(2026, 2, 9) + timedelta(days=n) for n in (0, 1, 2, 3, 4, 5, 6, 40, 250)]


def lasts(service: str) -> timedelta:
    return timedelta(minutes=catalogue.SERVICES[service]["duration_minutes"])


@pytest.mark.parametrize("first", FIRST_DAYS, ids=str)
def test_nobody_is_in_two_places(first: date):
    taken = defaultdict(set)
    for wish in planned(first, ZURICH):
        span = (wish.start, wish.start + lasts(wish.service))
        taken[f"patient {wish.patient}"].add((*span, wish.key))
        one_for_all = wish.service if wish.service == "stress" else wish.key
        taken[catalogue.AGENDAS[wish.agenda]["practitioner"]].add((*span, one_for_all))
        for resource in catalogue.SERVICES[wish.service].get("resources", []):
            taken[resource].add((*span, one_for_all))
    for who, spans in taken.items():
        for (_, end, _), (start, _, _) in pairwise(sorted(spans)):
            assert end <= start, f"{who} at {start}"


@pytest.mark.parametrize("first", FIRST_DAYS, ids=str)
def test_every_appointment_lies_in_an_opening_that_offers_its_service(first: date):
    for wish in planned(first, ZURICH):
        end = (wish.start + lasts(wish.service)).time()
        assert any(
            o["weekday"] == wish.start.weekday()
            and o["from"] <= wish.start.time()
            and end <= o["to"]
            and wish.service in o["services"]
            for o in catalogue.OPENINGS[wish.agenda]
        ), wish


@pytest.mark.parametrize("first", FIRST_DAYS, ids=str)
def test_enough_wait_for_two_rounds_and_may_wait(first: date):
    waiting = [w for w in planned(first, ZURICH) if w.place is not None]
    assert all((w.start.date() - first).days > 15 for w in waiting)
    reachable = [w for w in waiting if w.service == "consultation" and w.patient not in WITHOUT_EMAIL]
    assert len({w.patient for w in reachable}) >= 20
    for line in lines(waiting):
        assert [w.place for w in line] == list(range(len(line)))


def test_the_plan_repeats_itself_and_loses_nobody_on_the_way():
    plan = planned(FIRST_DAYS[0], ZURICH)
    assert plan == planned(FIRST_DAYS[0], ZURICH)
    entered = [w for line in lines(plan) for w in line] + [*apart(plan), *told(plan)]
    assert sorted(w.key for w in entered) == sorted(w.key for w in plan)
    assert len({w.key for w in plan}) == len(plan)


def test_the_clinic_is_as_promised():
    people = patients()
    assert len(people) == 60
    assert {p["language"] for p in people} == {"fr", "de", "it", "en"}
    assert len({p["last_name"] for p in people}) == 60
    assert all(p["email"].endswith(".example") for p in people if "email" in p)
    assert len({p["profession"] for p in catalogue.PRACTITIONERS.values()}) == 3
    assert len(catalogue.LOCATIONS) == 2
    assert {s["category"] for s in catalogue.SERVICES.values()} == {
        "in_person",
        "home_visit",
        "teleconsultation",
        "group",
    }


def test_sms_reach_everybody():
    numbers = [number_for_sms(p["phone"], "CH") for p in patients()]
    assert all(isinstance(number, Number) for number in numbers)
    assert len(set(numbers)) == 60
    assert not check_sender(catalogue.SETTINGS["sms"]["sender"], "CH").faults
    assert not [p["phone"] for p in patients() if p["phone"].replace(" ", "").endswith("0000")], (
        "the engine fails these"
    )


def test_one_patient_in_each_language_is_told_of_the_booking():
    languages = [patients()[w.patient]["language"] for w in told(planned(FIRST_DAYS[0], ZURICH))]
    assert sorted(languages) == ["de", "en", "fr", "it"]


def test_each_practitioner_invoices_to_an_account_that_checks():
    for given in catalogue.ISSUERS.values():
        issuer = msgspec.convert({"id": "iss_1", **given}, Issuer)
        EditIssuers(FakeStore(), CLINIC).add(issuer)
    assert set(catalogue.ISSUERS) == set(catalogue.PRACTITIONERS)
    assert len({given["prefix"] for given in catalogue.ISSUERS.values()}) == 3
    assert all("address" in p for p in patients())


@pytest.mark.parametrize("first", FIRST_DAYS, ids=str)
def test_the_practitioner_whose_month_is_invoiced_shares_no_patient_and_has_seen_several_by_then(first: date):
    plan = planned(first, ZURICH)
    whose = {a: catalogue.AGENDAS[a]["practitioner"] for a in catalogue.AGENDAS}
    hers = {w.patient for w in plan if whose[w.agenda] == "keller"}
    assert not hers & {w.patient for w in plan if whose[w.agenda] != "keller"}
    seen = [w for w in plan if whose[w.agenda] == "keller" and (w.start.date() - first).days <= 14]
    assert {w.patient for w in seen} == hers
    assert len({(w.patient, w.start.date()) for w in seen}) == len(seen), "one consultation a visit"

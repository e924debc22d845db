"""What a text will cost, least and most, over a year of dates and the clinic's own names, and by which character (S-04)."""

import time

import pytest

from creneau.agenda.catalogue import Patient, Practitioner, Service
from creneau.messaging.message import Channel, Kind
from creneau.messaging.sms.estimate_credits import EstimateCredits
from creneau.messaging.sms.segments import Encoding
from creneau.messaging.wording.shipped import shipped
from creneau.shared.settings import LANGUAGES
from creneau.shared.store import Put
from tests.support.fake_store import FakeStore
from tests.support.known import CLINIC, LOCATION, NOW, PATIENT, PRACTITIONER

pytestmark = pytest.mark.rule("S-04")


@pytest.fixture
def store() -> FakeStore:
    store = FakeStore()
    store.commit([Put(LOCATION), Put(PRACTITIONER), Put(PATIENT)])
    return store


@pytest.fixture
def estimate(store: FakeStore) -> EstimateCredits:
    return EstimateCredits(store, CLINIC, lambda: NOW, "https://rdv.example.ch")


def test_the_month_with_a_circumflex_costs_the_second_credit(estimate):
    told = estimate(
        Kind.REMINDER,
        "fr",
        "Rappel de votre rendez-vous {{ appointment.date }} avec {{ practitioner.name }}, tél. 021.",
    )
    assert (told.least.segments.count, told.least.segments.encoding) == (1, Encoding.GSM7)
    assert (told.most.segments.count, told.most.segments.encoding) == (2, Encoding.UCS2)
    assert "août" in told.most.text
    (costly,) = told.costly
    assert (costly.character, costly.word, costly.in_wording) == ("û", "août", False)
    assert told.most.text[costly.at] == "û"
    assert told.without == 1
    assert told.second_at == 67


def test_a_character_of_the_wording_itself_is_told_apart(estimate):
    told = estimate(
        Kind.CUSTOM, "fr", "Le cabinet sera fermé lundi. Bonne fête à toutes et à tous, et à très bientôt au cabinet."
    )
    assert [(c.character, c.word, c.in_wording) for c in told.costly] == [("ê", "fête", True), ("ô", "bientôt", True)]
    assert (told.least, told.without) == (told.most, 1)


def test_a_text_that_is_only_long_has_no_costly_character(estimate):
    told = estimate(Kind.CUSTOM, "fr", "a" * 161)
    assert (told.most.segments.count, told.costly, told.second_at) == (2, (), 153)
    short = estimate(Kind.CUSTOM, "fr", "Fête")  # one credit all the same
    assert (short.most.segments.count, short.costly, short.second_at) == (1, (), None)


def test_what_typography_would_cost_is_left_out_before_counting(estimate):
    told = estimate(
        Kind.CUSTOM,
        "fr",
        "Le cabinet sera fermé… « exceptionnellement » – à partir du 3\u00a0mars, l’accueil rouvre à 9\u202fh.",
    )
    assert told.most.segments.encoding is Encoding.GSM7


def test_the_clinics_own_names_count(estimate, store):
    body = "{{ clinic.name }} : rappel de rendez-vous\n{{ appointment.short }}\n{{ appointment.how }}"
    before = estimate(Kind.REMINDER, "fr", body).most.segments.units
    store.commit([Put(Practitioner(id="prc_2", name="Dr Marie-Christine Zumstein-Delacrétaz"))])
    long = estimate(Kind.REMINDER, "fr", body)
    assert "Zumstein" in long.most.text
    assert "Favre" in long.least.text
    assert long.most.segments.units == before + len("Marie-Christine Zumstein-Delacrétaz") - len("Anne Favre")
    store.commit([Put(Practitioner(id="prc_3", name="Dr Łukasz Ó"))])
    dear = estimate(Kind.REMINDER, "fr", body)
    assert dear.most.segments.encoding is Encoding.UCS2
    assert {c.character for c in dear.costly} == {"Ł", "Ó"}


def test_patients_and_kinds_of_visits_count(estimate, store):
    store.commit([Put(Patient(id="pat_2", first_name="Zoë", last_name="Wyss"))])
    store.commit([Put(Service(id="srv_2", name="À domicile", category="home_visit", duration_minutes=30))])
    told = estimate(Kind.REMINDER, "fr", "Bonjour {{ patient.first_name }}, à bientôt")
    assert "Zoë" in told.most.text or "Claire" in told.most.text
    assert "Zoë" in told.least.text
    home = estimate(Kind.REMINDER, "fr", "Rappel\n{{ appointment.how }}").most.text
    assert "domicile" in home


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [Kind.REMINDER, Kind.CONFIRMED, Kind.ONLINE_BOOKING, Kind.BIRTHDAY, Kind.CUSTOM])
def test_a_new_clinic_pays_one_credit_a_message(estimate, kind, language):
    assert estimate(kind, language, shipped(kind, Channel.SMS, language).body).most.segments.count == 1


def test_nothing_is_refused(estimate):
    for body in ("", "{{ no.field }}", "{{", "{% x %}", "x" * 1000, "😀" * 500, "\x00\x1b"):
        assert estimate(Kind.REMINDER, "fr", body).most.segments.count >= 0
    assert estimate(Kind.REMINDER, "fr", "").most.segments.count == 0


def test_it_answers_while_one_types(estimate, store):
    store.commit([Put(Practitioner(id=f"prc_{n}", name=f"Dr {'N' * n}é")) for n in range(3, 40)])
    store.commit([Put(Patient(id=f"pat_{n}", first_name=f"{'A' * n}û", last_name="B")) for n in range(3, 90)])
    began = time.process_time()
    estimate(
        Kind.REMINDER, "fr", "{{ patient.name }} {{ appointment.start }}\n{{ appointment.how }}\n{{ clinic.phone }}"
    )
    assert time.process_time() - began < 1

"""The wordings that a new clinic sends: whole, short, formal, and an SMS of one credit on every day of the year."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from creneau.agenda.attendance import Attendance
from creneau.agenda.catalogue import Contact
from creneau.messaging.locale import Speech
from creneau.messaging.message import Channel, Kind
from creneau.messaging.sms.segments import Encoding, credits_of
from creneau.messaging.template import SYSTEM, VARIANTS
from creneau.messaging.wording.fields import FIELDS, MONEY, Part, Privacy
from creneau.messaging.wording.parse import parse
from creneau.messaging.wording.shipped import WORDINGS_AT, shipped
from creneau.messaging.wording.wording import faults_in
from creneau.messaging.write import chosen_for, write_email, write_sms
from creneau.shared.money import Money
from creneau.shared.settings import LANGUAGES, Clinic
from tests.support.known import AT_HOME, CLINIC, INVOICE, LINKS, LOCATION, PRACTITIONER, VIDEO, VOUCHER, known

FORMS = [
    (Kind(id.split(".")[0]), Channel(id.split(".")[1]), variant)
    for id in SYSTEM
    for variant in ("", *VARIANTS.get(id, ()))
]
EMAILS = [(kind, variant) for kind, channel, variant in FORMS if channel is Channel.EMAIL]
SMS = [kind for kind, channel, _ in FORMS if channel is Channel.SMS]
SIGNATURE = ("Centre médical du Lac", "Rue du Lac 12", "1003 Lausanne")

emails = pytest.mark.parametrize(("kind", "variant"), EMAILS)
languages = pytest.mark.parametrize("language", LANGUAGES)
about_a_visit = pytest.mark.parametrize("kind", [Kind.CONFIRMED, Kind.REMINDER])


class Country(NamedTuple):
    zone: str
    currency: str
    phone: str


COUNTRIES = {
    "CH": Country("Europe/Zurich", "CHF", "+41215550123"),
    "FR": Country("Europe/Paris", "EUR", "+33145678901"),
    "CA": Country("America/Toronto", "CAD", "+15142345678"),
}
countries = pytest.mark.parametrize("country", COUNTRIES)

# Nineteen names of twenty are no longer.
LONG_CLINIC, LONG_PRACTITIONER = "Centre médical Bellevue+", "Dr Marie-Claire Zumstein"
JOIN = "https://meet.google.com/abc-defg-hij"
SECRET = "AbCdEfGhIjKlMnOpQrStUv"
OPT_OUT = f"https://abcdefghij.execute-api.ca-central-1.amazonaws.com/u/{SECRET}"


def clinic_of(country: str) -> Clinic:
    zone, currency, _ = COUNTRIES[country]
    return CLINIC.with_(name=LONG_CLINIC, country=country, zone_name=zone, currency=currency)


def parts_in(kind: Kind, country: str) -> dict[str, Any]:
    """Whatever can be long is as long as it gets."""
    about_visit = kind not in (Kind.CUSTOM, Kind.BIRTHDAY, Kind.VOUCHER, *MONEY)
    parts: dict[str, Any] = {"clinic": clinic_of(country)}
    if about_visit:
        parts["practitioner"] = PRACTITIONER.with_(name=LONG_PRACTITIONER)
        parts["location"] = LOCATION.with_(phone=COUNTRIES[country].phone)
    return parts


def days(country: str) -> list[datetime]:
    """Half past ten on each day of two years: no time of day is longer."""
    first = datetime(2027, 1, 1, 10, 30, tzinfo=ZoneInfo(COUNTRIES[country].zone))
    return [(first + timedelta(days=n)).astimezone(UTC) for n in range(730)]


@lru_cache
def longest_day(language: str, country: str) -> datetime:
    speech = Speech(language, country, COUNTRIES[country].zone)
    return max(days(country), key=lambda at: len(speech.in_words(at)))


def facts_of(variant: str) -> dict[str, Any]:
    facts: dict[str, dict[str, Any]] = {
        "": {},
        "accepted": {"offer_round_id": "r"},
        "by_patient": {"attendance": Attendance.CANCELLED_BY_PATIENT},
        "credit_note": {},
    }
    return facts[variant]


def mail_of(kind: Kind, variant: str, language: str, country: str = "CH", **more):
    start = longest_day(language, country)
    if kind is Kind.INVOICE:
        more = {"invoice": INVOICE.with_(is_credit_note=variant == "credit_note", language=language)} | more
    about = known(
        kind,
        language=language,
        of_appointment={"start": start, "end": start + timedelta(minutes=30)} | facts_of(variant),
        **(parts_in(kind, country) | more),
    )
    return write_email(about, chosen_for(about), LINKS, SIGNATURE)


def sms_of(kind: Kind, language: str, country: str = "CH", **more) -> str:
    """To a practitioner it is in the clinic's language."""
    parts = parts_in(kind, country)
    parts["clinic"] = parts["clinic"].with_(language=language)
    start = longest_day(language, country)
    at = {"start": start, "end": start + timedelta(minutes=30)}
    about = known(kind, Channel.SMS, language, of_appointment=at, **(parts | more))
    return write_sms(about, chosen_for(about), LINKS | {"opt_out": OPT_OUT})


def fields_in(kind: Kind, channel: Channel, variant: str, language: str) -> tuple[frozenset[str], frozenset[str]]:
    wording = shipped(kind, channel, language, variant)
    subject = parse(wording.subject, Part.SUBJECT).fields
    return subject, parse(wording.body, Part.SMS if channel is Channel.SMS else Part.BODY).fields


@pytest.mark.rule("M-08")
@languages
def test_a_new_clinic_has_one_wording_for_each_message_and_no_other(language):
    wanted = {
        f"{kind}_{variant}.{channel}.txt" if variant else f"{kind}.{channel}.txt" for kind, channel, variant in FORMS
    }
    assert {path.name for path in (WORDINGS_AT / language).iterdir()} == wanted


@pytest.mark.rule("M-08", "M-11")
@languages
@pytest.mark.parametrize(("kind", "channel", "variant"), FORMS)
def test_a_clinic_could_have_written_it(kind, channel, variant, language):
    assert faults_in(shipped(kind, channel, language, variant), kind, channel) == []


@pytest.mark.rule("M-11")
@pytest.mark.parametrize(("kind", "channel", "variant"), FORMS)
def test_every_language_tells_the_same(kind, channel, variant):
    told = {fields_in(kind, channel, variant, language) for language in LANGUAGES}
    assert len(told) == 1


@pytest.mark.rule("M-08")
@languages
@pytest.mark.parametrize(("kind", "channel", "variant"), FORMS)
def test_nothing_about_health_in_an_sms_or_a_subject(kind, channel, variant, language):
    subject, body = fields_in(kind, channel, variant, language)
    open_to_view = subject | (body if channel is Channel.SMS else frozenset())
    assert not [name for name in open_to_view if FIELDS[name].privacy is Privacy.HEALTH]
    if channel is Channel.SMS:
        text = sms_of(kind, language)
        price = "" if kind in MONEY else "120|"
        assert not re.search(f"{price}Physio|prescription|Martin|Rue du Lac", text)


INFORMAL = {
    "fr": r"\b(tu|te|t’\w+|toi|ton|ta|tes)\b",
    "de": r"\b(du|dich|dir|deine?[mnrs]?|euch|euer|eure?[mnrs]?)\b",
    "it": r"\b(tu|ti|te|tuo|tua|tuoi|tue|vieni|chiamaci)\b",
    "en": r"\b(hi|hey|dear friend)\b",
}
"""In Italian and German the formal address is in capitals too."""
LOWERED = {"it": r"\b(suo|sua|suoi|lei)\b", "de": r"\b(ihr|ihre|ihren|ihrem|ihrer|ihnen)\b"}


@pytest.mark.rule("M-11")
@languages
@pytest.mark.parametrize(("kind", "channel", "variant"), FORMS)
def test_it_addresses_the_reader_formally(kind, channel, variant, language):
    wording = shipped(kind, channel, language, variant)
    text = re.sub(r"\{\{.*?\}\}", "", f"{wording.subject}\n{wording.body}")
    assert not re.search(INFORMAL[language], text, re.IGNORECASE)
    assert not re.search(LOWERED.get(language, "(?!)"), text)


@languages
@countries
@emails
def test_an_email_is_whole_and_short(kind, variant, country, language):
    mail = mail_of(kind, variant, language, country)
    for text in (mail.subject, mail.text, mail.html):
        assert not re.search(r"\{\{|\}\}|None", text)
    assert not re.search(r"\S {2,}\S|[,:] *[,.:]| [.,]", mail.text)
    assert len(mail.text.replace("\u00a0", "").replace("\u202f", "").split()) <= 120
    assert len(mail.subject) <= 78
    (heading,) = re.findall(r"<h1[^>]*>(.*?)</h1>", mail.html)
    assert mail.text.startswith(heading)


@languages
@emails
def test_an_email_greets_its_reader_and_asks_for_one_thing(kind, variant, language):
    mail = mail_of(kind, variant, language)
    assert mail.text.count("Claire Martin") == 1
    to_press = int(kind in (Kind.OFFER, Kind.REVIEW, Kind.PAYMENT_LINK, Kind.PAYMENT_REMINDER))
    assert mail.html.count('class="button"') == to_press
    if kind is not Kind.REVIEW:
        assert mail.text.count("021\u00a0555\u00a001\u00a023") == (0 if kind in (Kind.VOUCHER, *MONEY) else 1)


@languages
@emails
def test_an_email_is_set_as_its_language_is(kind, variant, language):
    mail = mail_of(kind, variant, language)
    for text in (mail.subject, mail.text):
        assert "'" not in text
        assert "ß" not in text
        assert not re.search(r'"|&', text)
        words = re.sub(r"https://\S+", "", text)
        if language == "fr":
            assert not re.search("[^\u202f][?!;]|[^\u00a0]:", words)
        else:
            assert not re.search(r"\s[?!;:]", words)


@pytest.mark.rule("S-01", "M-11")
@languages
@countries
def test_no_day_of_the_year_costs_a_second_credit(country, language):
    speech = Speech(language, country, COUNTRIES[country].zone)
    for at in days(country):
        assert credits_of(speech.in_brief(at)).encoding is Encoding.GSM7, speech.in_brief(at)


MODES = ("in_person", "home_visit", "teleconsultation")


@pytest.mark.rule("S-01")
@languages
@countries
@pytest.mark.parametrize(
    ("kind", "mode"),
    [(kind, mode) for kind in SMS for mode in MODES if kind in (Kind.CONFIRMED, Kind.REMINDER)]
    + [(kind, "in_person") for kind in SMS if kind not in (Kind.CONFIRMED, Kind.REMINDER)],
)
def test_an_sms_is_one_credit_with_long_names_on_the_longest_day(kind, mode, country, language):
    if kind is Kind.CUSTOM:
        parts: dict[str, Any] = {"location": LOCATION.with_(phone=COUNTRIES[country].phone)}
    else:
        parts = {"of_service": {"category": mode, "video_link": JOIN}}
    text = sms_of(kind, language, country, **parts)
    found = credits_of(text)
    assert (found.count, found.encoding) == (1, Encoding.GSM7), (found.units, text)
    assert LONG_CLINIC in text
    assert not re.search(r"\{\{|\}\}|  |None", text)


@languages
@pytest.mark.parametrize("kind", [Kind.CONFIRMED, Kind.REMINDER, Kind.ONLINE_BOOKING])
def test_an_sms_about_a_visit_says_when(kind, language):
    speech = Speech(language, "CH", "Europe/Zurich")
    assert speech.in_brief(longest_day(language, "CH")) in sms_of(kind, language)


@languages
@about_a_visit
def test_an_sms_names_with_whom_and_whom_to_call(kind, language):
    text = sms_of(kind, language)
    assert LONG_PRACTITIONER in text
    assert "021 555 01 23" in text
    hidden = sms_of(kind, language, hide=("practitioner",), location=LOCATION.with_(phone=""))
    assert LONG_PRACTITIONER not in hidden
    assert len(hidden.splitlines()) == 2


@pytest.mark.rule("M-14", "M-15")
@languages
@pytest.mark.parametrize("kind", [Kind.CUSTOM, Kind.BIRTHDAY])
def test_what_needs_consent_says_how_to_stop_it(kind, language):
    assert sms_of(kind, language).endswith(f": {OPT_OUT}")


AT_YOUR_HOME = {"fr": "à votre domicile", "de": "bei ihnen zu hause", "it": "al suo domicilio", "en": "at your home"}
REMOTE = {"fr": "par vidéo", "de": "per video", "it": "in video", "en": "by video"}


@pytest.mark.rule("A-02")
@languages
@about_a_visit
def test_a_home_visit_says_so_by_email_and_sms(kind, language):
    home: dict[str, Any] = {"of_service": {"category": "home_visit"}, "of_patient": {"address": AT_HOME}}
    text, mail = sms_of(kind, language, **home), mail_of(kind, "", language, **home)
    for said in (text, mail.text, mail.html):
        assert AT_YOUR_HOME[language] in said.lower()
    for said in (mail.text, mail.html):
        assert "1200 Genève" in said
    assert AT_YOUR_HOME[language] not in sms_of(kind, language).lower()


@pytest.mark.rule("A-03")
@languages
@about_a_visit
def test_a_teleconsultation_says_so_and_how_to_join_by_email_and_sms(kind, language):
    remote: dict[str, Any] = {"of_service": {"category": "teleconsultation"}}
    text, mail = sms_of(kind, language, **remote), mail_of(kind, "", language, **remote)
    for said in (text, mail.text, mail.html):
        assert REMOTE[language] in said.lower()
        assert said.count(VIDEO) == 1
    assert mail.html.count('class="button"') == 1
    unlinked = sms_of(kind, language, of_service={"category": "teleconsultation", "video_link": ""})
    assert REMOTE[language] in unlinked.lower()
    assert LONG_PRACTITIONER in unlinked


ABOUT_VISITS = [form for form in EMAILS if form[0] not in (Kind.REVIEW, Kind.VOUCHER, *MONEY)]
MOTHER = Contact(id="con_1", name="Anne Martin", relation="mother", email="anne@mail.example", receives_messages=True)


@pytest.mark.rule("M-21")
@languages
@pytest.mark.parametrize(("kind", "variant"), ABOUT_VISITS)
def test_who_reads_for_another_is_told_whose_appointment_it_is(kind, variant, language):
    mail = mail_of(kind, variant, language, of_patient={"contacts": (MOTHER,)})
    for text in (mail.text, mail.html):
        assert text.count("Anne Martin") == text.count("Claire Martin") == 1


@pytest.mark.rule("M-21")
@languages
@about_a_visit
@pytest.mark.parametrize("mode", MODES)
def test_an_sms_to_who_reads_for_another_says_whose_appointment_it_is(kind, mode, language):
    text = sms_of(kind, language, of_patient={"contacts": (MOTHER,)}, of_service={"category": mode})
    assert "Claire Martin" in text


@pytest.mark.rule("M-19")
@languages
def test_a_voucher_tells_its_code_amount_and_last_day(language):
    mail = mail_of(Kind.VOUCHER, "", language)
    speech = Speech(language, "CH", "Europe/Zurich")
    for text in (mail.text, mail.html):
        assert text.count(VOUCHER["code"]) == 1
        assert "50.00" in text
        assert speech.date(datetime(2027, 12, 31, 11, 0, tzinfo=UTC)) in text


@pytest.mark.parametrize(
    ("language", "country", "words"),
    [
        ("fr", "CH", "dimanche 1er aout à 9h"),
        ("fr", "CA", "dimanche 1er aout à 9h"),
        ("de", "CH", "Sonntag, 1. August, 9.00 Uhr"),
        ("it", "CH", "domenica 1 agosto, ore 9.00"),
        ("en", "GB", "Sunday 1 August at 9:00 am"),
        ("en", "CA", "Sunday, August 1 at 9:00 am"),
    ],
)
def test_a_date_in_an_sms(language, country, words):
    zone = "America/Toronto" if country == "CA" else "Europe/Zurich"
    at = datetime(2027, 8, 1, 9, 0, tzinfo=ZoneInfo(zone))
    assert Speech(language, country, zone).in_brief(at) == words


def test_long_names_are_as_long_as_they_are_said_to_be():
    assert [len(name) for name in (LONG_CLINIC, LONG_PRACTITIONER)] == [24, 24]


@pytest.mark.rule("B-08")
@languages
def test_an_invoice_tells_its_number_its_sum_and_until_when(language):
    speech = Speech(language, "CH", "Europe/Zurich")
    mail = mail_of(Kind.INVOICE, "", language)
    for text in (mail.text, mail.html):
        assert INVOICE.number in text
        assert "120.50" in text
        assert speech.date(datetime(2027, 3, 3, 11, 0, tzinfo=UTC)) in text
    part = INVOICE.with_(balance=Money(amount=20_50, currency="CHF"), language=language)
    assert re.search(r"120\.50(.|\n)*20\.50", mail_of(Kind.INVOICE, "", language, invoice=part).text)
    paid = INVOICE.with_(balance=Money(amount=0, currency="CHF"), language=language)
    settled = mail_of(Kind.INVOICE, "", language, invoice=paid)
    assert speech.date(datetime(2027, 3, 3, 11, 0, tzinfo=UTC)) not in settled.html

"""What patients read: every message, in every language, in the country's way of saying it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.pages.words import say
from creneau.agenda.attendance import Attendance
from creneau.agenda.catalogue import Address
from creneau.messaging.lines import address_lines
from creneau.messaging.locale import Speech
from creneau.messaging.message import Channel, Kind
from creneau.messaging.render import Rendered
from creneau.messaging.values import values_of
from creneau.messaging.write import chosen_for, write_email
from creneau.shared.money import Money
from creneau.shared.settings import LANGUAGES, language_of
from tests.support.known import (
    ANSWER_BEFORE,
    AT_HOME,
    LINK,
    LINKS,
    LOCATION,
    OWN,
    SETTINGS,
    START,
    VIDEO,
    known,
)

SIGNATURE = ("Centre médical du Lac", "Rue du Lac 12", "1003 Lausanne")
BY_PATIENT = {"attendance": Attendance.CANCELLED_BY_PATIENT}
FORMS: dict[str, tuple[Kind, dict[str, Any]]] = {
    "confirmed": (Kind.CONFIRMED, {}),
    "moved": (Kind.MOVED, {}),
    "accepted": (Kind.MOVED, {"of_appointment": {"offer_round_id": "r"}}),
    "cancelled": (Kind.CANCELLED, {}),
    "cancelled by patient": (Kind.CANCELLED, {"of_appointment": BY_PATIENT}),
    "offer": (Kind.OFFER, {}),
}
"""Every message in every form that it has."""

ALL = [pytest.param(form, language, id=f"{language}-{form}") for language in LANGUAGES for form in FORMS]


def written(about, signature=SIGNATURE) -> Rendered:
    return write_email(about, chosen_for(about), LINKS, signature)


def mail_of(form: str, language: str, **more) -> Rendered:
    kind, about = FORMS[form]
    return written(known(kind, language=language, **about, **more))


def speech(language: str) -> Speech:
    return Speech(language, "CH", "Europe/Zurich")


@pytest.mark.rule("M-11")
@pytest.mark.parametrize(("form", "language"), ALL)
def test_a_message_is_whole_short_and_dated(form, language):
    mail = mail_of(form, language)
    for text in (mail.subject, mail.text, mail.html):
        assert not re.search(r"\{[{%]|[%}]\}|None|Undefined", text)
    for text in (mail.text, mail.html):
        assert speech(language).in_words(START) in text
        assert "Claire Martin" in text
    assert len(mail.text.split()) <= 120
    assert len(mail.subject) <= 78
    assert speech(language).in_words(START) in mail.subject
    assert "ß" not in mail.text


@pytest.mark.rule("M-08")
@pytest.mark.parametrize(("form", "language"), ALL)
def test_a_subject_says_nothing_about_who_or_what_for(form, language):
    subject = mail_of(form, language).subject
    for secret in ("Claire", "Martin", "Physio", "Favre", LINK):
        assert secret not in subject


@pytest.mark.rule("G-01")
@pytest.mark.parametrize(("form", "language"), ALL)
def test_an_email_ends_with_exactly_one_signature(form, language):
    kind, about = FORMS[form]
    mail = written(known(kind, language=language, **about), ("Zora's <team>", "line two"))
    assert mail.text.endswith("\n\nZora's <team>\nline two\n")
    assert mail.text.count("Zora") == 1
    assert mail.html.count("Zora&#39;s &lt;team&gt;<br>line two</p>") == 1


@pytest.mark.parametrize(("form", "language"), ALL)
def test_an_email_has_one_action_at_most(form, language):
    mail = mail_of(form, language)
    assert mail.html.count("<a ") == mail.text.count("https://") == (1 if form == "offer" else 0)


BEFORE = {"fr": "avant le", "de": "vor", "it": "prima", "en": "before"}
"""The last moment is no longer in time (W-09)."""


@pytest.mark.rule("W-06", "W-09")
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_offer_says_all_that_the_patient_needs(language):
    mail = mail_of("offer", language)
    for text in (mail.text, mail.html):
        assert LINK in text
        for instant in (START, OWN):
            assert speech(language).in_words(instant) in text
        assert f"{BEFORE[language]} {speech(language).deadline(ANSWER_BEFORE)}" in text
        for piece in ("Dr Anne Favre", "Cabinet du Lac", "1003 Lausanne"):
            assert piece in text
        assert "Physio" not in text


@pytest.mark.parametrize(("form", "language"), ALL)
def test_every_message_says_whom_to_call(form, language):
    mail = mail_of(form, language)
    assert mail.text.count("021\u00a0555\u00a001\u00a023") == mail.html.count("021\u00a0555\u00a001\u00a023") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_accepted_a_date_is_not_asked_whether_it_suits(language):
    """The email asks what the page asked after the answer."""
    asked = say(language, "accepted.call").split("?")[0].replace("\u202f", " ").strip()
    for part in ("text", "html"):
        assert asked in getattr(mail_of("accepted", language), part).replace("\u202f", " ")
        assert asked not in getattr(mail_of("moved", language), part).replace("\u202f", " ")


@pytest.mark.rule("M-07")
@pytest.mark.parametrize(("form", "language"), ALL)
def test_what_is_hidden_leaves_no_label_and_no_half_sentence_behind(form, language):
    hidden = ("address", "price", "duration", "practitioner", "service", "instructions")
    nowhere = LOCATION.with_(phone="")
    mail = mail_of(form, language, hide=hidden, location=nowhere)
    for piece in ("Favre", "Rue du Lac", "120", "Physio", "prescription"):
        assert piece not in mail.text.removesuffix("\n".join(SIGNATURE) + "\n")
        assert piece not in mail.html.partition("Centre médical du Lac<br>")[0].replace("120.", "")
    assert not re.search(r"(?m)^  [^\n:]+:( |$)", mail.text)
    assert not re.search(r"<p[^>]*>\s*</p>", mail.html)
    assert "margin:12px 0 0" not in mail.html
    assert not re.search(r"(au|an:|numero|on) ?\.", mail.text)


@pytest.mark.rule("M-07")
@pytest.mark.parametrize(
    ("piece", "gone"),
    [
        ("address", "Rue du Lac 12"),
        ("price", "120.50"),
        ("duration", "30\u00a0minutes"),
        ("practitioner", "Favre"),
        ("service", "Physio"),
        ("instructions", "prescription"),
    ],
)
def test_each_piece_is_shown_or_hidden(piece, gone):
    shown, hidden = (written(known(Kind.CONFIRMED, language="en", hide=hide), ("x",)) for hide in ((), (piece,)))
    for part in ("text", "html"):
        assert gone in getattr(shown, part)
        assert gone not in getattr(hidden, part)


@pytest.mark.rule("M-07")
def test_no_field_names_the_practitioner_whom_the_clinic_hides():
    for hide, name in (((), "Dr Anne Favre"), (("practitioner",), "")):
        texts = values_of(known(Kind.CONFIRMED, hide=hide), Channel.EMAIL, "fr", LINKS).texts
        assert texts["practitioner.name"] == texts["appointment.practitioner"] == name


@pytest.mark.rule("A-02")
@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", "À votre domicile"), ("de", "Bei Ihnen zu Hause"), ("it", "Al Suo domicilio"), ("en", "At your home")],
)
@pytest.mark.parametrize("form", ["confirmed", "moved", "accepted", "offer"])
def test_a_home_visit_says_so(form, language, words):
    mail = mail_of(form, language, of_service={"category": "home_visit"}, of_patient={"address": AT_HOME})
    for text in (mail.text, mail.html):
        assert words in text
        assert "1200 Genève" in text
        assert "Rue du Lac" not in text.removesuffix("\n".join(SIGNATURE) + "\n").partition("du Lac<br>")[0]


@pytest.mark.rule("A-03")
@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", "À distance"), ("de", "Online, per Video"), ("it", "A distanza"), ("en", "Online, by video")],
)
@pytest.mark.parametrize("form", ["confirmed", "moved", "accepted", "offer"])
def test_a_teleconsultation_says_so_and_how_to_join(form, language, words):
    mail = mail_of(form, language, of_service={"category": "teleconsultation"})
    for text in (mail.text, mail.html):
        assert words in text
        assert (VIDEO in text) == (form != "offer")


def test_the_clinics_hours_stand_beside_its_number():
    look = SETTINGS.look.with_(phone="+41215550199", phone_hours="8:00-12:00")
    mail = written(known(Kind.CONFIRMED, settings=SETTINGS.with_(look=look), location=None))
    assert "021\u00a0555\u00a001\u00a099 (8:00-12:00)." in mail.text


@pytest.mark.parametrize(("colour", "shown"), [("#aa0000", "#aa0000"), ("red;}", "#0b6e75")])
def test_the_clinics_colour_if_it_is_one(colour, shown):
    look = SETTINGS.look.with_(colour=colour)
    html = written(known(Kind.OFFER, settings=SETTINGS.with_(look=look))).html
    assert f"background:{shown}" in html
    assert "red;}" not in html


# -- dates, money, telephones
@pytest.mark.rule("M-11")
@pytest.mark.parametrize(
    ("language", "country", "words"),
    [
        ("fr", "FR", "mardi 2 mars 2027 à 9 h 30"),
        ("fr", "CH", "mardi 2 mars 2027 à 9 h 30"),
        ("fr", "CA", "mardi 2 mars 2027 à 9 h 30"),
        ("de", "CH", "Dienstag, 2. März 2027, um 9.30 Uhr"),
        ("de", "DE", "Dienstag, 2. März 2027, um 9:30 Uhr"),
        ("it", "CH", "martedì 2 marzo 2027, ore 9.30"),
        ("en", "CH", "Tuesday 2 March 2027 at 9:30 am"),
        ("en", "CA", "Tuesday, March 2, 2027 at 9:30 am"),
    ],
)
def test_a_date_in_words(language, country, words):
    said = Speech(language, country, "Europe/Zurich").in_words(START)
    assert said.replace("\u00a0", " ") == words


@pytest.mark.rule("M-11")
@pytest.mark.promise(38)
@pytest.mark.parametrize(("month", "day", "hour"), [(3, 27, 8), (3, 28, 7), (3, 29, 7), (10, 30, 7), (10, 31, 8)])
def test_nine_oclock_is_nine_oclock_on_both_sides_of_a_clock_change(month, day, hour):
    start = datetime(2027, month, day, hour, 0, tzinfo=UTC)
    assert "9:00\u00a0am" in written(known(Kind.CONFIRMED, language="en", of_appointment={"start": start})).subject


def test_an_hour_that_exists_twice_and_midnight_elsewhere():
    zurich = Speech("fr", "CH", "Europe/Zurich")
    both = [datetime(2027, 10, 31, 0, 30, tzinfo=UTC) + timedelta(hours=n) for n in (0, 1)]
    assert [zurich.in_words(at)[-12:] for at in both] == [zurich.in_words(both[0])[-12:]] * 2
    late = datetime(2027, 3, 1, 3, 30, tzinfo=UTC)
    assert "28 février" in Speech("fr", "CA", "America/Toronto").in_words(late).replace("\u00a0", " ")


@pytest.mark.rule("M-11")
@pytest.mark.parametrize(
    ("language", "country", "amount", "text"),
    [
        ("fr", "FR", Money(amount=1234_50, currency="EUR"), "1 234,50 €"),
        ("de", "CH", Money(amount=1234_50, currency="CHF"), "CHF 1’234.50"),
        ("fr", "CA", Money(amount=80_00, currency="CAD"), "80,00 $"),
        ("en", "GB", Money(amount=80_00, currency="EUR"), "€80.00"),
    ],
)
def test_money_as_the_country_writes_it(language, country, amount, text):
    said = Speech(language, country, "Europe/Zurich").money(amount)
    assert said.replace("\u00a0", " ").replace("\u202f", " ") == text


@pytest.mark.rule("M-11")
@pytest.mark.parametrize(
    ("country", "number", "text"),
    [
        ("CH", "+41215550123", "021 555 01 23"),
        ("FR", "+33145678901", "01 45 67 89 01"),
        ("CH", "+33145678901", "+33 1 45 67 89 01"),
        ("CA", "+15142345678", "(514) 234-5678"),
        ("CH", "021 555 01 23", "021 555 01 23"),
        ("CH", "+", "+"),
    ],
)
def test_a_telephone_as_the_country_dials_it(country, number, text):
    assert Speech("fr", country, "Europe/Zurich").phone(number).replace("\u00a0", " ") == text


@pytest.mark.rule("M-11")
@pytest.mark.parametrize(
    ("patient", "clinic", "language"), [("it", "fr", "it"), (None, "de", "de"), ("pt", "de", "de"), ("pt", "xx", "fr")]
)
def test_the_patients_language_else_the_clinics(patient, clinic, language):
    assert language_of(patient, clinic) == language


@pytest.mark.parametrize(
    ("country", "home", "lines"),
    [
        ("CH", "CH", ("Rue du Lac 12", "c/o Favre", "1003 Lausanne")),
        ("CA", "CA", ("Rue du Lac 12", "c/o Favre", "Lausanne 1003")),
        ("FR", "CH", ("Rue du Lac 12", "c/o Favre", "1003 Lausanne", "FR")),
    ],
)
def test_an_address_on_its_lines(country, home, lines):
    given = Address(street="Rue du Lac 12\n  c/o Favre\n", postcode="1003", town="Lausanne", country=country)
    assert address_lines(given, home) == lines

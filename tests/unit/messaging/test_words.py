"""What patients read: every message, in every language, in the country's way of saying it."""

import re
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from jinja2 import UndefinedError

from api.pages.words import say
from creneau.agenda.catalogue import Address
from creneau.messaging.context import (
    CancelledContext,
    ConfirmedContext,
    MovedContext,
    OfferContext,
    address_lines,
)
from creneau.messaging.locale import Speech
from creneau.messaging.message import Kind
from creneau.messaging.render import TEMPLATES, environment, render
from creneau.shared.money import Money
from creneau.shared.settings import LANGUAGES, language_of

START, OWN = datetime(2027, 3, 2, 8, 30, tzinfo=UTC), datetime(2027, 4, 1, 13, 0, tzinfo=UTC)
LINK = "https://rdv.example.ch/o/AbCdEfGhIjKlMnOpQrStUv"
VIDEO = "https://video.example.ch/r/8f2"


def told(language: str, **more):
    return {
        "speech": Speech(language, "CH", "Europe/Zurich"),
        "clinic_name": "Centre médical du Lac",
        "colour": "#0b6e75",
        "ink": "#ffffff",
        "signature": ("Centre médical du Lac", "Rue du Lac 12", "1003 Lausanne"),
        "name": "Claire Martin",
        "phone": "021 555 01 23",
        "start": START,
        "mode": "in_person",
        "practitioner": "Dr Anne Favre",
        "place": ("Cabinet du Lac", "Rue du Lac 12", "1003 Lausanne"),
        "service": "Physiotherapy, first visit",
        "minutes": 30,
        "price": Money(amount=120_50, currency="CHF"),
        "instructions": ("Bring your prescription.",),
        "video_link": "",
    } | more


def contexts(language: str, **more):
    """Every message in every form that it has."""
    given = told(language, **more)
    yield Kind.CONFIRMED, ConfirmedContext(**given)
    for accepted in (True, False):
        yield Kind.MOVED, MovedContext(**given, previous_start=OWN, accepted=accepted)
    for by_patient in (True, False):
        yield Kind.CANCELLED, CancelledContext(**given, by_patient=by_patient)
    answer_before = datetime(2027, 2, 16, 9, 0, tzinfo=UTC)
    yield Kind.OFFER, OfferContext(**given, own_start=OWN, answer_before=answer_before, link=LINK)


ALL = [
    pytest.param(k, c, id=f"{language}-{k}-{n}")
    for language in LANGUAGES
    for n, (k, c) in enumerate(contexts(language))
]
BARE = {
    "phone": "",
    "practitioner": "",
    "place": (),
    "service": "",
    "minutes": None,
    "price": None,
    "instructions": (),
}


WRITTEN = (Kind.CONFIRMED, Kind.MOVED, Kind.CANCELLED, Kind.OFFER)


def test_every_kind_has_its_texts_in_every_language():
    for language, kind, name in product(LANGUAGES, WRITTEN, ("subject.txt", "body.txt", "body.html")):
        assert (TEMPLATES / language / kind / name).is_file()
    for name in environment().list_templates():
        environment().get_template(name)


@pytest.mark.rule("M-11")
@pytest.mark.parametrize(("kind", "context"), ALL)
def test_a_message_is_whole_short_and_dated(kind, context):
    mail = render(kind, context)
    for text in (mail.subject, mail.text, mail.html):
        assert not re.search(r"\{[{%]|[%}]\}|None|Undefined|StrictUndefined", text)
    for text in (mail.text, mail.html):
        assert context.speech.in_words(START) in text
        assert "Claire Martin" in text
    assert len(mail.text.split()) <= 120
    assert len(mail.subject) <= 78
    assert context.speech.in_words(START) in mail.subject
    assert "ß" not in mail.text


@pytest.mark.rule("M-08")
@pytest.mark.parametrize(("kind", "context"), ALL)
def test_a_subject_says_nothing_about_who_or_what_for(kind, context):
    subject = render(kind, context).subject
    for secret in ("Claire", "Martin", "Physio", "Favre", LINK):
        assert secret not in subject


@pytest.mark.rule("G-01")
@pytest.mark.parametrize(("kind", "context"), ALL)
def test_an_email_ends_with_exactly_one_signature(kind, context):
    context = context.with_(signature=("Zora's <team>", "line two"))
    mail = render(kind, context)
    assert mail.text.endswith("\n\nZora's <team>\nline two\n")
    assert mail.text.count("Zora") == 1
    assert mail.html.count("Zora&#39;s &lt;team&gt;<br>line two</p>") == 1


@pytest.mark.parametrize(("kind", "context"), ALL)
def test_an_email_has_one_action_at_most(kind, context):
    mail = render(kind, context)
    assert mail.html.count("<a ") == mail.text.count("https://") == (1 if kind is Kind.OFFER else 0)


BEFORE = {"fr": "avant le", "de": "vor", "it": "prima", "en": "before"}
"""The last moment is no longer in time (W-09)."""


@pytest.mark.rule("W-06", "W-09")
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_offer_says_all_that_the_patient_needs(language):
    (context,) = (c for k, c in contexts(language) if k is Kind.OFFER)
    mail = render(Kind.OFFER, context)
    speech = context.speech
    for text in (mail.text, mail.html):
        assert LINK in text
        for instant in (START, OWN):
            assert speech.in_words(instant) in text
        assert f"{BEFORE[language]} {speech.deadline(context.answer_before)}" in text
        for known in ("Dr Anne Favre", "Cabinet du Lac", "1003 Lausanne"):
            assert known in text
        assert "Physio" not in text


@pytest.mark.parametrize(("kind", "context"), ALL)
def test_every_message_says_whom_to_call(kind, context):
    mail = render(kind, context)
    assert mail.text.count("021 555 01 23") == mail.html.count("021 555 01 23") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_accepted_a_date_is_not_asked_whether_it_suits(language):
    """The email asks what the page asked after the answer."""
    accepted, moved = (c for k, c in contexts(language) if k is Kind.MOVED)
    asked = say(language, "accepted.call").split("?")[0].replace("\u202f", " ").strip()
    for part in ("text", "html"):
        assert asked in getattr(render(Kind.MOVED, accepted), part)
        assert asked not in getattr(render(Kind.MOVED, moved), part)


@pytest.mark.rule("M-07")
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_hidden_leaves_no_label_behind(language):
    for kind, context in contexts(language, **BARE):
        mail = render(kind, context)
        assert not re.search(r"(?m)^  [^\n:]+:( |$)", mail.text)
        assert not re.search(r"<p[^>]*>\s*</p>", mail.html)
        assert "margin:12px 0 0" not in mail.html


@pytest.mark.rule("A-02")
@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", "À votre domicile"), ("de", "Bei Ihnen zu Hause"), ("it", "Al Suo domicilio"), ("en", "At your home")],
)
def test_a_home_visit_says_so(language, words):
    for kind, context in contexts(language, mode="home_visit", place=("Rue Haute 3", "1200 Genève")):
        if kind is Kind.CANCELLED:
            continue
        mail = render(kind, context)
        for text in (mail.text, mail.html):
            assert words in text
            assert "1200 Genève" in text


@pytest.mark.rule("A-03")
@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", "À distance"), ("de", "Online, per Video"), ("it", "A distanza"), ("en", "Online, by video")],
)
def test_a_teleconsultation_says_so_and_how_to_join(language, words):
    for kind, context in contexts(language, mode="teleconsultation", place=(), video_link=VIDEO):
        if kind is Kind.CANCELLED:
            continue
        mail = render(kind, context)
        for text in (mail.text, mail.html):
            assert words in text
            assert (VIDEO in text) == (kind in (Kind.CONFIRMED, Kind.MOVED))


HOSTILE = "<script>alert(1)</script>{{7*7}}&\"'"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_stored_word_is_markup_or_template(language):
    words = dict.fromkeys(("name", "practitioner", "service", "phone", "clinic_name", "mode"), HOSTILE)
    lines = dict.fromkeys(("signature", "place", "instructions"), (HOSTILE,))
    for kind, context in contexts(language, **words, **lines):
        html = render(kind, context).html
        assert "<script" not in html
        assert "{{7*7}}" in html
        assert "49" not in re.sub(r"#\w+|;|\d+px", "", html)


def test_a_field_that_a_context_does_not_have_is_an_error():
    (confirmed,) = (c for k, c in contexts("fr") if k is Kind.CONFIRMED)
    with pytest.raises(UndefinedError, match="accepted"):
        render(Kind.MOVED, confirmed)


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
    (confirmed,) = (c for k, c in contexts("en", start=start) if k is Kind.CONFIRMED)
    assert "9:00\u00a0am" in render(Kind.CONFIRMED, confirmed).subject


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

"""Dates as each country and language writes them, right on both sides of a change of clocks."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from creneau.shared.locale import date_in_words, day_and_time, deadline, locale_of, money, time_in_words
from creneau.shared.money import Money

ZURICH, TORONTO = ZoneInfo("Europe/Zurich"), ZoneInfo("America/Toronto")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.rule("M-11")
@pytest.mark.parametrize(
    ("language", "country", "words"),
    [
        ("fr", "CH", "mardi 2 mars 2027 à\u00a09\u00a0h\u00a030"),
        ("fr", "FR", "mardi 2 mars 2027 à\u00a09\u00a0h\u00a030"),
        ("de", "CH", "Dienstag, 2.\u00a0März 2027, um\u00a09.30\u00a0Uhr"),
        ("de", "DE", "Dienstag, 2.\u00a0März 2027, um\u00a09:30\u00a0Uhr"),
        ("it", "CH", "martedì 2 marzo 2027, ore\u00a09.30"),
        ("it", "IT", "martedì 2 marzo 2027, ore\u00a09:30"),
        ("en", "GB", "Tuesday 2 March 2027 at 9:30\u00a0am"),
        ("en", "CA", "Tuesday, March 2, 2027 at 9:30\u00a0am"),
    ],
)
def test_a_date_is_said_as_the_country_says_it(language, country, words):
    assert day_and_time(utc("2027-03-02 08:30"), ZURICH, language, country) == words


@pytest.mark.rule("M-11")
@pytest.mark.parametrize(
    ("language", "country", "words"),
    [
        ("fr", "CH", "mardi 2 mars 2027 à\u00a09\u00a0h\u00a030"),
        ("de", "CH", "Dienstag, 2.\u00a0März 2027, 9.30\u00a0Uhr"),
        ("it", "CH", "delle ore\u00a09.30 di martedì 2 marzo 2027"),
        ("en", "GB", "Tuesday 2 March 2027 at 9:30\u00a0am"),
    ],
)
def test_a_deadline_reads_after_the_word_for_before(language, country, words):
    assert deadline(utc("2027-03-02 08:30"), ZURICH, language, country) == words


@pytest.mark.parametrize(("language", "first"), [("fr", "1er"), ("it", "1º"), ("de", "1."), ("en", "1")])
def test_the_first_of_a_month_is_said_so(language, first):
    assert f" {first} " in date_in_words(utc("2027-03-01 08:30"), ZURICH, language, "CH").replace("\u00a0", " ")


@pytest.mark.promise(38)
@pytest.mark.parametrize(
    ("instant", "zone", "words"),
    [
        ("2026-03-28 08:00", ZURICH, "samedi 28 mars à\u00a09\u00a0h"),
        ("2026-03-29 07:00", ZURICH, "dimanche 29 mars à\u00a09\u00a0h"),
        ("2026-10-24 07:00", ZURICH, "samedi 24 octobre à\u00a09\u00a0h"),
        ("2026-10-25 08:00", ZURICH, "dimanche 25 octobre à\u00a09\u00a0h"),
        ("2026-11-01 04:30", TORONTO, "dimanche 1er novembre à\u00a00\u00a0h\u00a030"),
        ("2026-11-01 05:30", TORONTO, "dimanche 1er novembre à\u00a01\u00a0h\u00a030"),
    ],
)
def test_nine_is_nine_all_year(instant, zone, words):
    assert day_and_time(utc(instant), zone, "fr", "CH", year=False) == words


@pytest.mark.parametrize(("hour", "words"), [(0, "12:05\u00a0am"), (12, "12:05\u00a0pm"), (13, "1:05\u00a0pm")])
def test_english_hours_say_their_half_of_the_day(hour, words):
    assert time_in_words(utc(f"2026-01-05 {hour:02}:05"), ZoneInfo("UTC"), "en", "GB") == words


def test_noon_is_not_left_to_guess():
    assert time_in_words(utc("2026-01-05 12:00"), ZoneInfo("UTC"), "en", "GB") == "12:00\u00a0noon"


def test_a_pair_nobody_writes_is_said_as_its_language_is_at_home():
    assert (str(locale_of("it", "FR")), str(locale_of("en", "US"))) == ("it_IT", "en_GB")


@pytest.mark.rule("M-11")
def test_money_follows_the_country():
    amount = Money(amount=123450, currency="CHF")
    assert {lang: " ".join(money(amount, lang, "CH").split()) for lang in ("fr", "de")} == {
        "fr": "1 234.50 CHF",
        "de": "CHF 1’234.50",
    }

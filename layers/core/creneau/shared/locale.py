"""How a clinic's country says dates, times and money in each of the four languages, no time of day broken over two lines."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from creneau.shared.money import Money

NBSP = "\u00a0"

_KNOWN = frozenset(
    {"fr_FR", "fr_CH", "fr_CA", "fr_BE", "fr_LU", "de_DE", "de_CH", "de_AT", "de_LU", "it_IT", "it_CH"}
    | {"en_GB", "en_IE", "en_CA", "en_CH"}
)
_ELSEWHERE = {"fr": "fr_FR", "de": "de_DE", "it": "it_IT", "en": "en_GB"}
_FIRST_OF_MONTH = {"fr": "1er", "it": "1º"}


@lru_cache
def locale_of(language: str, country: str) -> Locale:
    """One of the four languages as that country (ISO 3166) writes it; as its largest country does, where none is known."""
    name = f"{language}_{country}"
    return Locale.parse(name if name in _KNOWN else _ELSEWHERE[language])


def date_in_words(instant: datetime, zone: ZoneInfo, language: str, country: str, *, year: bool = True) -> str:
    """The local date with its weekday, as it stands within a sentence: `mardi 3 mars 2027`."""
    locale, local = locale_of(language, country), instant.astimezone(zone)

    def part(pattern: str) -> str:
        return str(format_date(local, pattern, locale=locale))

    weekday, month, day = part("EEEE"), part("MMMM"), str(local.day)
    if local.day == 1:
        day = _FIRST_OF_MONTH.get(language, day)
    ending = f" {local.year}" if year else ""
    if language == "de":
        return f"{weekday}, {day}.{NBSP}{month}{ending}"  # at a line's end, the point would read as the sentence's
    if language == "en" and locale.territory == "CA":
        return f"{weekday}, {month} {day}" + ("," if year else "") + ending
    return f"{weekday} {day} {month}{ending}"


def time_in_words(instant: datetime, zone: ZoneInfo, language: str, country: str) -> str:
    """The local time of day: `9 h 30`, `9.30 Uhr`, `9:30 am`."""
    local = instant.astimezone(zone)
    hour, minute = local.hour, local.minute
    if language == "fr":
        return f"{hour}{NBSP}h{NBSP}{minute:02}" if minute else f"{hour}{NBSP}h"
    if language == "en":
        half = "noon" if (hour, minute) == (12, 0) else "am" if hour < 12 else "pm"
        return f"{hour % 12 or 12}:{minute:02}{NBSP}{half}"
    swiss = locale_of(language, country).territory == "CH"
    text = f"{hour}{'.' if swiss else ':'}{minute:02}"
    return f"{text}{NBSP}Uhr" if language == "de" else text


def day_and_time(instant: datetime, zone: ZoneInfo, language: str, country: str, *, year: bool = True) -> str:
    """Date and time, as they stand within a sentence: `mardi 3 mars 2027 à 9 h 30`."""
    day = date_in_words(instant, zone, language, country, year=year)
    time = time_in_words(instant, zone, language, country)
    link = {"fr": f" à{NBSP}", "de": f", um{NBSP}", "it": f", ore{NBSP}", "en": " at "}[language]
    return f"{day}{link}{time}"


def day_and_time_in_brief(instant: datetime, zone: ZoneInfo, language: str, country: str) -> str:
    """For an SMS: without the year, and in every month of characters that its alphabet has: `mardi 3 aout à 9h30`."""
    text = day_and_time(instant, zone, language, country, year=False)
    if language == "fr":  # the spelling of 1990: one "û" halves the room of an SMS
        text = text.replace("août", "aout").replace(f"{NBSP}h", "h").replace(f"h{NBSP}", "h")
    text = text.replace("1º ", "1 ") if language == "it" else text
    return text.replace(NBSP, " ").replace(", um ", ", ")


def deadline(instant: datetime, zone: ZoneInfo, language: str, country: str, *, year: bool = True) -> str:
    """Date and time, as they stand after `avant le`, `vor`, `prima`, `before`: `delle ore 9.30 di martedì 2 marzo 2027`."""
    if language not in ("de", "it"):
        return day_and_time(instant, zone, language, country, year=year)
    day = date_in_words(instant, zone, language, country, year=year)
    time = time_in_words(instant, zone, language, country)
    return f"{day}, {time}" if language == "de" else f"delle ore{NBSP}{time} di {day}"


def money(amount: Money, language: str, country: str) -> str:
    locale = locale_of(language, country)
    text = str(format_currency(Decimal(amount.amount) / 100, amount.currency, locale=locale))
    return _as_written(text, locale)


def amount(minor: int, language: str, country: str) -> str:
    """Minor units as money is written there, without a currency."""
    locale = locale_of(language, country)
    return _as_written(str(format_decimal(Decimal(minor) / 100, "#,##0.00", locale=locale)), locale)


def number(value: int, places: int, language: str, country: str) -> str:
    """`value` divided by ten to the power of `places`, with no more decimals than it needs: `9,975`."""
    pattern = f"#,##0.{'#' * places}"
    locale = locale_of(language, country)
    return _as_written(str(format_decimal(Decimal(value).scaleb(-places), pattern, locale=locale)), locale)


def date_in_digits(on: date, language: str, country: str) -> str:
    """For tables: `03.03.2027`, `03/03/2027`, in Canada `2027-03-03`."""
    territory = locale_of(language, country).territory
    between = {"CH": ".", "DE": ".", "AT": ".", "LU": "."}.get(territory or "", "/")
    return on.isoformat() if territory == "CA" else on.strftime(f"%d{between}%m{between}%Y")


def _as_written(text: str, locale: Locale) -> str:
    symbols = locale.number_symbols["latn"]
    # Babel reads it and leaves it: French Switzerland writes 1 234.50 CHF.
    if "currencyDecimal" in symbols and symbols["decimal"] in text:
        before, _, after = text.rpartition(symbols["decimal"])
        text = f"{before}{symbols['currencyDecimal']}{after}"
    return text

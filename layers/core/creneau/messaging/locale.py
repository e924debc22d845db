"""How a clinic's country says dates, times, durations and money in each of the four languages (M-11)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency

from creneau.shared.money import Money
from creneau.shared.settings import LANGUAGES

_KNOWN = frozenset(
    {"fr_FR", "fr_CH", "fr_CA", "fr_BE", "fr_LU", "de_DE", "de_CH", "de_AT", "de_LU", "it_IT", "it_CH"}
    | {"en_GB", "en_IE", "en_CA", "en_CH"}
)
_ELSEWHERE = {"fr": "fr_FR", "de": "de_DE", "it": "it_IT", "en": "en_GB"}
_NBSP = "\u00a0"


def language_of(wanted: str | None, clinic_language: str) -> str:
    """The patient's language where it is one of the four, else the clinic's."""
    for language in (wanted, clinic_language):
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]


@dataclass(frozen=True)
class Speech:
    """One language as one country writes it; all instants are told in the practice's zone."""

    language: str
    country: str
    zone_name: str

    @property
    def locale(self) -> Locale:
        return _locale(self.language, self.country)

    def in_words(self, at: datetime) -> str:
        """Date with weekday, and time: `mardi 3 mars 2027 à 9 h 30`, as it stands in a sentence."""
        local = at.astimezone(ZoneInfo(self.zone_name))
        day, time = self.day(local), self.time(local)
        return {
            "fr": f"{day} à {time}",
            "de": f"{day}, um {time}",
            "it": f"{day}, ore {time}",
            "en": f"{day} at {time}",
        }[self.language]

    def day(self, local: datetime) -> str:
        if self.language in ("de", "en"):
            pattern = "EEEE, d. MMMM y" if self.language == "de" else "EEEE d MMMM y"
            american = self.locale.territory == "CA" and self.language == "en"
            return str(format_date(local, "EEEE, MMMM d, y" if american else pattern, locale=self.locale))
        first = {"fr": "1er", "it": "1º"}[self.language]
        date = first if local.day == 1 else str(local.day)
        weekday, rest = (str(format_date(local, p, locale=self.locale)) for p in ("EEEE", "MMMM y"))
        return f"{weekday} {date} {rest}"

    def time(self, local: datetime) -> str:
        hour, minute = local.hour, local.minute
        if self.language == "fr":
            return f"{hour}{_NBSP}h{_NBSP}{minute:02}" if minute else f"{hour}{_NBSP}h"
        if self.language == "en":
            half = "noon" if (hour, minute) == (12, 0) else "am" if hour < 12 else "pm"
            return f"{hour % 12 or 12}:{minute:02}{_NBSP}{half}"
        text = f"{hour}{'.' if self.locale.territory == 'CH' else ':'}{minute:02}"
        return f"{text}{_NBSP}Uhr" if self.language == "de" else text

    def money(self, amount: Money) -> str:
        return str(format_currency(Decimal(amount.amount) / 100, amount.currency, locale=self.locale))

    def minutes(self, count: int) -> str:
        return f"{count}{_NBSP}" + {"de": "Minuten", "it": "minuti"}.get(self.language, "minutes")


@lru_cache
def _locale(language: str, country: str) -> Locale:
    name = f"{language}_{country}"
    return Locale.parse(name if name in _KNOWN else _ELSEWHERE[language])

"""How the language of a message says dates, durations, money and telephone numbers in the clinic's country (M-11)."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from creneau.shared import locale
from creneau.shared.money import Money

_MINUTES = {"fr": "minutes", "de": "Minuten", "it": "minuti", "en": "minutes"}


@dataclass(frozen=True)
class Speech:
    """One language as one country writes it; all instants are told in the clinic's zone."""

    language: str
    country: str
    zone_name: str

    def in_words(self, at: datetime, *, year: bool = True) -> str:
        """Date with weekday, and time: `mardi 3 mars 2027 à 9 h 30`, as it stands in a sentence."""
        return locale.day_and_time(at, ZoneInfo(self.zone_name), self.language, self.country, year=year)

    def date(self, at: datetime, *, year: bool = True) -> str:
        return locale.date_in_words(at, ZoneInfo(self.zone_name), self.language, self.country, year=year)

    def time(self, at: datetime) -> str:
        return locale.time_in_words(at, ZoneInfo(self.zone_name), self.language, self.country)

    def in_brief(self, at: datetime) -> str:
        """The same for an SMS: `mardi 3 mars à 9h30`."""
        return locale.day_and_time_in_brief(at, ZoneInfo(self.zone_name), self.language, self.country)

    def deadline(self, at: datetime) -> str:
        """The same as it stands after the word for "before"."""
        return locale.deadline(at, ZoneInfo(self.zone_name), self.language, self.country)

    def money(self, amount: Money) -> str:
        return locale.money(amount, self.language, self.country)

    def minutes(self, count: int) -> str:
        return f"{count}{locale.NBSP}{_MINUTES[self.language]}"

    def phone(self, number: str) -> str:
        """As the country dials it: `021 555 01 23`, or with the prefix where it is another country's."""
        if not number.startswith("+"):
            return number
        # Imported here: many messages name no telephone number.
        import phonenumbers

        try:
            parsed = phonenumbers.parse(number)
        except phonenumbers.NumberParseException:
            return number
        own = phonenumbers.region_code_for_number(parsed) == self.country
        form = phonenumbers.PhoneNumberFormat
        text = phonenumbers.format_number(parsed, form.NATIONAL if own else form.INTERNATIONAL)
        return str(text).replace(" ", locale.NBSP)

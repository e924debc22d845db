"""Which numbers an SMS goes to: mobiles, where a country tells them from others, of the countries that the clinic chose."""

from enum import StrEnum

from creneau.shared.model import Value

_REACHED = {
    "FR": ("FR", "GP", "MQ", "GF", "RE", "YT", "BE", "LU", "DE", "CH", "IT", "MC", "ES", "AD"),
    "CH": ("CH", "LI", "FR", "DE", "AT", "IT"),
    "CA": ("CA", "US"),
}


class NumberFault(StrEnum):
    """Why no SMS goes to a number."""

    MALFORMED = "number_malformed"
    NO_MOBILE = "no_mobile"
    COUNTRY = "country_not_allowed"


class Number(Value, frozen=True, kw_only=True):
    """A number that can be written to, in its one form (E.164), and the country (ISO 3166) that it is of."""

    e164: str
    country: str


def allowed_countries(clinic_country: str, chosen: tuple[str, ...]) -> frozenset[str]:
    """Those that the clinic chose; without a choice its own and its neighbours. Nobody pays for an SMS elsewhere."""
    return frozenset(chosen or _REACHED.get(clinic_country, (clinic_country,)))


def number_for_sms(given: str, clinic_country: str, chosen: tuple[str, ...] = ()) -> Number | NumberFault:
    """`given` as somebody wrote it; without a prefix it is the clinic's country's."""
    # Imported here: its tables are for those who write to numbers.
    import phonenumbers
    from phonenumbers import PhoneNumberFormat, PhoneNumberType

    try:
        parsed = phonenumbers.parse(given, clinic_country)
    except phonenumbers.NumberParseException:
        return NumberFault.MALFORMED
    country = phonenumbers.region_code_for_number(parsed)
    if country is None or not phonenumbers.is_valid_number(parsed):
        return NumberFault.MALFORMED
    if country not in allowed_countries(clinic_country, chosen):
        return NumberFault.COUNTRY
    # Canada and the United States number both alike.
    if phonenumbers.number_type(parsed) not in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE):
        return NumberFault.NO_MOBILE
    return Number(e164=str(phonenumbers.format_number(parsed, PhoneNumberFormat.E164)), country=str(country))

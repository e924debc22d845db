"""Telephone numbers and postcodes as a country writes them, kept in one form."""

import re

from creneau.shared.errors import Fault

_POSTCODES = {"FR": r"\d{5}", "CH": r"\d{4}", "CA": r"[A-CEGHJ-NPR-TVXY]\d[A-Z] \d[A-Z]\d"}
_EXAMPLES = {"FR": "69002", "CH": "1201", "CA": "H2X 1Y4"}


def e164(number: str, country: str) -> str | None:
    """`+41791234567`; None when it is not a number that can exist. Without a prefix it is the country's."""
    # Imported here: its tables are for the few requests that carry a number.
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def phone_in_form(number: str | None, country: str, field: str, faults: list[Fault]) -> str | None:
    """The number in its one form; what is wrong with it is added to `faults`."""
    if not number:
        return None
    kept = e164(number, country)
    if kept is None:
        faults.append(Fault(field, "not a telephone number", "write it with its country, as in +41 79 123 45 67"))
    return kept


def postcode_in_form(postcode: str, country: str, field: str, faults: list[Fault]) -> str:
    """The postcode in its one form; what is wrong with it, or with the country, is added to `faults`."""
    text = re.sub(r"\s+", " ", postcode.strip().upper())
    if country == "CA" and re.fullmatch(r"\w{6}", text):
        text = f"{text[:3]} {text[3:]}"
    if not re.fullmatch(r"[A-Z]{2}", country):
        faults.append(Fault(f"{field}.country", "not a country", "write its two letters (ISO 3166), as in CH"))
    elif not re.fullmatch(_POSTCODES.get(country, r"[A-Z0-9 -]{2,10}"), text):
        example = f", as in {_EXAMPLES[country]}" if country in _EXAMPLES else ""
        faults.append(Fault(f"{field}.postcode", f"not a postcode of {country}", f"correct it{example}"))
    return text

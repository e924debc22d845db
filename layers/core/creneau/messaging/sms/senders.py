"""Whom an SMS says that it is from: a number that patients can answer, or a name, where the country lets it pass (S-05)."""

import re

from creneau.messaging.sms.numbers import allowed_countries
from creneau.shared.contact import e164
from creneau.shared.errors import Fault, Invalid
from creneau.shared.model import Value
from creneau.shared.settings import SmsSettings

_NAME = re.compile(r"(?=[A-Za-z0-9]*[A-Za-z])[A-Za-z0-9]{3,11}")
NO_NAMES = frozenset({"CA", "US", "PR", "GU", "VI", "BE"})
"""Countries whose carriers take no name: North America refuses it, Belgium writes a number of its own in its place."""


class CheckedSender(Value, frozen=True, kw_only=True):
    """A sender in its one form, what is wrong with it, and what whoever saves it should know."""

    sender: str
    faults: tuple[Fault, ...] = ()
    notices: tuple[str, ...] = ()


def check_sender(
    given: str, clinic_country: str, countries: tuple[str, ...] = (), field: str = "sender"
) -> CheckedSender:
    """Empty: whatever number the country's carriers give. A number without a prefix is the clinic's country's."""
    text = given.strip()
    if not text:
        return CheckedSender(sender="")
    if re.fullmatch(r"\+?[0-9 ()./-]+", text):
        return _number(text, clinic_country, field)
    if clinic_country in NO_NAMES:
        remedy = (
            "register a number for the clinic and give it in full, as in +1 514 555 0123, or leave the sender empty"
        )
        return CheckedSender(sender=text, faults=(Fault(field, f"{clinic_country} lets no name through", remedy),))
    if not _NAME.fullmatch(text):
        remedy = "3 to 11 letters and digits, one letter at least, no blanks and no accents, as in CabinetLac"
        return CheckedSender(sender=text, faults=(Fault(field, "not a sender's name", remedy),))
    return CheckedSender(sender=text, notices=tuple(_notices(text, clinic_country, countries)))


def _number(text: str, clinic_country: str, field: str) -> CheckedSender:
    number = e164(text, clinic_country)
    if number is None:
        fault = Fault(field, "not a telephone number", "write it with its country, as in +41 79 123 45 67")
        return CheckedSender(sender=text, faults=(fault,))
    return CheckedSender(sender=number)


def _notices(name: str, clinic_country: str, countries: tuple[str, ...]) -> list[str]:
    told = [f"patients cannot reply to {name}: it is not a number"]
    without = sorted(NO_NAMES & allowed_countries(clinic_country, countries))
    if without:
        told.append(f"SMS to {', '.join(without)} come from a number of the carrier's: no name passes there")
    return told


def sender_for(sender: str, country: str) -> str:
    """The sender as an SMS to that country carries it; empty where none of it would pass."""
    return "" if country in NO_NAMES and not sender.startswith("+") else sender


def checked_settings(given: SmsSettings, clinic_country: str) -> SmsSettings:
    """With the sender in its one form, and each country once. Raises Invalid."""
    import phonenumbers

    checked = check_sender(given.sender, clinic_country, given.countries, "sms.sender")
    faults = list(checked.faults)
    for place, country in enumerate(given.countries):
        if country not in phonenumbers.SUPPORTED_REGIONS:
            fault = Fault(f"sms.countries[{place}]", f"there is no country {country}", "write two letters, as in CH")
            faults.append(fault)
    if faults:
        raise Invalid("the SMS settings cannot be meant", code="invalid", remedy="see errors", faults=tuple(faults))
    return given.with_(sender=checked.sender, countries=tuple(dict.fromkeys(given.countries)))

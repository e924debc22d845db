"""Stored words as the lines that a message shows: addresses, notes, and links that a browser can open."""

from creneau.agenda.catalogue import Address
from creneau.messaging.words import fit, one_line

_TOWN_FIRST = frozenset({"GB", "IE", "CA", "US"})


def address_lines(address: Address, home: str) -> tuple[str, ...]:
    """As letters are addressed in its country; the country is named when it is not the clinic's."""
    parts = (address.postcode, address.town)
    town = " ".join(reversed(parts) if address.country in _TOWN_FIRST else parts)
    country = address.country if address.country != home else ""
    return tuple(line for line in (*lines_of(address.street), one_line(town), one_line(country)) if line)


def lines_of(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in fit(text).split("\n") if line.strip())


def web_address(address: str) -> str:
    """Only what a browser opens as a page."""
    plain = one_line(address)
    return plain if plain.startswith(("https://", "http://")) and " " not in plain else ""

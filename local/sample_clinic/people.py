"""The sample clinic's patients: sixty invented people in the clinic's four languages, whose addresses reach nobody."""

import unicodedata
from datetime import date, timedelta
from typing import Any

NAMES = {
    "fr": """Camille Aubert, Léa Blanc, Hugo Chevalley, Élodie Dutoit, Noé Favre, Inès Gaillard, Luc Jaccard,
        Manon Monnier, Théo Perret, Zoé Rapin, Jules Savary, Aline Tissot, Marc Vuille, Agnès Wicht, Rémy Yersin""",
    "de": """Anna Baumann, Beat Egger, Carla Frei, Daniel Gerber, Eva Hofer, Fabian Iseli, Greta Jost,
        Hannes Kuhn, Irma Lüthi, Jonas Moser, Käthi Niederer, Lukas Ott, Mirjam Pfister, Nils Röthlin, Olivia Stucki""",
    "it": """Alba Bianchi, Bruno Cattaneo, Chiara Delcò, Dario Ferrari, Elena Galli, Fabio Lombardi, Gaia Molteni,
        Ivo Nessi, Livia Orelli, Marco Pedrini, Nora Quadri, Pietro Rusca, Rita Soldati, Sandro Tami, Viola Zanetti""",
    "en": """Alice Barker, Ben Carter, Chloe Dawson, David Ellis, Emma Foster, George Hughes, Holly Irwin,
        Jack Kendall, Laura Mason, Nathan Osborne, Olive Parker, Ruth Quinn, Simon Reid, Tessa Ward, Will Young""",
}
STREETS = ("Rue des Tilleuls", "Avenue du Léman", "Chemin des Vignes", "Quai des Mouettes", "Rue de la Fontaine")
TOWNS = (("1003", "Lausanne"), ("1800", "Vevey"), ("1820", "Montreux"), ("1009", "Pully"), ("1110", "Morges"))
FIRST_BIRTHDAY = date(1941, 3, 9)
WITHOUT_EMAIL = (12, 41)


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower().replace(" ", "-")


def patients() -> list[dict[str, Any]]:
    """As the API takes them, the languages in turn: fr, de, it, en, fr, ..."""
    by_language = {language: [name.split() for name in names.split(",")] for language, names in NAMES.items()}
    turns = [(language, by_language[language][i]) for i in range(15) for language in NAMES]
    return [_patient(number, language, *name) for number, (language, name) in enumerate(turns)]


def _patient(number: int, language: str, first_name: str, last_name: str) -> dict[str, Any]:
    postcode, town = TOWNS[number % 5]
    street = STREETS[number * 3 % 5]
    patient = {
        "first_name": first_name,
        "last_name": last_name,
        "born_on": (FIRST_BIRTHDAY + timedelta(days=number * 443)).isoformat(),
        "language": language,
        "phone": f"+41 79 000 01 {number:02}",
        "address": {"street": f"{street} {number + 1}", "postcode": postcode, "town": town, "country": "CH"},
    }
    if number not in WITHOUT_EMAIL:
        patient["email"] = f"{_plain(first_name)}.{_plain(last_name)}@patients.example"
    return patient

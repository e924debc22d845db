"""What the sample clinic offers, where, and who offers it, as the API takes it; words such as `lausanne` name the others."""

from datetime import time
from typing import Any

EXEMPT = "Exonéré de TVA (art. 21 LTVA)"

SETTINGS: dict[str, dict[str, Any]] = {
    "waitlist": {"enabled": True},
    "look": {"phone": "+41 21 000 00 00", "phone_hours": "8:00–12:00, 13:30–17:30"},
    "sms": {"sender": "CabinetLac"},
}
SIGNATURE = "Cabinet du Lac\nLausanne et Vevey"

TEMPLATES: dict[str, dict[str, Any]] = {
    "closed": {
        "kind": "custom",
        "channel": "sms",
        "title": "Cabinet fermé",
        "description": "Envoyé à la main, la semaine d'avant.",
        "wordings": {
            "fr": {"body": "{{ clinic.name }} : fermé la semaine prochaine.\nUrgences : {{ clinic.phone }}"},
            "de": {"body": "{{ clinic.name }}: nächste Woche geschlossen.\nNotfälle: {{ clinic.phone }}"},
            "it": {"body": "{{ clinic.name }}: chiuso la settimana prossima.\nUrgenze: {{ clinic.phone }}"},
            "en": {"body": "{{ clinic.name }}: closed next week.\nEmergencies: {{ clinic.phone }}"},
        },
    },
    "week": {
        "kind": "reminder",
        "channel": "email",
        "title": "Rappel une semaine avant",
        "active": False,
        "delays": [{"number": 7, "unit": "days"}],
        "wordings": {
            "fr": {
                "subject": "Dans une semaine : {{ appointment.start }}",
                "body": "# Votre rendez-vous approche\n\nBonjour {{ recipient.name }},\n\n{{ appointment.details }}",
            }
        },
    },
}

PRACTITIONERS: dict[str, dict[str, Any]] = {
    "rochat": {"name": "Dre Claire Rochat", "profession": "Médecin généraliste", "email": "rochat@clinic.example"},
    "bernasconi": {
        "name": "Matteo Bernasconi",
        "profession": "Physiothérapeute",
        "email": "bernasconi@clinic.example",
    },
    "keller": {"name": "Anna Keller", "profession": "Psychologue", "email": "keller@clinic.example"},
}


def _issuer(practitioner: str, street: str, postcode: str, town: str, gln: str, **account: str) -> dict[str, Any]:
    about = PRACTITIONERS[practitioner]
    return {
        "name": about["name"],
        "profession": about["profession"],
        "email": about["email"],
        "address": {"street": street, "postcode": postcode, "town": town, "country": "CH"},
        "ids": {"gln": gln},
        "account": {"holder": about["name"], **account},
        "prefix": about["name"].split()[-1][0],
    }


ISSUERS: dict[str, dict[str, Any]] = {
    "rochat": _issuer(
        "rochat", "Avenue des Platanes 12", "1003", "Lausanne", "7601000000019", iban="CH9300762011623852957"
    ),
    "bernasconi": _issuer(
        "bernasconi", "Avenue des Platanes 12", "1003", "Lausanne", "7601000000026", qr_iban="CH1430123000988776655"
    ),
    "keller": _issuer("keller", "Rue du Marché 4", "1800", "Vevey", "7601000000033", qr_iban="CH4431999123000889012"),
}
"""Each practitioner invoices for themselves, with numbers of their own; one with an IBAN, two with QR-IBANs."""

LOCATIONS: dict[str, dict[str, Any]] = {
    "lausanne": {
        "name": "Cabinet du Lac, Lausanne",
        "address": {"street": "Avenue des Platanes 12", "postcode": "1003", "town": "Lausanne", "country": "CH"},
        "phone": "+41 21 000 00 00",
    },
    "vevey": {
        "name": "Cabinet du Lac, Vevey",
        "address": {"street": "Rue du Marché 4", "postcode": "1800", "town": "Vevey", "country": "CH"},
        "phone": "+41 21 000 00 01",
    },
}

AGENDAS: dict[str, dict[str, str]] = {
    "rochat": {"practitioner": "rochat", "location": "lausanne", "name": "Dre Rochat, Lausanne"},
    "bernasconi": {"practitioner": "bernasconi", "location": "lausanne", "name": "M. Bernasconi, Lausanne"},
    "bernasconi-vevey": {"practitioner": "bernasconi", "location": "vevey", "name": "M. Bernasconi, Vevey"},
    "keller": {"practitioner": "keller", "location": "vevey", "name": "Mme Keller, Vevey"},
}

RESOURCES: dict[str, dict[str, str]] = {
    "ultrasound": {"name": "Échographe", "location": "lausanne"},
    "treatment": {"name": "Salle de traitement", "location": "lausanne"},
    "group-room": {"name": "Salle de groupe", "location": "vevey"},
}


def _service(name: str, category: str, minutes: int, francs: int, **more: Any) -> dict[str, Any]:
    price = {"amount": francs * 100, "currency": "CHF"}
    about = {"name": name, "category": category, "duration_minutes": minutes, "price": price, "vat_note": EXEMPT}
    return about | more


SERVICES: dict[str, dict[str, Any]] = {
    "consultation": _service("Consultation", "in_person", 30, 120),
    "ultrasound": _service(
        "Échographie", "in_person", 30, 180, resources=["ultrasound"], instructions="À jeun depuis six heures."
    ),
    "home-visit": _service("Visite à domicile", "home_visit", 60, 220),
    "physio": _service("Physiothérapie", "in_person", 30, 80),
    "rehabilitation": _service("Rééducation", "in_person", 45, 110, resources=["treatment"]),
    "psychology": _service("Séance de psychologie", "in_person", 60, 180),
    "video": _service(
        "Téléconsultation", "teleconsultation", 30, 90, video_link="https://video.clinic.example/cabinet-du-lac"
    ),
    "stress": _service("Groupe gestion du stress", "group", 90, 45, resources=["group-room"]),
}

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = range(5)


def _every(
    days: tuple[int, ...], *hours: tuple[time, time], services: list[str], places: int = 1
) -> list[dict[str, Any]]:
    return [
        {"weekday": day, "from": start, "to": end, "services": services, "places": places}
        for day in days
        for start, end in hours
    ]


_MORNING, _AFTERNOON = (time(8, 30), time(12)), (time(13, 30), time(17, 30))
_MEDICINE = ["consultation", "ultrasound", "home-visit"]
_BODY = ["physio", "rehabilitation"]

OPENINGS: dict[str, list[dict[str, Any]]] = {
    "rochat": _every((MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY), _MORNING, _AFTERNOON, services=_MEDICINE),
    "bernasconi": _every((MONDAY, WEDNESDAY, FRIDAY), _MORNING, _AFTERNOON, services=_BODY),
    "bernasconi-vevey": _every((TUESDAY, THURSDAY), _MORNING, _AFTERNOON, services=["physio"]),
    "keller": [
        *_every((MONDAY, TUESDAY, WEDNESDAY), _MORNING, _AFTERNOON, services=["psychology", "video"]),
        *_every((THURSDAY,), (time(17), time(18, 30)), services=["stress"], places=8),
    ],
}

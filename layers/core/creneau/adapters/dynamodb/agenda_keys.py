"""Where appointments, patients, days and the waitlist lie in the indexes, and which lists find them there."""

from collections.abc import Callable
from typing import Any

from creneau.adapters.dynamodb.spelling import HIGHEST, Place, folded, instant, kind
from creneau.agenda.appointment import Appointment
from creneau.agenda.blocked_address import address_key
from creneau.agenda.catalogue import Patient
from creneau.agenda.slot import parse_slot
from creneau.shared.model import Stored
from creneau.shared.store import Collection


def _appointment(a: Appointment) -> dict[str, str]:
    return {
        "g1pk": f"AGENDA#{a.agenda_id}",
        "g1sk": f"{instant(a.start)}#{instant(a.end)}#{a.id}",
        "g2pk": f"PATIENT#{a.patient_id}#APPOINTMENTS",
        "g2sk": f"{instant(a.start)}#{a.id}",
    }


def _patient(p: Patient) -> dict[str, str]:
    keys = {"g1pk": "PATIENTS", "g1sk": f"{folded(p.last_name)} {folded(p.first_name)}#{p.id}"}
    if p.reader.email:
        keys |= {"g3pk": f"ADDRESS#{address_key(p.reader.email)}", "g3sk": p.id}
    if p.reader.phone:
        keys |= {"g4pk": f"NUMBER#{address_key(p.reader.phone)}", "g4sk": p.id}
    if p.born_on:
        keys |= {"g2pk": f"BIRTHDAYS#{p.born_on:%m-%d}", "g2sk": p.id}
    return keys


INDEXED: dict[type[Stored], Callable[[Any], dict[str, str]]] = {
    Appointment: _appointment,
    Patient: _patient,
}


def place_of(of: Collection[Any]) -> Place | None:
    """None: it is not one of these."""
    key = of.key
    match of.name:
        case "catalogue":
            return None, kind(of.model), "", HIGHEST
        case "appointments_of_agenda":
            return "by_first", f"AGENDA#{key[0]}", of.low, of.high + HIGHEST
        case "appointments_of_slot":
            slot = parse_slot(key[0])
            prefix = f"{instant(slot.start)}#{instant(slot.end)}#"
            return "by_first", f"AGENDA#{slot.agenda_id}", prefix, prefix + HIGHEST
        case "appointments_of_patient":
            return "by_second", f"PATIENT#{key[0]}#APPOINTMENTS", "", HIGHEST
        case "days_of_practitioner":
            return None, f"PRACTITIONERDAY#{key[0]}", of.low, of.high
        case "line_of":
            return None, f"LINE#{key[0]}#{key[1]}", "", HIGHEST
        case "rounds_of_slot":
            return None, f"SLOT#{key[0]}", "ROUND#", "ROUND#" + HIGHEST
        case "patients_by_name":
            return "by_first", "PATIENTS", "", HIGHEST
        case "patients_by_birthday":
            return "by_second", f"BIRTHDAYS#{key[0]}", "", HIGHEST
        case "patients_of_number":
            return "by_fourth", f"NUMBER#{key[0]}", "", HIGHEST
        case "patients_of_address":
            return "by_third", f"ADDRESS#{key[0]}", "", HIGHEST
    return None

"""What the deployed stack has stored of one small clinic, as a world that the judge can read."""

import msgspec

from creneau.adapters.dynamodb import keys
from creneau.adapters.dynamodb.stream import images
from creneau.agenda.appointment import Appointment
from creneau.agenda.day import PractitionerDay
from creneau.agenda.diary import PatientDiary
from creneau.agenda.line import WaitEntry
from creneau.shared.model import Stored
from creneau.shared.settings import Settings
from creneau.waitlist.ports import RoundInput
from creneau.waitlist.round import Round
from tests.support.small_clinic import SmallClinic
from tests.support.stack import Running
from tests.support.world import World


def items(run: Running) -> list[Stored]:
    """Every value in the table that this version knows."""
    pages = run.client("dynamodb").get_paginator("scan").paginate(TableName=run.output("TableName"))
    return [v for p in pages for i in p["Items"] if (v := images({"dynamodb": {"NewImage": i}})[1]) is not None]


def world_of(clinic: SmallClinic, stored: list[Stored]) -> World:
    """Its appointments, days, diaries, line, rounds and running executions, at the stack's present instant."""
    run = clinic.running
    world = World(now=run.now())
    for item in stored:
        if _is_of(clinic, item):
            world.store.items[keys.key_of(keys.ref_to(item))] = item
    for execution in run.executions(clinic.agenda_id, statusFilter="RUNNING"):
        world.rounds.start(execution["name"], msgspec.convert(run.given(execution), RoundInput))
    return world


def _is_of(clinic: SmallClinic, item: Stored) -> bool:
    match item:
        case Appointment() | WaitEntry():
            return item.agenda_id == clinic.agenda_id
        case PractitionerDay() | Round():
            return item.practitioner_id == clinic.practitioner_id
        case PatientDiary():
            return item.patient_id in {p.id for p in clinic.people}
    return isinstance(item, Settings)

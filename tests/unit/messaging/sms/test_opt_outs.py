"""Who told the carrier to stop is blocked here too, whoever's record the number is in (M-14, promise 23)."""

from datetime import UTC, datetime

import pytest

from creneau.agenda.blocked_address import address_key, blocked_ref
from creneau.agenda.catalogue import Contact, Patient, patient_ref
from creneau.agenda.mark_address import ClearAddresses, MarkAddress
from creneau.messaging.sms.opt_outs import ReadOptOuts
from creneau.shared.actor import SYSTEM
from creneau.shared.again import Again
from creneau.shared.store import Put
from tests.support.fake_store import FakeStore

pytestmark = [pytest.mark.rule("M-14"), pytest.mark.promise(23)]

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
STOPPED, OTHER = "+41791234567", "+41791234568"
AGAIN = Again(pause=lambda _: None, dice=lambda: 0.5)


class Listed:
    def __init__(self, *numbers: str) -> None:
        self.all = numbers

    def numbers(self):
        yield from self.all


def read(store: FakeStore, *numbers: str):
    """The daily run, and the reaction to what it wrote."""
    told = ReadOptOuts(store, Listed(*numbers), lambda: NOW, AGAIN)()
    for number in numbers:
        MarkAddress(store, lambda: NOW, AGAIN)(address_key(number))
    return told


def patient(store: FakeStore, id: str, **more):
    store.commit([Put(Patient(id=id, first_name="A", last_name="B", **more))])


def blocked(store: FakeStore, id: str) -> bool:
    found = store.get(patient_ref(id))
    assert found is not None
    return found.reader.phone_blocked


def test_every_record_that_is_written_to_at_that_number_is_marked():
    store = FakeStore()
    patient(store, "pat_1", phone=STOPPED)
    patient(store, "pat_2", phone=STOPPED, email="b@mail.example")
    patient(store, "pat_3", phone=OTHER)
    mother = Contact(id="c", name="M", phone=STOPPED, receives_messages=True)
    patient(store, "pat_4", phone=OTHER, contacts=(mother,))
    told = read(store, STOPPED)
    assert (told.listed, told.blocked) == (1, 1)
    assert [blocked(store, f"pat_{n}") for n in (1, 2, 3, 4)] == [True, True, False, True]
    found = store.get(blocked_ref(address_key(STOPPED)))
    assert found is not None
    assert (found.because, found.blocked_at) == ("opted_out", NOW)


def test_read_again_it_changes_nothing():
    store = FakeStore()
    patient(store, "pat_1", phone=STOPPED)
    read(store, STOPPED)
    before = dict(store.items)
    assert read(store, STOPPED).blocked == 0
    assert store.items == before


def test_cleared_by_staff_while_the_carrier_refuses_it_is_blocked_again():
    store = FakeStore()
    patient(store, "pat_1", phone=STOPPED)
    read(store, STOPPED)
    ClearAddresses(store, lambda: NOW, AGAIN)("pat_1", SYSTEM)
    assert not blocked(store, "pat_1")
    assert read(store).blocked == 0
    assert not blocked(store, "pat_1")
    assert read(store, STOPPED).blocked == 1
    assert blocked(store, "pat_1")


def test_any_number_of_numbers():
    store = FakeStore()
    many = [f"+4179{n:07}" for n in range(250)]
    assert ReadOptOuts(store, Listed(*many, many[0]), lambda: NOW, AGAIN)().blocked == 250

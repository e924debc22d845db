"""An address that is not written to: in whose records it stands, who clears it, and what becomes of a change (M-12)."""

from datetime import timedelta

import pytest

from creneau.agenda.blocked_address import BlockedAddress, address_key, blocked_ref, keys_of, marked
from creneau.agenda.catalogue import Contact, Patient, patient_ref
from creneau.shared.actor import Actor
from creneau.shared.errors import NotFound
from creneau.shared.store import require
from tests.support.world import World

pytestmark = pytest.mark.rule("M-12")

EMAIL, PHONE = "family@mail.example", "+41791234567"
KEY = address_key(EMAIL)
STAFF = Actor(id="user-1")
MOTHER = Contact(id="con_1", name="Mother", email=EMAIL, receives_messages=True)


@pytest.fixture
def family(world: World) -> World:
    """A mother, her two children who are written to through her, and a stranger."""
    for patient in (
        Patient(id="pat_mother", first_name="", last_name="M", email=EMAIL),
        Patient(id="pat_son", first_name="", last_name="S", contacts=(MOTHER,)),
        Patient(id="pat_daughter", first_name="", last_name="D", email="her@mail.example", contacts=(MOTHER,)),
        Patient(id="pat_other", first_name="", last_name="O", email="other@mail.example"),
    ):
        world.app.register_patient.add(patient)
    return world


def block(world: World, key: str = KEY) -> None:
    present = world.store.get(blocked_ref(key))
    version = present.version if present else 0
    world.put(BlockedAddress(id=key, because="bounced", blocked_at=world.now, look_at=world.now, version=version))
    world.rest()


def reachable(world: World) -> set[str]:
    said = {p.id for p in world.all(Patient) if p.reachable_by_email}
    assert said == {p.id for p in world.all(Patient) if world.diary(p.id).reachable}
    return said


@pytest.mark.parametrize("same", ["Family@MAIL.example", " family@mail.example "])
def test_one_address_has_one_key(same: str) -> None:
    assert address_key(same) == KEY
    assert address_key("a@müller.ch") == address_key("a@xn--mller-kva.ch")
    assert len({address_key(a) for a in (EMAIL, "family@mail.example.org", "amily@mail.example", PHONE, "")}) == 5


def test_a_mark_touches_what_it_names_only() -> None:
    patient = Patient(id="p", first_name="", last_name="", email="a@b.example", phone=PHONE, contacts=(MOTHER,))
    assert keys_of(patient) == [address_key("a@b.example"), address_key(PHONE), KEY]
    marked_one = marked(patient, {KEY: True})
    assert (marked_one.email_blocked, marked_one.phone_blocked, marked_one.contacts[0].email_blocked) == (
        False,
        False,
        True,
    )
    assert marked(marked_one, {address_key(PHONE): True}).phone_blocked is True
    assert marked(marked_one, {KEY: False}) == patient


@pytest.mark.rule("M-21")
def test_everybody_who_is_written_to_there_is_marked(family: World) -> None:
    assert reachable(family) == {"pat_mother", "pat_son", "pat_daughter", "pat_other"}
    block(family)
    assert reachable(family) == {"pat_other"}


def test_a_lost_record_is_made_up_for_by_the_sweeper(family: World) -> None:
    family.put(BlockedAddress(id=KEY, because="bounced", blocked_at=family.now, look_at=family.now))
    family.stream.clear()
    family.sweep(2)
    assert reachable(family) == {"pat_other"}
    assert family.store.looks == {}, "and is looked at no more"


def test_it_is_written_to_again_when_staff_clear_it_wherever_it_stands(family: World) -> None:
    block(family)
    family.now += timedelta(days=1)
    cleared = family.app.clear_addresses("pat_son", STAFF)
    assert cleared.reachable_by_email
    family.rest()
    assert reachable(family) == {"pat_mother", "pat_son", "pat_daughter", "pat_other"}
    address = require(family.store, blocked_ref(KEY))
    assert (address.cleared_at, address.cleared_by) == (family.now, "user-1")


def test_clearing_again_changes_nothing(family: World) -> None:
    block(family)
    first = family.app.clear_addresses("pat_son", STAFF)
    before = dict(family.store.items)
    assert family.app.clear_addresses("pat_son", STAFF) == first
    assert family.store.items == before
    with pytest.raises(NotFound):
        family.app.clear_addresses("pat_none", STAFF)


def test_another_address_in_the_record_is_written_to_and_the_old_one_is_not(family: World) -> None:
    block(family)
    family.write_to("pat_mother", "new@mail.example")
    assert reachable(family) == {"pat_mother", "pat_other"}
    family.write_to("pat_mother", EMAIL.upper())
    assert reachable(family) == {"pat_other"}


def test_nor_is_it_for_whoever_is_registered_later(family: World) -> None:
    block(family)
    made = family.app.register_patient.add(Patient(id="pat_new", first_name="", last_name="N", email=EMAIL))
    assert (made.email_blocked, reachable(family)) == (True, {"pat_other"})


def test_staff_can_neither_block_nor_clear_by_editing(family: World) -> None:
    block(family)
    for id, said in (("pat_mother", False), ("pat_other", True)):
        present = require(family.store, patient_ref(id))
        family.app.register_patient.change(present.with_(email_blocked=said, first_name="Q"), present.version)
    assert reachable(family) == {"pat_other"}


def test_a_mark_meets_an_edit_at_the_same_moment(family: World) -> None:
    family.put(BlockedAddress(id=KEY, because="bounced", blocked_at=family.now))
    family.store.slip_in(lambda: family.write_to("pat_mother", "new@mail.example"))
    family.rest()
    assert reachable(family) == {"pat_mother", "pat_other"}

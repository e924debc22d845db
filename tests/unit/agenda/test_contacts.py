"""Contacts: who gets a patient's messages, and that an address never says whose record is meant (M-21)."""

import pytest

from creneau.agenda.catalogue import Consent, Contact, Patient, patient_ref
from creneau.messaging.message import Channel, Kind, Message, Recipient
from creneau.messaging.reader import reader_of
from creneau.shared.errors import Invalid, Refused
from tests.support.world import World, at

pytestmark = pytest.mark.rule("M-21")

MOTHER = Contact(id="con_1", name="Léa Roy", email="lea@mail.example", phone="079 555 01 23", receives_messages=True)


@pytest.fixture
def world() -> World:
    return World().clinic()


def register(world: World, *contacts: Contact, id: str = "pat_1", **more: object) -> Patient:
    new = Patient(id=id, first_name="Tim", last_name="Roy", contacts=contacts, **more)  # type: ignore[arg-type]
    return world.app.register_patient.add(new)


def faults(world: World, *contacts: Contact) -> list[str]:
    with pytest.raises(Invalid) as refused:
        register(world, *contacts)
    return [fault.field for fault in refused.value.faults]


class TestWhoReads:
    def message(self) -> Message:
        return Message(
            id="custom.sms.pat_1.b",
            channel=Channel.SMS,
            kind=Kind.CUSTOM,
            patient_id="pat_1",
            recipient=Recipient.PATIENT,
            occurrence="b",
            due_at=at("2026-03-02 08:00"),
            created_at=at("2026-03-02 08:00"),
        )

    def test_the_contact_marked_so(self, world):
        patient = register(world, Contact(id="con_0", name="Employer", email="hr@firm.example"), MOTHER, language="it")
        reader = reader_of(self.message(), patient, None)
        assert reader is not None
        assert (reader.name, reader.email, reader.phone) == ("Léa Roy", "lea@mail.example", "+41795550123")
        assert reader.language == "it"

    def test_else_the_patient(self, world):
        patient = register(world, MOTHER.with_(receives_messages=False), email="tim@mail.example")
        reader = reader_of(self.message(), patient, None)
        assert reader is not None
        assert (reader.name, reader.email) == ("Tim Roy", "tim@mail.example")

    def test_a_contacts_own_language_comes_first(self, world):
        reader = reader_of(self.message(), register(world, MOTHER.with_(language="de"), language="it"), None)
        assert reader is not None
        assert reader.language == "de"


class TestOffersReachTheContact:
    """W-05 asks whether an email reaches whoever gets the patient's messages."""

    def test_a_contacts_address_is_enough(self, world):
        register(world, MOTHER)
        assert world.diary("pat_1").reachable is True

    def test_the_patients_own_address_does_not_help_a_contact_without_one(self, world):
        register(world, MOTHER.with_(email=None), email="tim@mail.example")
        assert world.diary("pat_1").reachable is False

    def test_the_diary_follows_the_mark(self, world):
        present = register(world, MOTHER.with_(receives_messages=False))
        assert world.diary("pat_1").reachable is False
        world.app.register_patient.change(present.with_(contacts=(MOTHER,)), present.version)
        assert world.diary("pat_1").reachable is True


class TestWhatIsRefused:
    def test_two_who_get_the_messages(self, world):
        other = MOTHER.with_(id="con_2", name="Paul Roy")
        assert faults(world, MOTHER, other) == ["contacts[1].receives_messages"]

    def test_one_who_gets_them_nowhere(self, world):
        assert faults(world, MOTHER.with_(email=None, phone=None)) == ["contacts[0].receives_messages"]

    def test_a_number_that_is_none(self, world):
        assert faults(world, MOTHER.with_(phone="12")) == ["contacts[0].phone"]

    def test_the_same_id_twice(self, world):
        assert faults(world, MOTHER, MOTHER.with_(receives_messages=False)) == ["contacts[1].id"]

    def test_an_eleventh(self, world):
        many = [Contact(id=f"con_{n}", name="N") for n in range(11)]
        assert faults(world, *many) == ["contacts"]
        assert len(register(world, *many[:10]).contacts) == 10


def test_a_shared_address_identifies_nobody(world):
    """Two brothers, one guardian: what one says on a link of his own is not said for the other."""
    first, second = register(world, MOTHER), register(world, MOTHER, id="pat_2")
    assert first.reader.email == second.reader.email
    world.app.change_consent("pat_1", [Consent.GROUP_SMS], True)
    assert list(world.store.get(patient_ref("pat_1")).consents) == ["group_sms"]
    assert world.store.get(patient_ref("pat_2")).consents == {}


@pytest.mark.rule("M-14")
class TestConsents:
    def say(self, world: World, given: bool, when: str | None = None) -> Patient:
        return world.app.change_consent("pat_1", [Consent.GROUP_SMS], given, at(when) if when else None)

    def test_given_and_taken_back_with_their_dates(self, world):
        register(world)
        assert self.say(world, True).consents == {"group_sms": world.now}
        world.later(days=1)
        after = self.say(world, False)
        assert (after.consents, after.refusals) == ({}, {"group_sms": world.now})
        assert self.say(world, True).refusals == {}

    def test_repeating_it_keeps_the_first_date(self, world):
        register(world)
        first = self.say(world, True)
        world.later(days=1)
        assert self.say(world, True) == first

    def test_on_paper_some_days_ago_but_never_ahead(self, world):
        register(world)
        with pytest.raises(Invalid) as refused:
            self.say(world, True, "2026-03-02 08:01")
        assert [f.field for f in refused.value.faults] == ["at"]
        assert self.say(world, True, "2026-02-20 10:00").consents == {"group_sms": at("2026-02-20 10:00")}

    def test_an_old_paper_does_not_undo_a_later_refusal(self, world):
        register(world)
        self.say(world, False)
        with pytest.raises(Refused) as refused:
            self.say(world, True, "2026-02-20 10:00")
        assert refused.value.code == "refused_since"

    def test_an_edit_of_the_record_leaves_them(self, world):
        register(world)
        present = self.say(world, True)
        edited = world.app.register_patient.change(Patient(id="pat_1", first_name="T", last_name="R"), present.version)
        assert edited.consents == present.consents

    def test_not_on_an_erased_record(self, world):
        world.put(register(world).with_(erased=True))
        with pytest.raises(Refused):
            self.say(world, True)

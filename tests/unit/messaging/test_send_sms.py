"""A custom SMS to one patient: now or later, refused with the reason when it could not arrive (M-14, S-02)."""

import pytest

from creneau.agenda.catalogue import Contact, patient_ref
from creneau.messaging.custom import Words
from creneau.messaging.message import Channel, Kind, Message
from creneau.messaging.template import Line, TemplateBook
from creneau.shared.actor import SYSTEM
from creneau.shared.errors import Invalid, NotFound, Refused
from creneau.shared.store import require
from tests.support.world import World, at
from tests.unit.messaging.custom_world import custom_world, messages, set_sms, somebody

pytestmark = pytest.mark.rule("M-14")

TEXT = Words(text="{{ clinic.name }}: please call us.")


@pytest.fixture
def world() -> World:
    world = custom_world()
    somebody(world, "pat_1")
    return world


def send(world: World, words: Words = TEXT, at=None, id: str = "sms_1") -> Message:
    return world.app.send_sms(id, "pat_1", words, at, SYSTEM)


def faults(world: World, words: Words = TEXT, when: str | None = None) -> list[str]:
    with pytest.raises(Invalid) as refused:
        send(world, words, at(when) if when else None)
    assert messages(world) == {}
    return [fault.field for fault in refused.value.faults]


def test_now(world):
    sent = send(world)
    assert (sent.id, sent.due_at, sent.is_scheduled) == ("custom.sms.pat_1.sms_1", world.now, True)
    assert (sent.given, sent.batch_id) == ({"text": TEXT.text}, None)


def test_at_a_chosen_time(world):
    assert send(world, at=at("2026-03-08 10:00")).goes_at == at("2026-03-08 10:00")  # a Sunday: it is theirs alone


def test_the_same_request_again_sends_nothing_again(world):
    assert send(world) == send(world)
    send(world, id="sms_2")
    assert len(messages(world)) == 2


class TestWhatCannotBeMeant:
    @pytest.mark.parametrize("when", ["2026-03-02 08:00", "2026-03-02 07:59", "2027-03-03 08:00"])
    def test_a_time_that_is_past_or_out_of_reach(self, world, when):
        assert faults(world, when=when) == ["at"]

    @pytest.mark.parametrize(
        "text", ["", "{{ invoice.total }}", "{{ appointment.service }}", "{% if x", "x" * 1001, "a\x00b"]
    )
    def test_a_text(self, world, text):
        assert faults(world, Words(text=text)) == ["text"]

    def test_both_or_neither(self, world):
        assert faults(world, Words(text="a", template_id="custom.sms")) == ["text"]

    def test_the_place_is_told(self, world):
        with pytest.raises(Invalid) as refused:
            send(world, Words(text="Hello\n{{ patient.nam }}"))
        assert refused.value.faults[0].problem.startswith("line 2, column 1")

    def test_a_template_of_another_kind_or_one_that_is_off(self, world):
        off = Line(id="tpl_1", kind=Kind.CUSTOM, channel=Channel.SMS, active=False)
        world.put(TemplateBook(stored=(off,)))
        assert faults(world, Words(template_id="reminder.sms")) == ["template_id"]
        assert faults(world, Words(template_id="tpl_none")) == ["template_id"]
        assert faults(world, Words(template_id="tpl_1")) == ["template_id"]


def test_by_a_template(world):
    world.put(TemplateBook(stored=(Line(id="tpl_1", kind=Kind.CUSTOM, channel=Channel.SMS),)))
    assert send(world, Words(template_id="tpl_1")).template_id == "tpl_1"
    assert send(world, Words(template_id="custom.sms"), id="sms_2").template_id is None


class TestWhoCannotGetIt:
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"phone": None}, "no_phone_number"),
            ({"phone": "+41215550123"}, "no_mobile"),
            ({"phone": "+12125550123"}, "country_not_allowed"),
            ({"phone_blocked": True}, "phone_number_opted_out"),
            ({"deceased": True}, "patient_deceased"),
            ({"erased": True}, "patient_erased"),
        ],
    )
    def test_it_is_refused_with_the_reason(self, world, changes, code):
        world.put(require(world.store, patient_ref("pat_1")).with_(**changes))
        with pytest.raises(Refused) as refused:
            send(world)
        assert refused.value.code == code
        assert refused.value.remedy
        assert messages(world) == {}

    @pytest.mark.rule("M-21")
    def test_the_number_is_the_contacts_who_gets_the_messages(self, world):
        contact = Contact(id="con_1", name="Léa", email="lea@mail.example", receives_messages=True)
        world.put(require(world.store, patient_ref("pat_1")).with_(contacts=(contact,)))
        with pytest.raises(Refused) as refused:
            send(world)
        assert refused.value.code == "no_phone_number"

    def test_nobody(self, world):
        with pytest.raises(NotFound):
            world.app.send_sms("sms_1", "pat_none", TEXT, None, SYSTEM)


@pytest.mark.rule("S-02")
@pytest.mark.parametrize(
    ("sms", "code"), [({"custom_module": False}, "custom_sms_off"), ({"enabled": False}, "sms_off")]
)
def test_not_while_the_module_is_off(world, sms, code):
    set_sms(world, **sms)
    with pytest.raises(Refused) as refused:
        send(world)
    assert (refused.value.code, "settings" in refused.value.remedy) == (code, True)


class TestShown:
    def show(self, world: World, text: str, **more):
        given = {"patient_id": None, "language": None, "to_group": False} | more
        return world.app.show_sms(Words(text=text), **given)

    @pytest.mark.rule("S-01")
    def test_with_its_credits(self, world):
        shown = self.show(world, "Bonjour {{ recipient.name }}", patient_id="pat_1")
        assert (shown.text, shown.segments.count) == ("Bonjour P pat_1", 1)
        assert self.show(world, "a" * 161).segments.count == 2

    def test_a_group_is_always_told_how_to_end_it(self, world):
        shown = self.show(world, "Fermé vendredi", to_group=True)
        head, last = shown.text.split("\n")
        assert head == "Fermé vendredi"
        assert last.startswith("Stop : https://")
        own = self.show(world, "Fermé vendredi\nPlus rien : {{ opt_out.link }}", to_group=True)
        assert own.text.count("https://") == 1
        assert "https://" not in self.show(world, "Fermé vendredi").text

    def test_in_the_readers_language(self, world):
        assert self.show(world, "x", language="de").language == "de"
        assert self.show(world, "x", language="de", to_group=True).text.split("\n")[1].startswith("Stop: ")

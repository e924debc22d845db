"""What staff see of the waitlist: the line, the rounds, and all that ever happened to a slot (W-13); and messages (M-01)."""

import msgspec
import pytest

from creneau.agenda.catalogue import Patient, practitioner_ref
from creneau.messaging.compose import Kept
from creneau.messaging.message import Channel, Decision, Kind, Message, MessageState
from creneau.shared.store import require
from creneau.waitlist.answer import Answer
from tests.support.staff_api import Staff
from tests.support.world import at, line, released

NINE = "2026-03-20T09:00:00+01:00"


def history(staff, the_slot):
    return staff.get(f"/v1/slots/{the_slot.id}/history")


class TestTheLine:
    def test_in_the_order_of_ticking(self, world, secretary):
        waiting = line(world, 7)
        first = secretary.get("/v1/waitlist", agenda_id="agd_1", duration="30", limit="4")
        rest = secretary.get("/v1/waitlist", agenda_id="agd_1", duration="30", limit="4", cursor=first["next_cursor"])
        assert [w["appointment_id"] for w in first.items + rest.items] == [a.id for a in waiting]

    def test_who_is_bound_and_who_unreachable(self, world, secretary):
        line(world, 6)
        world.unreachable("pat_2")
        the_slot = released(world)
        world.grace()
        listed = secretary.get("/v1/waitlist", agenda_id="agd_1", duration="30").items
        assert [w["reachable_by_email"] for w in listed] == [True, False, True, True, True, True]
        bound = world.round(the_slot).id
        assert [w["offered_in"] for w in listed] == [bound, None, bound, bound, bound, bound]

    def test_with_their_names(self, world, secretary):
        line(world, 7)
        listed = secretary.get("/v1/waitlist", agenda_id="agd_1", duration="30").items
        assert [w["patient_name"] for w in listed] == [f"P pat_{n}" for n in range(1, 8)]

    @pytest.mark.parametrize("asked", [{}, {"agenda_id": "agd_1"}, {"agenda_id": "agd_1", "duration": "0"}])
    def test_whose_line_must_be_said(self, secretary, asked):
        assert secretary.get("/v1/waitlist", **asked).status == 422

    def test_an_agenda_that_is_none(self, secretary):
        assert secretary.get("/v1/waitlist", agenda_id="agd_9", duration="30").status == 404


@pytest.mark.rule("W-13")
class TestHistory:
    def test_under_the_released_one_its_offers(self, world, secretary):
        waiting = line(world, 6)
        world.unreachable("pat_2")
        the_slot = released(world)
        world.grace()
        offers = world.offers(the_slot)
        world.decline(offers[1])
        world.accept(offers[0])
        world.rest()
        first, second = history(secretary, the_slot)["items"]
        assert first["appointment"]["patient_id"] == "pat_gone"
        assert first["release_n"] == 1
        (round,) = first["rounds"]
        assert [(o["patient_id"], o["state"]) for o in round["offers"]] == [
            ("pat_1", "accepted"),
            ("pat_3", "declined"),
            ("pat_4", "superseded"),
            ("pat_5", "superseded"),
            ("pat_6", "superseded"),
        ]
        assert all(o["sent_at"] and o["decided_at"] for o in round["offers"])
        assert round["passed_over"] == [
            {
                "appointment_id": waiting[1].id,
                "patient_id": "pat_2",
                "patient_name": "P pat_2",
                "reason": "no_reachable_email",
            }
        ]
        assert (second["appointment"]["patient_id"], second["release_n"], second["rounds"]) == ("pat_1", None, [])
        assert second["appointment"]["id"] == round["offers"][0]["new_appointment_id"]
        assert secretary.get(f"/v1/rounds/{round['id']}").json == round

    def test_everybody_in_it_has_their_name_and_all_are_read_together(self, world, secretary):
        line(world, 3)
        world.unreachable("pat_2")
        the_slot = released(world)
        world.grace()
        read = world.store.get_many
        asked: list = []

        def counted(refs):
            asked.extend(ref for ref in refs if ref.model is Patient)
            reads.append(len(refs))
            return read(refs)

        reads: list[int] = []
        world.store.get_many = counted
        (chapter,) = history(secretary, the_slot)["items"]
        (round,) = chapter["rounds"]
        assert chapter["appointment"]["patient_name"] == "P pat_gone"
        assert [o["patient_name"] for o in round["offers"]] == ["P pat_1", "P pat_3"]
        assert [p["patient_name"] for p in round["passed_over"]] == ["P pat_2"]
        assert (len(reads), len(asked)) == (1, 4)

    def test_each_release_has_its_own(self, world, secretary):
        line(world, 2)
        the_slot = released(world)
        world.grace()
        world.accept(world.offers(the_slot)[0])
        world.rest()
        taken = next(a for a in history(secretary, the_slot)["items"] if a["appointment"]["patient_id"] == "pat_1")
        secretary.post(f"/v1/appointments/{taken['appointment']['id']}/attendance", {"to": "cancelled_by_patient"})
        world.grace()
        chapters = history(secretary, the_slot)["items"]
        assert [(c["appointment"]["patient_id"], c["release_n"]) for c in chapters] == [("pat_gone", 1), ("pat_1", 2)]
        assert [[o["patient_id"] for r in c["rounds"] for o in r["offers"]] for c in chapters] == [
            ["pat_1", "pat_2"],
            ["pat_2"],
        ]

    def test_the_same_patient_twice(self, world, secretary):
        the_slot = released(world)
        again = world.book("pat_gone", "2026-03-20 09:00")
        world.cancel(again)
        assert [c["release_n"] for c in history(secretary, the_slot)["items"]] == [1, 2]

    def test_the_same_patient_while_the_waitlist_was_off(self, world, secretary):
        the_slot = released(world)
        again = world.book("pat_gone", "2026-03-20 09:00")
        world.settings(enabled=False)
        world.cancel(again)
        assert [c["release_n"] for c in history(secretary, the_slot)["items"]] == [1, None]

    def test_what_was_deleted_or_relabelled_is_still_in_it(self, world, secretary):
        the_slot = released(world)
        (gone,) = history(secretary, the_slot)["items"]
        path = f"/v1/appointments/{gone['appointment']['id']}"
        world.later(hours=1)
        secretary.post(f"{path}/attendance", {"to": "patient_absent"})
        secretary.delete(path)
        (kept,) = history(secretary, the_slot)["items"]
        assert kept["appointment"]["deleted_at"] is not None
        assert kept["release_n"] == 1

    def test_the_offers_of_what_was_set_back_since(self, world, secretary):
        line(world, 1)
        gone = world.cancel(world.book("pat_gone", "2026-03-20 09:00"))
        world.grace()
        world.restore(gone)
        world.rest()
        slot_id = secretary.get(f"/v1/appointments/{gone.id}")["slot_id"]

        def told() -> list[tuple[int, list[str]]]:
            (chapter,) = secretary.get(f"/v1/slots/{slot_id}/history")["items"]
            return [(r["n"], [o["state"] for o in r["offers"]]) for r in chapter["rounds"]]

        assert told() == [(1, ["superseded"])]
        world.cancel(gone)
        world.grace()
        assert told() == [(1, ["superseded"]), (2, ["sent"])]

    def test_why_nobody_is_asked_about_a_place_for_which_nobody_can_be(self, world, secretary):
        line(world, 2)
        for patient in ("pat_1", "pat_2"):
            world.unreachable(patient)
        the_slot = released(world)
        world.grace()
        told = history(secretary, the_slot)
        assert told["items"][0]["rounds"] == []
        assert [(p["patient_name"], p["reason"]) for p in told["not_asked"]] == [
            ("P pat_1", "no_reachable_email"),
            ("P pat_2", "no_reachable_email"),
        ]
        world.open("2026-04-20 08:00", "18:00")
        world.waits("pat_3", "2026-04-20 10:00")
        world.grace()
        asked = history(secretary, the_slot)
        assert asked["not_asked"] == []
        assert [p["patient_id"] for p in asked["items"][0]["rounds"][0]["passed_over"]] == ["pat_1", "pat_2"]

    def test_other_lengths_are_other_slots(self, world, secretary):
        the_slot = released(world)
        world.book("pat_2", "2026-03-20 09:00", service_id="srv_hour")
        assert [c["appointment"]["patient_id"] for c in history(secretary, the_slot)["items"]] == ["pat_gone"]

    def test_two_of_a_group_slot_under_one_release(self, world, secretary):
        world.open("2026-03-21 09:00", "10:00", service_ids=("srv_group",), places=3)
        booked = [world.book(f"pat_{n}", "2026-03-21 09:00", service_id="srv_group") for n in range(3)]
        world.cancel(booked[0])
        world.cancel(booked[1])
        slot_id = secretary.get(f"/v1/appointments/{booked[0].id}")["slot_id"]
        chapters = secretary.get(f"/v1/slots/{slot_id}/history")["items"]
        assert [c["release_n"] for c in chapters] == [1, 1, None]

    def test_of_a_group_slot_only_those_who_released(self, world, secretary):
        world.open("2026-03-21 09:00", "10:00", service_ids=("srv_group",), places=3)
        booked = [world.book(f"pat_{n}", "2026-03-21 09:00", service_id="srv_group") for n in range(2)]
        world.cancel(booked[0])
        world.settings(enabled=False)
        world.cancel(booked[1])
        slot_id = secretary.get(f"/v1/appointments/{booked[0].id}")["slot_id"]
        assert [c["release_n"] for c in secretary.get(f"/v1/slots/{slot_id}/history")["items"]] == [1, None]

    @pytest.mark.parametrize("slot_id", ["agd_1", "agd_1.x.y", "agd_1.20260320T080000Z"])
    def test_what_is_no_slot(self, secretary, slot_id):
        assert secretary.get(f"/v1/slots/{slot_id}/history").fields == ["slot_id"]

    def test_a_slot_of_no_agenda(self, secretary):
        assert secretary.get("/v1/slots/agd_9.20260320T080000Z.20260320T083000Z/history").status == 404

    def test_a_slot_without_history(self, secretary):
        answer = secretary.get("/v1/slots/agd_1.20260320T080000Z.20260320T083000Z/history")
        assert (answer.status, answer["items"], answer["local_start"]) == (200, [], NINE)

    def test_rounds_that_are_none(self, secretary):
        assert secretary.get("/v1/rounds/agd_1.20260320T080000Z.20260320T083000Z.1.1").status == 404
        assert secretary.get("/v1/rounds/nonsense").fields == ["round_id"]


@pytest.mark.rule("W-12")
@pytest.mark.rule("W-03")
def test_deleting_the_waiting_appointment_withdraws_its_offer(world, secretary):
    waiting = line(world, 1)
    the_slot = released(world)
    world.grace()
    secretary.delete(f"/v1/appointments/{waiting[0].id}")
    world.rest()
    assert [o.value for o in world.states(the_slot).values()] == ["withdrawn"]
    assert world.answer(world.offers(the_slot)[0], Answer.ACCEPT).outcome == "withdrawn"
    assert len(world.rounds_of(the_slot)) == 1


class Archive(dict[str, bytes]):
    def read(self, key: str) -> bytes:
        return self[key]


class TestMessages:
    @pytest.fixture
    def message(self, world, secretary):
        booked = secretary.books("pat_1", NINE)
        why = Decision(at=world.now, step="plan", verdict="send", rule="M-04", facts={"state": "booked"})
        message = Message(
            id=f"confirmed.email.{booked['id']}.1",
            channel=Channel.EMAIL,
            kind=Kind.CONFIRMED,
            patient_id="pat_1",
            appointment_id=booked["id"],
            occurrence="1",
            due_at=at("2026-03-02 08:00"),
            created_at=at("2026-03-02 08:00"),
            why=(why,),
            content_key="messages/secret",
        )
        world.put(message)
        return message

    @pytest.mark.rule("M-01")
    def test_with_the_why(self, secretary, message):
        one = secretary.get(f"/v1/messages/{message.id}").json
        assert one["why"] == [
            {
                "at": "2026-03-02T07:00:00Z",
                "step": "plan",
                "verdict": "send",
                "rule": "M-04",
                "facts": {"state": "booked"},
                "explained": "Planned.",
            }
        ]
        assert "content_key" not in one
        for path in ("/v1/patients/pat_1/messages", f"/v1/appointments/{message.appointment_id}/messages"):
            assert secretary.get(path).items == [one]
        assert secretary.get("/v1/messages", state="scheduled").items == [one]
        assert secretary.get("/v1/messages", state="sent").items == []

    @pytest.mark.rule("M-01")
    def test_its_content_as_sent(self, world, secretary, message):
        sent = Kept(to="a@mail.example", sender="s", subject="Été", text="…", html="<p>…</p>", template="fr/confirmed")
        world.app.kept_contents = Archive({"messages/secret": msgspec.json.encode(sent)})
        answer = secretary.get(f"/v1/messages/{message.id}/content")
        assert answer.json == msgspec.to_builtins(sent)
        world.put(message.with_(version=1, content_key=None))
        assert secretary.get(f"/v1/messages/{message.id}/content")["code"] == "not_sent"

    def test_a_scheduled_one_can_be_cancelled(self, world, secretary, message):
        path = f"/v1/messages/{message.id}/cancel"
        done = secretary.post(path)
        assert (done.status, done["state"], done["why"][-1]["facts"]) == (200, "cancelled", {"by": "user-1"})
        assert secretary.post(path).json == done.json

    @pytest.mark.rule("P-01")
    def test_a_practitioner_cancels_their_own_agendas_only(self, world, message):
        world.put(message.with_(version=1, practitioner_id="prc_1"))
        world.put(*(require(world.store, practitioner_ref(f"prc_{n}")).with_(user=f"user-{n}") for n in (1, 2)))
        own, other = (Staff(world, roles=("practitioner",), id=f"user-{n}") for n in (1, 2))
        path = f"/v1/messages/{message.id}/cancel"
        refused = other.post(path)
        assert (refused.status, refused["code"]) == (403, "not_your_agenda")
        assert own.post(path)["state"] == "cancelled"

    def test_one_that_left_cannot(self, world, secretary, message):
        world.put(message.with_(version=1, state=MessageState.SENT))
        answer = secretary.post(f"/v1/messages/{message.id}/cancel")
        assert (answer.status, answer["code"]) == (409, "not_scheduled")

    def test_what_does_not_exist(self, secretary):
        for path in ("/v1/messages/none", "/v1/patients/none/messages", "/v1/appointments/none/messages"):
            assert secretary.get(path).status == 404
        assert secretary.get("/v1/messages", state="lost").fields == ["state"]

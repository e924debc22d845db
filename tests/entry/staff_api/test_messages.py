"""Communications over the API: listed by what staff look for, explained, and sent once more (M-02, M-06)."""

from datetime import timedelta
from typing import Any

import pytest

from creneau.messaging.message import Channel, Decision, Kind, Message, MessageState, message_ref
from creneau.shared.settings import SETTINGS
from creneau.shared.store import require
from tests.support.world import at

NINE = "2026-03-20T09:00:00+01:00"


def message(id: str, state: MessageState = MessageState.SENT, **more) -> Message:
    kind, channel, _, occurrence = id.split(".")
    given: dict[str, Any] = {
        "patient_id": "pat_1",
        "due_at": at("2026-03-02 08:00"),
        "created_at": at("2026-03-02 08:00"),
    } | more
    return Message(id=id, kind=Kind(kind), channel=Channel(channel), occurrence=occurrence, state=state, **given)


@pytest.fixture
def booked(world, secretary) -> str:
    id = secretary.books("pat_1", NINE)["id"]
    world.stream.clear()
    return str(id)


def ids(answer) -> list[str]:
    return [m["id"] for m in answer.items]


@pytest.mark.rule("M-02")
class TestCommunications:
    @pytest.fixture(autouse=True)
    def messages(self, world, booked):
        world.put(
            message("confirmed.email.apt_1.0", appointment_id=booked),
            message("reminder.sms.apt_1.system-1d", MessageState.SCHEDULED, due_at=at("2026-03-19 09:00")),
            message("reminder.email.apt_1.system-1d", MessageState.SCHEDULED, due_at=at("2026-03-18 09:00")),
            message("moved.email.apt_1.1", MessageState.BOUNCED, due_at=at("2026-03-01 09:00")),
            message("cancelled.email.apt_2.1", MessageState.SUPPRESSED, patient_id="pat_2"),
        )

    def test_by_folder_channel_and_kind(self, secretary):
        assert ids(secretary.get("/v1/messages", folder="sent")) == ["confirmed.email.apt_1.0", "moved.email.apt_1.1"]
        assert ids(secretary.get("/v1/messages", folder="not_sent")) == ["cancelled.email.apt_2.1"]
        assert ids(secretary.get("/v1/messages", folder="scheduled", channel="sms")) == ["reminder.sms.apt_1.system-1d"]
        assert ids(secretary.get("/v1/messages", kind="moved")) == ["moved.email.apt_1.1"]
        assert len(ids(secretary.get("/v1/messages"))) == 5

    def test_by_when_it_is_due_the_soonest_first(self, secretary):
        asked = {"folder": "scheduled", "order": "soonest_first"}
        both = ["reminder.email.apt_1.system-1d", "reminder.sms.apt_1.system-1d"]
        assert ids(secretary.get("/v1/messages", **asked)) == both
        assert ids(secretary.get("/v1/messages", **asked, due_from="2026-03-19T00:00:00+01:00")) == both[1:]
        assert ids(secretary.get("/v1/messages", **asked, due_before="2026-03-19T00:00:00+01:00")) == both[:1]
        first = secretary.get("/v1/messages", **asked, limit="1")
        rest = secretary.get("/v1/messages", **asked, limit="1", cursor=first["next_cursor"])
        assert ids(first) + ids(rest) == both

    def test_of_one_patient(self, secretary):
        sent = secretary.get("/v1/patients/pat_1/messages", folder="sent")
        assert ids(sent) == ["confirmed.email.apt_1.0", "moved.email.apt_1.1"]
        assert ids(secretary.get("/v1/patients/pat_1/messages", state="bounced")) == ["moved.email.apt_1.1"]
        assert [m["patient_name"] for m in sent.items] == ["P pat_1"] * 2

    def test_of_one_appointment(self, secretary, booked):
        assert ids(secretary.get(f"/v1/appointments/{booked}/messages")) == ["confirmed.email.apt_1.0"]
        assert ids(secretary.get(f"/v1/appointments/{booked}/messages", folder="scheduled")) == []

    def test_one_question_at_a_time(self, secretary):
        both = secretary.get("/v1/messages", folder="sent", state="sent")
        assert (both.status, both.fields) == (422, ["query"])
        assert secretary.get("/v1/messages", folder="drafts").fields == ["folder"]

    @pytest.mark.rule("M-01")
    def test_each_decision_in_a_sentence(self, world, secretary):
        why = Decision(
            at=world.now, step="plan", verdict="suppress", rule="M-12", facts={"reason": "email_address_blocked"}
        )
        world.put(message("confirmed.email.apt_3.0", MessageState.SUPPRESSED, why=(why,)))
        (decision,) = secretary.get("/v1/messages/confirmed.email.apt_3.0")["why"]
        assert decision["explained"] == "Not sent: the email address bounced or complained before."
        assert decision["facts"] == {"reason": "email_address_blocked"}


@pytest.mark.rule("M-06")
class TestOnceMore:
    def test_a_message(self, world, secretary, booked):
        world.put(message(f"confirmed.email.{booked}.0", appointment_id=booked))
        answer = secretary.post(f"/v1/messages/confirmed.email.{booked}.0/resend")
        assert (answer.status, answer["id"]) == (201, f"confirmed.email.{booked}.r1-0")
        assert [d["explained"] for d in answer["why"]] == ["Sent again by staff.", "Planned."]
        assert require(world.store, message_ref(answer["id"])).state is MessageState.SCHEDULED

    def test_a_confirmation_by_the_channel_chosen(self, world, secretary, booked):
        path = f"/v1/appointments/{booked}/confirmation"
        by_email = secretary.post(path)
        assert (by_email.status, by_email["channel"], by_email["state"]) == (201, "email", "scheduled")
        by_sms = secretary.post(path, {"channel": "sms"})
        assert (by_sms.status, by_sms["code"]) == (409, "sms_turned_off")
        assert by_sms["remedy"] == "turn them on in the settings, or send it by email"

    def test_what_would_not_leave_is_refused(self, world, secretary, booked):
        secretary.post(f"/v1/appointments/{booked}/attendance", {"to": "cancelled_by_patient"})
        answer = secretary.post(f"/v1/appointments/{booked}/confirmation")
        assert (answer.status, answer["code"]) == (409, "appointment_in_another_state")
        world.now += timedelta(days=60)
        assert secretary.post("/v1/appointments/apt_none/confirmation").status == 404
        assert secretary.post("/v1/messages/none/resend").status == 404


@pytest.mark.rule("M-20")
def test_sending_begins_again_after_a_restore(world, secretary, admin):
    world.app.kept_contents = {}
    present = require(world.store, SETTINGS)
    held = present.messaging.with_(paused=True, restored_at=world.now)
    world.put(present.with_(messaging=held))
    assert admin.get("/v1/settings")["messaging"]["restored_at"] == "2026-03-02T07:00:00Z"
    lifted = admin.patch("/v1/settings", {"messaging": {"paused": False}}, version=2)
    assert (lifted.status, lifted["remedy"]) == (409, "begin again by POST /v1/sending/resume")
    assert admin.post("/v1/sending/resume")["code"] == "numbers_not_compared"
    assert secretary.post("/v1/sending/resume", {"numbers_compared": True}).status == 403
    done = admin.post("/v1/sending/resume", {"numbers_compared": True})
    assert (done.status, done.json) == (200, {"set_aside": [], "cursor": None})
    assert admin.get("/v1/settings")["messaging"]["paused"] is False

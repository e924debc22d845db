"""What SES reports of real hand-overs comes back through the stack: an offer that bounced frees its patient (M-12, W-10)."""

import pytest

from creneau.adapters.dynamodb.table import Table
from creneau.messaging.message import Channel, Kind, Message, MessageState
from creneau.shared.store import Put
from tests.support.small_clinic import SmallClinic
from tests.support.stack import until

pytestmark = [pytest.mark.engine, pytest.mark.rule("M-12")]


@pytest.mark.rule("W-10")
@pytest.mark.promise(19)
def test_an_offer_that_bounces_frees_its_patient_until_staff_mend_the_address(clinic: SmallClinic) -> None:
    run, staff = clinic.running, clinic.running.staff
    clinic.open(10)
    lost = clinic.person(email=f"bounce+{clinic.tag}@simulator.amazonses.com")
    first = clinic.book(lost, 10, "09:00", waits=True)
    second = clinic.book(clinic.person(), 10, "09:30", waits=True)
    slot = clinic.released()["slot_id"]
    clinic.grace()
    until(lambda: clinic.states(slot)[first["id"]] == "bounced", "the bounce to be recorded")
    run.rest()
    assert clinic.states(slot) == {first["id"]: "bounced", second["id"]: "sent"}
    assert clinic.waiting() == {first["id"]: None, second["id"]: clinic.round(slot)["id"]}
    bounced = [m for m in staff.listed("/messages", state="bounced") if m["patient_id"] == lost.id]
    assert [(m["kind"], m["why"][-1]["verdict"]) for m in bounced] == [("offer", "bounced")]
    told = [m["state"] for m in staff.listed(f"/appointments/{second['id']}/messages") if m["kind"] == "offer"]
    assert told == ["delivered"]
    patient = staff.get(f"/patients/{lost.id}")
    assert (patient["email_blocked"], patient["reachable_by_email"]) == (True, False)

    assert clinic.answer(second, "decline") == "Done: you keep your appointment"
    run.rest()
    assert [r["status"] for r in clinic.rounds(slot)] == ["closed"], "who can't be reached is not asked"

    mended = {key: patient[key] for key in ("first_name", "last_name", "language")}
    staff.put(f"/patients/{lost.id}", mended | {"email": f"found.{clinic.tag}@mail.example"}, patient["version"])
    run.rest()
    assert clinic.asked(slot) == [first["id"]], "and at once when they can"
    assert clinic.states(slot) == {first["id"]: "sent"}


@pytest.mark.parametrize(("number", "state"), [("+41791234567", "delivered"), ("+41791230000", "failed")])
def test_what_sns_logs_of_an_sms_is_recorded_on_it(clinic: SmallClinic, number: str, state: str) -> None:
    run, reader = clinic.running, clinic.person()
    provider_id = run.client("sns").publish(PhoneNumber=number, Message="Bonjour")["MessageId"]
    text = Message(
        id=f"custom.sms.{reader.id}.{clinic.tag}",
        channel=Channel.SMS,
        kind=Kind.CUSTOM,
        patient_id=reader.id,
        address=number,
        occurrence=clinic.tag,
        due_at=run.now(),
        created_at=run.now(),
        hand_overs=1,
        state=MessageState.SENT,
        provider_id=provider_id,
    )
    Table(run.client("dynamodb"), run.output("TableName")).commit([Put(text)])  # the log may have come before it
    until(lambda: run.staff.get(f"/messages/{text.id}")["state"] == state, f"the SMS to be {state}")

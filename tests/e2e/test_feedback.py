"""What SES reports of real hand-overs comes back through the stack: an offer that bounced frees its patient (M-12, W-10)."""

import pytest

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
    (delivered,) = staff.listed(f"/appointments/{second['id']}/messages")
    assert delivered["state"] == "delivered"
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

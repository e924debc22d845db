"""Emails as they leave: each signed once (G-01), those of a visit with its calendar file (M-13)."""

from datetime import timedelta
from email.message import EmailMessage

import pytest

from creneau.agenda.appointment import appointment_ref
from creneau.agenda.attendance import Attendance
from creneau.agenda.catalogue import patient_ref
from creneau.messaging.signature import Occasion, Signature, Signatures
from creneau.shared.store import require
from tests.support.calendar import event_of, method_of
from tests.support.post import Post, body

SIGNED = Signatures(
    default="Zora's <team>\nRue du Lac 12",
    others=(
        Signature(id="sig_a", title="A", text="Agenda Zora", agenda_ids=("agd_1",)),
        Signature(id="sig_k", title="K", text="Sorry, Zora", occasions=(Occasion.CANCELLED,)),
    ),
)


def sent(post: Post, message_id: str) -> EmailMessage:
    assert post.deliver(message_id).outcome == "sent"
    return post.mails()[-1]


def ends_with(mail: EmailMessage, signature: str) -> bool:
    return body(mail).replace("\r\n", "\n").rstrip().endswith(f"\n\n{signature}")


def files(mail: EmailMessage) -> list[tuple[str, bytes]]:
    """Calendar files: as an alternative, and attached."""
    parts = [p for p in mail.walk() if p.get_content_type() in ("text/calendar", "application/ics")]
    return [(p.get_content_type(), p.get_payload(decode=True)) for p in parts]  # type: ignore[misc]


@pytest.mark.rule("G-01")
@pytest.mark.parametrize("default", ["Zora's <team>\nRue du Lac 12", ""], ids=["set", "none"])
def test_an_email_ends_with_exactly_one_signature(post, default):
    post.patient()
    post.appointment()
    post.put(Signatures(default=default))
    mail = sent(post, post.planned())
    ending = default or "Cabinet du Lac"
    assert ends_with(mail, ending)
    assert body(mail).count("Zora") == body(mail, "html").count("Zora") == default.count("Zora")
    assert ("Zora&#39;s &lt;team&gt;<br>Rue du Lac 12" in body(mail, "html")) is bool(default)


@pytest.mark.rule("G-02", "G-03")
def test_the_one_that_applies_at_hand_over_signs(post):
    post.patient()
    post.appointment()
    confirmed = post.planned()
    post.put(SIGNED)
    assert ends_with(sent(post, confirmed), "Agenda Zora")
    post.attendance(Attendance.CANCELLED_BY_PATIENT)
    cancelled = sent(post, post.planned())
    assert ends_with(cancelled, "Sorry, Zora")
    assert body(cancelled).count("Zora") == 1


@pytest.mark.rule("G-01")
def test_offers_are_signed_too(post):
    round_id = post.offer(1)
    post.put(SIGNED)
    mail = sent(post, post.plan_offers(round_id).message_ids[0])
    assert ends_with(mail, "Agenda Zora")


@pytest.mark.rule("G-04")
def test_the_one_that_staff_picked_signs(post):
    post.patient()
    post.appointment()
    message_id = post.planned()
    post.put(SIGNED)
    post.edit_message(message_id, given={"signature_id": "sig_k"})
    assert ends_with(sent(post, message_id), "Sorry, Zora")


def test_signatures_cost_no_read_call_of_their_own(post):
    post.patient()
    post.appointment()
    message_id = post.planned()
    post.put(SIGNED)
    post.store.calls.clear()
    sent(post, message_id)
    assert [c for c in post.store.calls if c != "commit"] == ["snapshot", "get_many"]


@pytest.mark.rule("M-13")
def test_confirmations_carry_a_calendar_file_its_update_and_its_cancellation(post):
    post.patient()
    post.appointment()
    (kind, invited), (attached, file) = files(sent(post, post.planned()))
    assert (kind, attached, invited) == ("text/calendar", "application/ics", file)
    before = require(post.store, appointment_ref("apt_1"))
    later = {"start": before.start + timedelta(days=1), "end": before.end + timedelta(days=1), "sequence": 1}
    post.appointment("apt_2", moved_from="apt_1", **later)
    post.put(require(post.store, appointment_ref("apt_2")).with_(visit_id=before.visit_id, changes=1))
    update = files(sent(post, post.planned("apt_2")))[0][1]
    post.attendance(Attendance.CANCELLED_BY_PRACTITIONER, "apt_2")
    post.edit(appointment_ref("apt_2"), sequence=2)
    cancelled = files(sent(post, post.planned("apt_2")))[0][1]
    told = [invited, update, cancelled]
    assert [method_of(content) for content in told] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [event_of(content)["SEQUENCE"] for content in told] == [0, 1, 2]
    assert {event_of(content)["UID"] for content in told} == {f"{before.visit_id}@creneau"}
    assert event_of(update)["DTSTART"].dt == before.start + timedelta(days=1)
    assert event_of(cancelled)["STATUS"] == "CANCELLED"


@pytest.mark.rule("M-13")
def test_the_invitation_is_for_the_address_that_the_email_goes_to(post):
    post.patient()
    post.appointment()
    message_id = post.planned()
    post.edit(patient_ref("pat_1"), email="info@müller.example")
    mail = sent(post, message_id)
    assert event_of(files(mail)[0][1])["ATTENDEE"] == f"mailto:{mail['To']}" == "mailto:info@xn--mller-kva.example"


@pytest.mark.rule("M-13")
def test_an_offer_is_nothing_to_put_into_a_calendar(post):
    assert files(sent(post, post.plan_offers(post.offer(1)).message_ids[0])) == []

"""Which signature ends an email (G-01 to G-04)."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from creneau.agenda.appointment import Appointment
from creneau.agenda.attendance import Attendance
from creneau.messaging.message import Kind
from creneau.messaging.signature import Occasion, Signature, Signatures, signature_for
from creneau.shared.settings import BookingSettings, Settings

START = datetime(2027, 3, 2, 8, 30, tzinfo=UTC)
BY_HAND = Settings(booking=BookingSettings(manual_confirmation=True))


def appointment(attendance: Attendance = Attendance.BOOKED, **more) -> Appointment:
    return Appointment(
        id="apt_1",
        visit_id="vis_1",
        agenda_id="agd_1",
        practitioner_id="prc_1",
        location_id="loc_1",
        patient_id="pat_1",
        service_id="srv_1",
        start=START,
        end=START + timedelta(minutes=30),
        attendance=attendance,
        created_at=START,
        attendance_at=START,
        changed_at=START,
        **({"resource_ids": ("res_1", "res_2")} | more),
    )


def signature(text: str, **links) -> Signature:
    return Signature(id=f"sig_{text}", title=text, text=text, **links)


LINKS = {
    "agenda": {"agenda_ids": ("agd_1",)},
    "service": {"service_ids": ("srv_1",)},
    "resource": {"resource_ids": ("res_1",)},
}


def book(agenda: str = "", service: str = "", resource: str = "", *more: Signature) -> Signatures:
    """What each is linked to, `""`: to none, so that the default stands there."""
    texts = {"agenda": agenda, "service": service, "resource": resource}
    return Signatures(
        default="default", others=(*(signature(text, **LINKS[on]) for on, text in texts.items() if text), *more)
    )


@pytest.mark.rule("G-02")
@pytest.mark.parametrize(
    ("agenda", "service", "resource", "applies"), [("A", "", "", "A"), ("A", "B", "", "B"), ("A", "B", "C", "C")]
)
def test_the_rules_own_examples(agenda, service, resource, applies):
    assert signature_for(book(agenda, service, resource), Kind.CONFIRMED, appointment(), Settings()) == applies


@pytest.mark.rule("G-02")
@pytest.mark.parametrize("set_ones", list(product(("A", ""), ("B", ""), ("C", ""))))
def test_the_most_specific_of_all_that_are_set(set_ones):
    expected = next((text for text in reversed(set_ones) if text), "default")
    signatures = book(*set_ones)
    for order in (signatures.others, signatures.others[::-1]):
        shuffled = signatures.with_(others=order)
        assert signature_for(shuffled, Kind.MOVED, appointment(), Settings()) == expected


@pytest.mark.rule("G-02")
def test_the_first_resource_in_the_appointments_order_that_has_one():
    second, third = signature("R2", resource_ids=("res_2",)), signature("R3", resource_ids=("res_3",))
    signatures = book("A", "B", "", third, second)
    for resources, applies in (
        (("res_1", "res_2", "res_3"), "R2"),
        (("res_3", "res_2"), "R3"),
        (("res_1",), "B"),
        ((), "B"),
    ):
        told = signature_for(signatures, Kind.REMINDER, appointment(resource_ids=resources), Settings())
        assert told == applies


@pytest.mark.rule("G-02")
def test_what_is_linked_to_others_does_not_apply():
    others = signature("X", agenda_ids=("agd_2",), service_ids=("srv_2",), resource_ids=("res_9",))
    assert signature_for(book("", "", "", others), Kind.CONFIRMED, appointment(), Settings()) == "default"


@pytest.mark.rule("G-01", "G-02")
def test_an_email_about_no_appointment_has_the_default_one():
    assert signature_for(book("A", "B", "C"), Kind.VOUCHER, None, Settings()) == "default"
    assert signature_for(Signatures(), Kind.CONFIRMED, appointment(), Settings()) == ""


PENDING = signature("P", occasions=(Occasion.PENDING,))
CANCELLED = signature("K", occasions=(Occasion.CANCELLED,))


@pytest.mark.rule("G-03")
def test_awaiting_confirmation_outranks_what_it_is_linked_to():
    pending = appointment(Attendance.PENDING_CONFIRMATION)
    signatures = book("A", "B", "C", PENDING, CANCELLED)
    assert signature_for(signatures, Kind.RECEIVED, pending, BY_HAND) == "P"
    assert signature_for(signatures, Kind.CONFIRMED, appointment(), BY_HAND) == "C"
    assert signature_for(book("A"), Kind.RECEIVED, pending, BY_HAND) == "A", "where none is set for it"


@pytest.mark.rule("G-03")
def test_only_with_manual_confirmation_on():
    pending = appointment(Attendance.PENDING_CONFIRMATION)
    assert signature_for(book("A", "", "", PENDING), Kind.RECEIVED, pending, Settings()) == "A"


@pytest.mark.rule("G-03")
@pytest.mark.parametrize("settings", [Settings(), BY_HAND], ids=["at once", "by hand"])
@pytest.mark.parametrize("kind", [Kind.CANCELLED, Kind.REFUSED])
@pytest.mark.parametrize("by", [Attendance.CANCELLED_BY_PATIENT, Attendance.CANCELLED_BY_PRACTITIONER])
def test_cancelled_outranks_what_it_is_linked_to(by, kind, settings):
    assert signature_for(book("A", "B", "C", PENDING, CANCELLED), kind, appointment(by), settings) == "K"


@pytest.mark.rule("G-03")
@pytest.mark.parametrize("attendance", [Attendance.BOOKED, Attendance.ATTENDED, Attendance.MOVED])
def test_no_other_state_has_one_of_its_own(attendance):
    signatures = book("A", "B", "C", PENDING, CANCELLED)
    assert signature_for(signatures, Kind.CONFIRMED, appointment(attendance), BY_HAND) == "C"


@pytest.mark.rule("G-04")
def test_reviews_and_vouchers_have_their_own():
    reviews, vouchers = signature("RV", occasions=(Occasion.REVIEWS,)), signature("VO", occasions=(Occasion.VOUCHERS,))
    signatures, attended = book("A", "B", "C", reviews, vouchers), appointment(Attendance.ATTENDED)
    assert signature_for(signatures, Kind.REVIEW, attended, Settings()) == "RV"
    assert signature_for(signatures, Kind.VOUCHER, None, Settings()) == "VO"
    assert signature_for(signatures, Kind.CONFIRMED, appointment(), Settings()) == "C"
    assert signature_for(book("A", "B", "C"), Kind.REVIEW, attended, Settings()) == "C"


@pytest.mark.rule("G-04")
def test_the_one_that_was_picked_outranks_all():
    picked, reviews = signature("X"), signature("RV", occasions=(Occasion.REVIEWS,))
    signatures = book("A", "B", "C", reviews, picked, CANCELLED)
    for kind, attendance in (
        (Kind.REVIEW, Attendance.ATTENDED),
        (Kind.VOUCHER, Attendance.BOOKED),
        (Kind.CANCELLED, Attendance.CANCELLED_BY_PATIENT),
    ):
        told = signature_for(signatures, kind, appointment(attendance), Settings(), picked="sig_X")
        assert told == "X"


@pytest.mark.rule("G-04")
def test_a_picked_one_that_is_gone_leaves_the_choice_to_the_rules():
    assert signature_for(book("A"), Kind.CONFIRMED, appointment(), Settings(), picked="sig_gone") == "A"

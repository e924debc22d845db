"""Brings an offer into each of its states, as it comes there in life."""

from collections.abc import Callable
from datetime import timedelta

from creneau.agenda.attendance import Attendance
from creneau.shared.store import DecideOffer
from creneau.waitlist.round import ref_of
from tests.entry.patient_api.offered import Offered
from tests.support.world import ELSEWHERE


def is_open(offer: Offered) -> None:
    pass


def is_accepted(offer: Offered) -> None:
    offer.world.accept(offer.live)


def is_declined(offer: Offered) -> None:
    offer.world.decline(offer.live)


def is_taken(offer: Offered) -> None:
    offer.world.accept(offer.world.offers(offer.slot)[1])


def is_closed_by_the_clinic(offer: Offered) -> None:
    day = offer.world.day_of(offer.slot)
    offer.world.close("2026-03-20", day.availabilities[0].id)
    offer.world.rest()


def is_late(offer: Offered) -> None:
    offer.world.now = offer.world.round(offer.slot).expires_at


def is_expired(offer: Offered) -> None:
    offer.world.until(offer.world.round(offer.slot).expires_at + timedelta(minutes=3))


def is_moved_by_staff(offer: Offered) -> None:
    offer.world.move(offer.world.appointment(offer.live.appointment_id), "2026-04-06 14:00")
    offer.world.rest()


def is_cancelled(offer: Offered) -> None:
    own = offer.world.appointment(offer.live.appointment_id)
    offer.world.cancel(own, Attendance.CANCELLED_BY_PRACTITIONER)
    offer.world.rest()


def is_unticked(offer: Offered) -> None:
    offer.world.tick(offer.world.appointment(offer.live.appointment_id), wanted=False)
    offer.world.rest()


def is_bounced(offer: Offered) -> None:
    live, world = offer.live, offer.world
    world.store.commit([DecideOffer(ref_of(live.round_id), live.appointment_id, "bounced", world.now)])
    world.rest()


def has_a_clash(offer: Offered) -> None:
    """Booked elsewhere at the offered time since: only an answer finds out."""
    world = offer.world
    world.open("2026-03-20 08:00", "18:00", agenda_id=ELSEWHERE)
    world.book(offer.live.patient_id, "2026-03-20 09:00", agenda_id=ELSEWHERE)
    world.rest()


STATES: dict[Callable[[Offered], None], tuple[str, int]] = {
    is_open: ("open", 200),
    has_a_clash: ("open", 200),
    is_accepted: ("accepted", 200),
    is_declined: ("declined", 200),
    is_taken: ("superseded", 409),
    is_closed_by_the_clinic: ("superseded", 409),
    is_late: ("expired", 410),
    is_expired: ("expired", 410),
    is_moved_by_staff: ("withdrawn", 410),
    is_cancelled: ("withdrawn", 410),
    is_unticked: ("withdrawn", 410),
    is_bounced: ("bounced", 410),
}

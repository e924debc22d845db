"""What became of an offer: the one function that says why it can't win any more, asked by every answer and by settling."""

from datetime import datetime

from creneau.agenda.day import PractitionerDay
from creneau.agenda.diary import PatientDiary
from creneau.waitlist.round import MARGIN, Offer, OfferState, Round


def is_over(round: Round, now: datetime) -> bool:
    """Late enough that every answer that arrived in time has been decided (W-09)."""
    return now >= round.expires_at + MARGIN


def fate(round: Round, offer: Offer, day: PractitionerDay, diary: PatientDiary, now: datetime) -> OfferState:
    """`sent` while the offer can still win. All that it rests on never turns back: so old reads may be acted on."""
    if offer.state is not OfferState.SENT:
        return offer.state
    if not diary.is_locked_by(round.id, offer.appointment_id):
        return OfferState.WITHDRAWN
    release = day.release(round.slot, round.n)
    ended_at = release.ended_at if release else round.opened_at
    if ended_at is not None and ended_at < round.expires_at:
        return OfferState.SUPERSEDED
    if is_over(round, now):
        return OfferState.EXPIRED
    if ended_at is not None or day.availability_of(round.slot, offer.service_id) is None:
        return OfferState.SUPERSEDED
    return OfferState.SENT

"""How each state of an offer is told: which page, which status, which words."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from api.gateway import Response
from api.pages.page import page
from api.pages.words import words
from creneau.agenda.catalogue import Predefined
from creneau.shared.locale import day_and_time, deadline
from creneau.shared.settings import Clinic
from creneau.shared.time import local_date
from creneau.waitlist.answer import Outcome
from creneau.waitlist.offer_page import OfferPage, Standing

SAID_AS: dict[Outcome, tuple[str, int]] = {
    Outcome.OPEN: ("open", 200),
    Outcome.CLASH: ("open", 409),
    Outcome.ACCEPTED: ("accepted", 200),
    Outcome.DECLINED: ("declined", 200),
    Outcome.SUPERSEDED: ("superseded", 409),
    Outcome.EXPIRED: ("expired", 410),
    Outcome.TOO_LATE: ("expired", 410),
    Outcome.WITHDRAWN: ("withdrawn", 410),
    Outcome.BOUNCED: ("bounced", 410),
}

NOT_RECORDED = 422


def offer_page(
    offer: OfferPage, language: str, clinic: Clinic, now: datetime, *, nonce: str, notice: str = ""
) -> Response:
    """`notice`: a key of what an answer lacked, said only where it can still be given."""
    state, status = SAID_AS[offer.outcome]
    if offer.outcome is Outcome.CLASH:
        notice = "clash"
    elif state == "open" and notice:
        status = NOT_RECORDED
    values = _told(offer, language, clinic, now)
    if state == "open":
        return page("open.html", status, language, offer.clinic, values | {"nonce": nonce, "notice": notice})
    return page("state.html", status, language, offer.clinic, values | {"state": state})


def _told(offer: OfferPage, language: str, clinic: Clinic, now: datetime) -> dict[str, Any]:
    def brief(instant: datetime, said: Callable[..., str] = day_and_time) -> str:
        """The year only where it is not this one."""
        this_year = local_date(instant, clinic.zone).year == local_date(now, clinic.zone).year
        return said(instant, clinic.zone, language, clinic.country, year=not this_year)

    def whole(instant: datetime) -> str:
        text = day_and_time(instant, clinic.zone, language, clinic.country)
        return text[0].upper() + text[1:]

    return {
        "offer": offer,
        "place": _place(offer, language),
        "offered": brief(offer.offered_start),
        "offered_whole": whole(offer.offered_start),
        "own": brief(offer.own_start),
        "before": brief(offer.answer_before, deadline),
        "present": brief(offer.present_start),
        "present_whole": whole(offer.present_start),
        "stands": offer.standing in (Standing.AS_LEFT, Standing.CHANGED),
        "as_left": offer.standing is Standing.AS_LEFT,
        "accepted": offer.outcome is Outcome.ACCEPTED,
    }


def _place(offer: OfferPage, language: str) -> tuple[str, ...]:
    """A home visit names no address: the page may be read by somebody else."""
    if offer.mode in (Predefined.TELECONSULTATION, Predefined.HOME_VISIT):
        return (words(language)[f"place.{offer.mode}"],)
    return offer.location

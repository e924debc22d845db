"""An offer behind its secret link: GET shows how things stand and changes nothing, POST answers (W-06, W-07)."""

from api.framed import Noted
from api.gateway import Request, Response
from api.pages.offer import offer_page
from api.patient.arrival import arrived_at
from api.patient.form import offer_form
from api.patient.language import language_asked
from creneau.shared.link import Read
from creneau.waitlist.answer import OfferSeen, Outcome
from creneau.waitlist.offer_page import OfferLink
from creneau.wiring import App

UNRECORDED = frozenset({Outcome.CLASH, Outcome.TOO_LATE})
"""Outcomes that only the answer itself can be told: the others are there to be read again."""

LACKING = {Read.IN_TIME: "choose", Read.TOO_SOON: "soon", Read.TOO_LATE: "late", Read.UNSEEN: "again"}
"""What an answer that is not taken is asked for."""


def show(request: Request, token: str, app: App, noted: Noted) -> Response:
    return _as_it_stands(request, _opened(token, app, noted), app, noted)


def answer(request: Request, token: str, app: App, noted: Noted) -> Response:
    """A page that was shown, and a choice: without both the page comes again, and nothing changes.

    What was recorded is shown by a GET, so that a reload reads instead of sending again.
    """
    link, form, now = _opened(token, app, noted), offer_form(request), app.clock()
    read = link.read(form.nonce, now)
    if form.answer is None or read is not Read.IN_TIME:
        return _as_it_stands(request, link, app, noted, form.nonce, LACKING[read])
    arrived = arrived_at(request.reached_at, now)
    seen = app.answer_offer(link.round_id, link.appointment_id, form.answer, arrived)
    noted |= {"answer": form.answer.value, "outcome": seen.outcome.value}
    if seen.outcome in UNRECORDED:
        return _told(request, link, seen, app, form.nonce)
    asked = language_asked(request)
    return Response(303, "", {"Location": f"{token}?lang={asked}" if asked else token})


def _opened(token: str, app: App, noted: Noted) -> OfferLink:
    link = app.open_offer_link(token)
    noted |= {"round_id": link.round_id, "appointment_id": link.appointment_id}
    return link


def _as_it_stands(
    request: Request, link: OfferLink, app: App, noted: Noted, sent: str = "", notice: str = ""
) -> Response:
    seen = app.show_offer(link.round_id, link.appointment_id)
    noted["outcome"] = seen.outcome.value
    return _told(request, link, seen, app, sent, notice)


def _told(request: Request, link: OfferLink, seen: OfferSeen, app: App, sent: str = "", notice: str = "") -> Response:
    offer, now = app.read_offer_page(seen), app.clock()
    language = language_asked(request) or offer.language
    return offer_page(offer, language, app.clinic, now, nonce=link.nonce(now, sent), notice=notice)

"""Which page a patient's request is for; what is none of ours is told as a page too, and looks like a forgotten link."""

import re
from dataclasses import replace

from api.errors import WrongMethod, as_domain_error, status_of
from api.framed import Noted
from api.gateway import Request, Response
from api.pages.plain import method_page, trouble_page, unknown_page
from api.patient import offer, opt_out, pay
from api.patient.language import language_asked
from creneau.shared.errors import NotFound
from creneau.shared.link import TOKEN_LENGTH
from creneau.shared.settings import Settings
from creneau.waitlist.offer_page import ClinicFacts, facts_of
from creneau.wiring import App

_TOKEN = re.compile(rf"[A-Za-z0-9_-]{{{TOKEN_LENGTH}}}", re.ASCII)
_BESIDE = re.compile(rf"done|left|[A-Za-z0-9_-]{{{TOKEN_LENGTH}}}/[A-Za-z0-9_]{{1,60}}", re.ASCII)
PAGES = {"o": (offer.show, offer.answer), "u": (opt_out.show, opt_out.answer), "p": (pay.show, pay.answer)}
"""What the first letter of a link's path opens: how it is shown, how it is answered."""

METHODS = ("GET", "HEAD", "POST")


def respond(request: Request, app: App, noted: Noted) -> Response:
    """Raises NotFound and WrongMethod. A malformed token costs the one read that an unknown one costs; so does a link that
    was cut before its token."""
    _, first, *rest = [*request.path.split("/", 2), ""]
    show, answer = PAGES.get(first, PAGES["o"])
    noted["route"] = f"/{first if first in PAGES else 'o'}/{{token}}"
    if request.method not in METHODS:
        raise WrongMethod("a page is shown and answered", code="method", remedy=f"use {', '.join(METHODS)}")
    if first == "p" and _BESIDE.fullmatch(rest[0]) and (found := pay.beside(request, rest[0], app, noted)):
        return _as_asked(found, request)
    token = rest[0] if first in PAGES and _TOKEN.fullmatch(rest[0]) else ""
    does = answer if request.method == "POST" else show
    return _as_asked(does(request, token, app, noted), request)


def told(error: Exception, request: Request, app: App) -> Response:
    """The page of an error."""
    return _as_asked(_told(error, request, app), request)


def _as_asked(response: Response, request: Request) -> Response:
    return replace(response, body="") if request.method == "HEAD" else response


def _told(error: Exception, request: Request, app: App) -> Response:
    clinic = _facts(app)
    language = language_asked(request) or clinic.language
    match error:
        case NotFound():
            return unknown_page(language, clinic)
        case WrongMethod():
            return method_page(language, clinic)
        case _:
            return trouble_page(language, clinic, status_of(as_domain_error(error)))


def _facts(app: App) -> ClinicFacts:
    """Without its telephone while the table can't be read."""
    try:
        return app.read_clinic_facts()
    except Exception:  # noqa: BLE001 - the page of an error must not fail by the same error
        return facts_of(app.clinic, Settings(), None)

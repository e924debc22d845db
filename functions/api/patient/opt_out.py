"""The end of messages that are not about appointments: GET shows and changes nothing, POST ends them (M-14)."""

from api.framed import Noted
from api.gateway import Request, Response
from api.pages.opt_out import opt_out_page
from api.patient.form import is_one_click, opt_out_form
from api.patient.language import language_asked
from creneau.messaging.opt_out import OptOutPage
from creneau.shared.link import Read, next_nonce, read
from creneau.wiring import App


def show(request: Request, token: str, app: App, noted: Noted) -> Response:
    return _told(request, _opened(token, app, noted), app)


def answer(request: Request, token: str, app: App, noted: Noted) -> Response:
    """By a mail program that its reader told to (RFC 8058), which has no page and is not redirected; else by a page that
    was shown, and ticked."""
    page = _opened(token, app, noted)
    if is_one_click(request):
        app.opt_out(page.patient_id)
        noted["outcome"] = "one_click"
        return _told(request, page.with_(ended=True), app)
    form = opt_out_form(request)
    if page.ended:
        return _told(request, page, app)
    in_time = read(page.link, form.nonce, app.clock()) is Read.IN_TIME
    if not (form.wanted and in_time):
        return _told(request, page, app, form.nonce, "again" if form.wanted else "tick")
    app.opt_out(page.patient_id)
    noted["outcome"] = "opted_out"
    asked = language_asked(request)
    return Response(303, "", {"Location": f"{token}?lang={asked}" if asked else token})


def _opened(token: str, app: App, noted: Noted) -> OptOutPage:
    page = app.open_opt_out(token)
    noted["patient_id"] = page.patient_id
    return page


def _told(request: Request, page: OptOutPage, app: App, sent: str = "", notice: str = "") -> Response:
    nonce = next_nonce(page.link, sent, app.clock())
    return opt_out_page(
        page, language_asked(request) or page.language, app.read_clinic_facts(), nonce=nonce, notice=notice
    )

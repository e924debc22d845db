"""What a payer owes, behind their secret link: GET shows it and changes nothing, POST pays or promises (C-05, D-08)."""

from api.framed import Noted
from api.gateway import Request, Response
from api.pages.pay import RETURNED, go_page, pay_page, returned_page
from api.patient.form import PayForm, pay_form
from api.patient.language import language_asked
from creneau.billing.documents.document import Printed
from creneau.billing.online.pay_page import PayPage
from creneau.shared.errors import Busy, Invalid, NotFound, Refused
from creneau.shared.link import Read, next_nonce, read
from creneau.shared.time import local_date
from creneau.wiring import App

LACKING = {Read.TOO_SOON: "soon", Read.TOO_LATE: "late", Read.UNSEEN: "again"}
ALREADY_SO = "nothing_owed"


def show(request: Request, token: str, app: App, noted: Noted) -> Response:
    return _told(request, token, _opened(token, app, noted), app)


def answer(request: Request, token: str, app: App, noted: Noted) -> Response:
    """A page that was shown, and what to do: without both the page comes again, and nothing changes."""
    page, form = _opened(token, app, noted), pay_form(request)
    seen = read(page.link, form.nonce, app.clock())
    lacks = "choose" if not (form.pay or form.says) else LACKING.get(seen, "")
    if lacks:
        return _told(request, token, page, app, form.nonce, lacks)
    try:
        return (
            _paying(request, form, page, app, noted) if form.pay else _promised(request, token, form, page, app, noted)
        )
    except Invalid:
        return _told(request, token, page, app, form.nonce, "date")
    except (Refused, Busy) as refusal:
        noted["code"] = refusal.code
        page = _opened(token, app, noted)
        notice = "" if refusal.code == ALREADY_SO else refusal.code
        return _told(request, token, page, app, form.nonce, notice)


def returned(request: Request, where: str, app: App, noted: Noted) -> Response:
    noted["route"] = f"/p/{where}"
    clinic = app.read_clinic_facts()
    return returned_page(where, language_asked(request) or clinic.language, clinic)


def document(request: Request, token: str, invoice_id: str, app: App, noted: Noted) -> Response:
    """The PDF of one of the payer's own: an address that opens it for some minutes."""
    noted["route"] = "/p/{token}/{invoice_id}"
    invoice = app.open_pay_page.document(token, invoice_id)
    noted["invoice_id"] = invoice.id
    return Response(303, "", {"Location": app.open_document(invoice, Printed.INVOICE).url})


def beside(request: Request, rest: str, app: App, noted: Noted) -> Response | None:
    """What else is under `/p/`: the pages without a secret, and documents."""
    token, _, more = rest.partition("/")
    if rest in RETURNED:
        return returned(request, rest, app, noted)
    return document(request, token, more, app, noted) if more else None


def _paying(request: Request, form: PayForm, page: PayPage, app: App, noted: Noted) -> Response:
    clinic = app.read_clinic_facts()
    language = language_asked(request) or page.language
    if not app.pays_online:
        raise NotFound("nothing is paid online", code="not_online", remedy="pay by transfer")
    base = app.environment.get("PUBLIC_BASE_URL", "").rstrip("/") or f"https://{request.headers.get('host', '')}"
    checkout = app.start_checkout(page.payer_key, form.pay, clinic.name, f"{base}/p", language)
    noted |= {"checkout_id": checkout.id, "outcome": "checkout"}
    if not checkout.url.startswith(f"{app.checkout_origin}/"):
        return go_page(checkout.url, language, clinic)
    return Response(303, "", {"Location": checkout.url})


def _promised(request: Request, token: str, form: PayForm, page: PayPage, app: App, noted: Noted) -> Response:
    if form.says and page.totals:
        app.promise(page.payer_key, form.says, form.on)
        noted["outcome"] = form.says.value
    asked = language_asked(request)
    return Response(303, "", {"Location": f"{token}?lang={asked}" if asked else token})


def _opened(token: str, app: App, noted: Noted) -> PayPage:
    page = app.open_pay_page(token)
    noted["payer_key"] = page.payer_key
    return page


def _told(request: Request, token: str, page: PayPage, app: App, sent: str = "", notice: str = "") -> Response:
    now = app.clock()
    return pay_page(
        page,
        language_asked(request) or page.language,
        app.read_clinic_facts(),
        local_date(now, app.clinic.zone),
        token,
        nonce=next_nonce(page.link, sent, now),
        notice=notice,
        checkout=app.checkout_origin if app.pays_online else "",
    )

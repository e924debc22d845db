"""The staff API's one function: who asks, which route, its answer or its problem."""

from api.errors import problem
from api.framed import Noted, answering
from api.gateway import Request, Response
from api.staff import (
    absences,
    agendas,
    appointments,
    clinic,
    custom_sms,
    messages,
    patients,
    reminders,
    sending,
    signatures,
    sms,
    templates,
    vouchers,
    waitlist,
)
from api.staff.billing import (
    accounts,
    automatic,
    bank_files,
    checkouts,
    consultations,
    documents,
    drafts,
    dues,
    finalise,
    invoices,
    issuers,
    logo,
    not_invoiced,
    packages,
    payer_records,
    payment_reminders,
    payments,
    recap,
    reminder_templates,
    revenue,
    runs,
    send_invoices,
    tasks,
)
from api.staff.catalogue import shelves as catalogue
from api.staff.routing import ID, Call, Route, call, find
from api.staff.settings import whole as settings
from api.staff.signed_in import actor_of
from creneau.entry import logger
from creneau.wiring import App

MODULES = (
    clinic,
    settings,
    catalogue,
    agendas,
    appointments,
    absences,
    patients,
    waitlist,
    messages,
    reminders,
    sending,
    signatures,
    templates,
    issuers,
    consultations,
    not_invoiced,
    recap,
    invoices,
    drafts,
    finalise,
    send_invoices,
    payments,
    payment_reminders,
    reminder_templates,
    payer_records,
    checkouts,
    documents,
    logo,
    accounts,
    dues,
    packages,
    tasks,
    revenue,
    bank_files,
    automatic,
    runs,
    sms,
    custom_sms,
    vouchers,
)
ROUTES: list[Route] = [route for module in MODULES for route in module.routes.all]


@answering
def handler(request: Request, app: App, noted: Noted) -> Response:
    try:
        actor = actor_of(request.claims, app)
        noted["actor"] = actor.id
        route, path = find(ROUTES, request)
        noted |= {"route": route.path, **{name: value for name, value in path.items() if ID.fullmatch(value)}}
        return call(route, Call(app, route, request, actor, path))
    except Exception as error:  # noqa: BLE001 - whatever it was, the caller gets a problem document
        answer = problem(error, request.id)
        if answer.status == 500:
            logger.exception("failed", extra=noted)
        return answer

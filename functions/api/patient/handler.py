"""The patient API's one function: the page that a secret link opens, whatever happens."""

from api.framed import Noted, answering
from api.gateway import Request, Response
from api.patient.routing import respond, told
from creneau.entry import logger
from creneau.shared.errors import DomainError
from creneau.wiring import App


@answering
def handler(request: Request, app: App, noted: Noted) -> Response:
    try:
        return respond(request, app, noted)
    except DomainError as refusal:
        noted["code"] = refusal.code
        return told(refusal, request, app)
    except Exception as error:  # noqa: BLE001 - whatever it was, the patient gets a page
        logger.exception("failed", extra=noted)
        return told(error, request, app)

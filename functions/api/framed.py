"""What every API function does around its answer: the envelope, and one line in the log with ids only."""

import time
from collections.abc import Callable
from typing import Any

from api.gateway import Request, Response, envelope, request_of
from creneau import wiring
from creneau.entry import logger

Noted = dict[str, Any]
"""What may be logged: ids, and the route as declared. Never the path as sent, a body, a name or a token."""


def answering(respond: Callable[[Request, wiring.App, Noted], Response]) -> Callable[[Any, Any], dict[str, Any]]:
    """A Lambda handler of a function that answers every request, errors included, and notes what may be logged."""

    def handler(event: Any, context: Any) -> dict[str, Any]:
        began = time.perf_counter()
        logger.clear_state()
        request = request_of(event)
        noted: Noted = {"request": getattr(context, "aws_request_id", None), "api_request": request.id}
        response = respond(request, wiring.app(), noted)
        ms = round((time.perf_counter() - began) * 1000, 1)
        logger.info("answered", extra={"method": request.method, "status": response.status, "ms": ms, **noted})
        return envelope(response)

    return handler

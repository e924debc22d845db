"""Pages that are about no offer: a link that opens nothing, a request that can't be, trouble of ours."""

from api.gateway import Response
from api.pages.page import page
from creneau.waitlist.offer_page import ClinicFacts


def unknown_page(language: str, clinic: ClinicFacts) -> Response:
    """The same for every link that opens nothing, whatever the reason (P-02)."""
    return page("plain.html", 404, language, clinic, {"state": "unknown"})


def method_page(language: str, clinic: ClinicFacts) -> Response:
    response = page("plain.html", 405, language, clinic, {"state": "method"})
    return Response(response.status, response.body, {**response.headers, "Allow": "GET, HEAD, POST"})


def trouble_page(language: str, clinic: ClinicFacts, status: int) -> Response:
    response = page("plain.html", status, language, clinic, {"state": "trouble"})
    return Response(response.status, response.body, {**response.headers, "Retry-After": "5"})

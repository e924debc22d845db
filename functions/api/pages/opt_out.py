"""The page that ends messages which are not about appointments, and the one that says that they have ended."""

from api.gateway import Response
from api.pages.page import page
from creneau.messaging.opt_out import OptOutPage
from creneau.waitlist.offer_page import ClinicFacts

NOT_RECORDED = 422


def opt_out_page(told: OptOutPage, language: str, clinic: ClinicFacts, *, nonce: str, notice: str = "") -> Response:
    """`notice`: a key of what a request to end them lacked."""
    if told.ended:
        return page("plain.html", 200, language, clinic, {"state": "opted_out"})
    status = NOT_RECORDED if notice else 200
    return page("opt_out.html", status, language, clinic, {"nonce": nonce, "notice": notice})

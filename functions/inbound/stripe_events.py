"""What Stripe tells of payments: anew read there, booked, marked, or known already (C-05)."""

from api.framed import Noted, answering
from api.gateway import Request, Response
from creneau.wiring import App

SIGNATURE = "stripe-signature"


@answering
def handler(request: Request, app: App, noted: Noted) -> Response:
    """What raises is a 500, and comes again: Stripe repeats for three days."""
    noted["route"] = "/webhooks/stripe"
    told = app.told_by_stripe(request.headers.get(SIGNATURE, ""), request.body)
    if told is None:
        return Response(400)
    heard = app.hear_stripe(told)
    noted |= {"about": told.about, "checkout_id": told.checkout_id, "outcome": heard.outcome}
    return Response(200)

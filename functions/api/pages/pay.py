"""How what a payer owes is told: sums and days in words, the ways to pay, what they promised."""

from datetime import date, timedelta
from typing import Any

from markupsafe import Markup

from api.gateway import Response
from api.pages.page import page
from api.pages.words import say
from creneau.billing.documents.payment_code import code_for_screen
from creneau.billing.online.pay_page import OfIssuer, PayPage
from creneau.billing.online.transfer import Transfer
from creneau.billing.owed import OwedItem, OwedKind
from creneau.billing.promise import LONG_AGO, LONGEST
from creneau.shared.locale import date_in_digits, money
from creneau.shared.money import Money
from creneau.waitlist.offer_page import ClinicFacts

REFUSED = {"payment_under_way": 409, "not_payable_online": 409, "stripe_not_reached": 503, "busy": 503}
NOT_RECORDED = 422
RETURNED = ("done", "left")
"""Where Stripe sends the payer back to: after the payment, or without it."""


def pay_page(
    told: PayPage,
    language: str,
    clinic: ClinicFacts,
    today: date,
    token: str,
    *,
    nonce: str,
    notice: str = "",
    checkout: str = "",
) -> Response:
    """`checkout` is the origin of Stripe's pages, empty: nothing is paid online. `notice`: why a request led to nothing."""
    if not told.totals:
        return page("plain.html", 200, language, clinic, {"state": "nothing_owed"})
    say_money = _Money(language, clinic.country)
    values: dict[str, Any] = {
        "notice": notice,
        "nonce": nonce,
        "totals": " + ".join(say_money(amount, currency) for currency, amount in told.totals.items()),
        "noted": _noted(told, language, clinic),
        "online": [(c, say_money(amount, c)) for c, amount in told.totals.items()] if checkout else [],
        "issuers": [_issuer(issuer, language, clinic, token) for issuer in told.issuers],
        "open": not checkout and sum(len(i.transfers) for i in told.issuers) == 1,
        "first": (today - LONG_AGO + timedelta(days=1)).isoformat(),
        "last": (today + LONGEST).isoformat(),
    }
    status = REFUSED.get(notice, NOT_RECORDED) if notice else 200
    return page("pay.html", status, language, clinic, values, (checkout,) if checkout else ())


def returned_page(where: str, language: str, clinic: ClinicFacts) -> Response:
    """About nobody: it has no secret."""
    return page("plain.html", 200, language, clinic, {"state": f"pay_{where}"})


def go_page(url: str, language: str, clinic: ClinicFacts) -> Response:
    """To a payment page where a form of ours may not lead by itself."""
    return page("pay_go.html", 200, language, clinic, {"url": url})


class _Money:
    def __init__(self, language: str, country: str) -> None:
        self.language, self.country = language, country

    def __call__(self, amount: int, currency: str) -> str:
        return money(Money(amount=amount, currency=currency), self.language, self.country)


def _noted(told: PayPage, language: str, clinic: ClinicFacts) -> str:
    if told.paused_until is None or told.paused_because not in ("pays_on", "already_paid", "not_mine"):
        return ""
    until = date_in_digits(told.paused_until, language, clinic.country)
    return say(language, f"pay.noted.{told.paused_because}", until=until)


def _issuer(issuer: OfIssuer, language: str, clinic: ClinicFacts, token: str) -> dict[str, Any]:
    return {
        "name": issuer.name,
        "owed": [_item(item, language, clinic, token) for item in issuer.items],
        "transfers": [_transfer(way, language, clinic) for way in issuer.transfers],
    }


def _item(item: OwedItem, language: str, clinic: ClinicFacts, token: str) -> dict[str, Any]:
    """An invoice by its number, anything else by its day only: others may look on."""
    invoice = item.kind is OwedKind.INVOICE
    on = date_in_digits(item.on, language, clinic.country)
    due = date_in_digits(item.due_on, language, clinic.country) if item.due_on else ""
    return {
        "what": say(language, "pay.invoice" if invoice else "pay.service", number=item.text, on=on),
        "due": say(language, "pay.due", on=due) if due else "",
        "document": f"{token}/{item.id}" if invoice else "",
        "amount": _Money(language, clinic.country)(item.amount, item.currency),
    }


def _transfer(way: Transfer, language: str, clinic: ClinicFacts) -> dict[str, Any]:
    amount = _Money(language, clinic.country)(way.amount, way.currency)
    named = say(language, "pay.transfer_of", invoice=way.invoice, amount=amount)
    facts = [
        (say(language, "pay.holder"), way.holder),
        ("IBAN", way.iban),
        ("BIC", way.bic),
        (say(language, "pay.reference"), way.reference),
        (say(language, "pay.amount"), amount),
    ]
    drawn = code_for_screen(way.code, way.swiss) if way.code else ""
    return {
        "heading": named if way.invoice else say(language, "pay.transfer", amount=amount),
        "code": Markup(drawn),  # noqa: S704 - drawn by us: shapes, no text
        "facts": [(name, value) for name, value in facts if value],
    }

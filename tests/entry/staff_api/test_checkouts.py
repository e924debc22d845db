"""Staff see what payers set out to pay online, and what came of it (C-05)."""

from datetime import date, timedelta
from typing import Any

import pytest

from creneau.billing.online.checkout import Checkout, CheckoutItem, CheckoutState
from creneau.billing.owed import OwedKind
from tests.support.staff_api import Staff
from tests.support.world import World

pytestmark = pytest.mark.rule("C-05")


def test_a_payers_sessions_are_listed_newest_first(world: World) -> None:
    item = CheckoutItem(kind=OwedKind.INVOICE, id="inv_1", amount=12_050)
    same: dict[str, Any] = {
        "payer_key": "patient.pat_1",
        "currency": "CHF",
        "total": 12_050,
        "items": (item,),
        "language": "fr",
    }
    asked: dict[str, Any] = {"title": "Cabinet du Lac", "back": "https://rdv.example.ch/p"}
    came: dict[str, Any] = {"state": CheckoutState.PAID, "paid_on": date(2026, 3, 20), "received": 12_050, "excess": 50}
    both: tuple[dict[str, Any], ...] = ({}, came)
    for n, more in enumerate(both):
        at = world.now + timedelta(minutes=n)
        world.put(Checkout(id=f"chk_{n}", created_at=at, expires_at=at, **same, **asked, **more))
    found = Staff(world, roles=("billing",)).get("/v1/payers/patient.pat_1/checkouts")["items"]
    assert [(c["id"], c["state"], c["received"], c["excess"]) for c in found] == [
        ("chk_1", "paid", 12_050, 50),
        ("chk_0", "creating", 0, 0),
    ]
    assert found[0]["items"] == [{"kind": "invoice", "id": "inv_1", "amount": 12_050}]
    assert "url" not in found[0], "whoever has it can pay, and see what for"


def test_payers_are_not_a_practitioners(world: World) -> None:
    refused = Staff(world, roles=("practitioner",)).get("/v1/payers/patient.pat_1/checkouts")
    assert refused.status == 403

"""What staff do in a small clinic's books: drafts, final documents, payments, credit notes, sendings."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from creneau.billing.asked import Asked
from creneau.billing.documents.document import Printed
from creneau.billing.drafts import prefix_of
from creneau.billing.payment import Method, Paid
from creneau.billing.recap import Grouping
from creneau.shared.errors import NotFound
from creneau.shared.settings import Settings
from creneau.wiring import App
from tests.faults.cloud import Cloud
from tests.faults.explore import Scenario
from tests.support.books import BILLER, Books
from tests.support.world import World

BATCH, LONG, SHORT = "bat_1", "inv_1_0000", "inv_1_0001"
"""The drafts of the batch: one that is taken in chunks, one that is not."""


def consulted(cloud: Cloud) -> None:
    """Three consultations of one patient, one of another: `AT_ONCE` is two here."""
    world = World()
    world.put(Settings())
    books = Books(world.store).open()
    world.now = books.now
    for n in (1, 2, 3):
        books.consultation(n)
    books.consultation(1, "pat_2")
    cloud.load(world)


ASKED = Asked(consultation_ids=("bil_1_0001", "bil_1_0002", "bil_1_0003", "bil_2_0001"), grouping=Grouping.PER_PAYER)


def draft(app: App) -> Any:
    """The digest is that of the recap which was confirmed, however often the request is repeated."""
    digest = app.plan_invoices(ASKED, BILLER, prefix_of(BATCH)).digest
    return app.make_drafts(BATCH, ASKED, digest, BILLER).invoice_ids


def delete(app: App) -> Any:
    with suppress(NotFound):  # asked again after the answer was lost
        app.delete_draft(LONG)


def finalise(app: App) -> Any:
    return [app.finalise(id).digest for id in (LONG, SHORT)]


def pay(app: App) -> Any:
    on = date(2027, 3, 15)
    for id, amount in (("pay_1", 12_000), ("pay_2", 150), ("pay_3", 24_000)):
        app.record_payment(id, LONG, Paid(amount=amount, currency="CHF", method=Method.CARD, paid_on=on), BILLER)
    app.cancel_payment("pay_2")


def credit(app: App) -> Any:
    note = app.draft_credit("inv_note", SHORT, None, "", BILLER)
    return app.finalise(note.id).digest


def send(app: App) -> Any:
    return app.send_invoice(LONG, BILLER).id


def look(app: App) -> Any:
    """A preview, drawn with a logo that came and went."""
    app.logo.put(b"logo")
    app.drawer(SHORT, Printed.INVOICE)
    app.logo.remove()


def _after(given: Callable[[Cloud], None], act: Callable[[App], Any]) -> Callable[[Cloud], None]:
    def then(cloud: Cloud) -> None:
        given(cloud)
        act(cloud.app)
        cloud.rest(timedelta(minutes=2))

    return then


DRAFTED = _after(consulted, draft)
FINAL = _after(DRAFTED, finalise)

SCENARIOS = [
    Scenario("draft", consulted, draft),
    Scenario("delete_draft", DRAFTED, delete),
    Scenario("finalise", DRAFTED, finalise),
    Scenario("pay", FINAL, pay),
    Scenario("credit", FINAL, credit),
    Scenario("send", FINAL, send),
    Scenario("look", DRAFTED, look, timedelta(minutes=2)),
]

"""Draws an invoice, credit note or receipt into the content bucket; whoever calls it waits for the key."""

from creneau.billing.documents.document import Printed
from creneau.billing.documents.ports import Drawn
from creneau.entry import task
from creneau.shared.model import Value
from creneau.wiring import App


class DrawAsked(Value, frozen=True, kw_only=True):
    invoice_id: str
    kind: Printed = Printed.INVOICE


@task(DrawAsked)
def handler(asked: DrawAsked, app: App) -> Drawn:
    return app.draw_document(asked.invoice_id, asked.kind)

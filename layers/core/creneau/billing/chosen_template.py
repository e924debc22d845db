"""The invoice template that somebody chose: there, or refused with its field (B-10)."""

from creneau.billing.issuer import InvoiceTemplate, invoice_template_ref
from creneau.shared.errors import invalid
from creneau.shared.store import Store


def check_template(store: Store, template_id: str | None) -> None:
    """Invalid when there is no such template; None is none."""
    if template_id is not None:
        found(store.get(invoice_template_ref(template_id)))


def found(template: InvoiceTemplate | None) -> InvoiceTemplate:
    if template is None:
        raise invalid("template_id", "there is no such invoice template", "use an id as listed, or null for none")
    return template

"""What the fields of an invoice's message stand for: its number, dates and sums, as they are now."""

from datetime import date, datetime, time

from creneau.messaging.ports import InvoiceSeen
from creneau.messaging.said import Said
from creneau.messaging.wording.blocks import Box, Row, Values
from creneau.messaging.words import one_line
from creneau.shared.time import from_local


def invoice_values(invoice: InvoiceSeen, said: Said) -> Values:
    """What was invoiced is in the PDF and nowhere else. What is still owed is told where it is another sum than the total;
    a credit note owes nothing."""
    total, balance = said.speech.money(invoice.total), said.speech.money(invoice.balance)
    owed = not invoice.is_credit_note and invoice.balance.amount > 0
    texts = {
        "invoice.number": one_line(invoice.number),
        "invoice.issued_on": day_in_words(invoice.issued_on, said),
        "invoice.due_on": day_in_words(invoice.due_on, said) if owed else "",
        "invoice.total": total,
        "invoice.balance": balance,
        "issuer.name": one_line(invoice.issuer_name),
    }
    label = said.labels
    rows = (
        (label["issuer"], texts["issuer.name"]),
        (label["issued"], texts["invoice.issued_on"]),
        (label["total"], total),
        (label["balance"], "" if invoice.is_credit_note or invoice.balance == invoice.total else balance),
        (label["due"], texts["invoice.due_on"]),
    )
    details = Box(
        when=texts["invoice.number"],
        rows=(*(Row(label=name, lines=(text,)) for name, text in rows if text), *files_row(said)),
    )
    due = f", {label['due']} {texts['invoice.due_on']}" if texts["invoice.due_on"] else ""
    preheader = total + due
    return Values(language=said.speech.language, texts=texts, blocks={"invoice.details": details}, preheader=preheader)


def files_row(said: Said) -> tuple[Row, ...]:
    """Where the PDFs are that the email does not carry: on the page that its link opens."""
    here = "files" in said.links
    return (Row(label=said.labels["files"], lines=(said.labels["files_at"],)),) if here else ()


def day_in_words(day: date | None, said: Said) -> str:
    """Empty where there is no day."""
    return said.speech.date(from_local(datetime.combine(day, time(12)), said.clinic.zone)) if day else ""

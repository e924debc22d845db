"""What the fields about a payer's money stand for: what is owed, of which invoices, and the link to pay it by. Nothing is
told of what it was for: the PDF says that, and the page behind the link."""

from collections.abc import Iterable

from creneau.messaging.facts import Known
from creneau.messaging.invoice_values import day_in_words, files_row
from creneau.messaging.ports import InvoiceSeen
from creneau.messaging.said import Said
from creneau.messaging.wording.blocks import Block, Box, Button, Row, Values
from creneau.messaging.words import one_line
from creneau.shared.locale import NBSP
from creneau.shared.money import Money


def money_values(known: Known, said: Said) -> Values:
    """Of an invoice's message only the link: the rest is the invoice's own."""
    owed = _owed(known)
    texts = {"owed.amount": " + ".join(map(said.speech.money, owed)), "pay.link": said.links.get("pay", "")}
    blocks: dict[str, Block] = {}
    if texts["pay.link"]:
        blocks["pay.button"] = Button(href=texts["pay.link"], label=said.labels["pay"])
    if owed:
        neutral = (Row(label=said.labels["services"], lines=(said.labels["our_services"],)),)
        rows = _rows_of_invoices(known.invoices, said) if known.invoices else neutral
        label = said.labels["balance"]
        blocks["owed.details"] = Box(when=texts["owed.amount"], label=label, rows=(*rows, *files_row(said)))
    preheader = texts["owed.amount"]
    return Values(language=said.speech.language, texts=texts, blocks=blocks, preheader=preheader)


def _owed(known: Known) -> tuple[Money, ...]:
    """By currency."""
    if known.owed is not None:
        return (known.owed,)
    sums: dict[str, int] = {}
    for invoice in known.invoices:
        sums[invoice.balance.currency] = sums.get(invoice.balance.currency, 0) + invoice.balance.amount
    return tuple(Money(amount=amount, currency=currency) for currency, amount in sums.items())


def _rows_of_invoices(invoices: Iterable[InvoiceSeen], said: Said) -> tuple[Row, ...]:
    """One each: its number, whose it is where there are several issuers, what is owed of it, and when it is or was due."""
    listed = tuple(invoices)
    several = len({invoice.issuer_name for invoice in listed}) > 1
    return tuple(
        Row(
            label=one_line(invoice.number),
            lines=(
                *([one_line(invoice.issuer_name)] if several else []),
                *([said.speech.money(invoice.balance)] if len(listed) > 1 else []),
                _when(invoice, said),
            ),
        )
        for invoice in listed
    )


def _when(invoice: InvoiceSeen, said: Said) -> str:
    if invoice.due_on:
        return f"{said.labels['due']} {day_in_words(invoice.due_on, said)}"
    colon = f"{NBSP}:" if said.speech.language == "fr" else ":"
    return f"{said.labels['issued']}{colon} {day_in_words(invoice.issued_on, said)}"

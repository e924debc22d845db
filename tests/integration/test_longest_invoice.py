"""The longest invoice that is taken fits an item of the table, which holds its lines twice; a longer one is refused."""

from datetime import UTC, date, datetime

import msgspec
import pytest

from creneau.agenda.catalogue import Address
from creneau.billing.check_lines import MOST_BYTES, MOST_LINES, check_lines
from creneau.billing.final import finalised
from creneau.billing.invoice import Invoice, invoice_ref
from creneau.billing.issuer import Issuer
from creneau.billing.line import Line
from creneau.billing.payer import Payer, PayerKind
from creneau.shared.errors import Invalid
from creneau.shared.store import Put

NOW = datetime(2027, 3, 15, 9, tzinfo=UTC)
ADDRESS = Address(street="Rue du Lac 1", postcode="1201", town="Genève", country="CH")


def lines(count: int, text: str) -> tuple[Line, ...]:
    return tuple(
        Line(text=text, price=12_050, on=date(2027, 3, 1), billable_id=f"bil_{n:026}", patient_id=f"pat_{n:026}")
        for n in range(count)
    )


def longest() -> tuple[Line, ...]:
    room = MOST_BYTES - len(msgspec.json.encode(lines(MOST_LINES, "")))
    return lines(MOST_LINES, "x" * (room // MOST_LINES))


@pytest.mark.rule("B-03")
def test_the_longest_is_stored_and_read_back(table):
    payer = Payer(kind=PayerKind.FREE, name="Clinique du Parc", key="free.1", address=ADDRESS)
    draft = Invoice(
        id="inv_1", issuer_id="iss_1", payer=payer, currency="CHF", language="fr", lines=longest(), created_at=NOW
    )
    issuer = Issuer(id="iss_1", name="Cabinet du Lac SA", address=ADDRESS)
    final = finalised(draft, issuer, None, "F2027-0001", date(2027, 3, 15), NOW)
    table.commit([Put(final)])
    assert table.get(invoice_ref("inv_1")) == final.with_(version=1)


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [(lines(MOST_LINES + 1, "x"), "more than 500 lines"), (lines(MOST_LINES, "x" * 400), "more text than one invoice")],
)
def test_a_longer_one_is_refused(wrong, problem):
    with pytest.raises(Invalid, match=problem):
        check_lines(wrong)

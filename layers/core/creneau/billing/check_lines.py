"""Which lines an invoice can have: each can be meant, and all of them fit an item of the table (B-04). Pure."""

import msgspec

from creneau.billing.line import Line
from creneau.shared.errors import Fault, Invalid

MOST_LINES = 500
MOST_BYTES = 185_000
"""Of its lines as JSON: a final one holds them twice, as it was edited and frozen, and an item of the table 400 KB."""

MOST_OF_A_LINE = 99_999_999_999
"""Minor units: 999,999,999.99, which is also the most that a QR-bill can ask for."""


def check_lines(lines: tuple[Line, ...]) -> None:
    """Invalid with every line that can't be meant; a missing price is allowed in a draft."""
    faults = [f for n, line in enumerate(lines) for f in _faults_of(line, f"lines[{n}]")]
    if len(lines) > MOST_LINES:
        faults.append(Fault("lines", f"more than {MOST_LINES} lines", "make two invoices of it"))
    elif len(msgspec.json.encode(lines)) > MOST_BYTES:
        faults.append(Fault("lines", "more text than one invoice holds", "shorten it, or make two invoices of it"))
    taken = [line.billable_id for line in lines if line.billable_id]
    if len(set(taken)) != len(taken):
        faults.append(Fault("lines", "a consultation is on it twice", "name each once"))
    if faults:
        raise Invalid(faults[0].problem, code="invalid", remedy=faults[0].remedy, faults=tuple(faults))


def _faults_of(line: Line, where: str) -> list[Fault]:
    faults = []
    if not line.text.strip():
        faults.append(Fault(f"{where}.text", "the line says nothing", "say what is invoiced"))
    if line.quantity <= 0:
        faults.append(Fault(f"{where}.quantity", "not above zero", "leave the line out"))
    if abs(line.amount) > MOST_OF_A_LINE:
        faults.append(Fault(f"{where}.price", "more than 999,999,999.99", "split the amount"))
    return faults

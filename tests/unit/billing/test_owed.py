"""What a payer owes: invoices not settled, and what is due of those they pay for (C-03, C-05)."""

from typing import Any

import pytest

from creneau.agenda.attendance import Attendance
from creneau.agenda.catalogue import Contact, Patient, patient_ref
from creneau.agenda.register_patient import RegisterPatient
from creneau.billing.owed import OwedKind
from creneau.billing.payer import payer_of_patient
from creneau.billing.payer_record import PayerRecord, payer_record_ref
from creneau.billing.pays_for import KeepPaysFor
from creneau.shared.again import Again
from creneau.shared.errors import Invalid, Refused
from creneau.shared.store import require
from tests.support.books import CLINIC, Books


def patient(books: Books, n: int, **changes: Any) -> Patient:
    """Changed as staff do."""
    again = Again(pause=lambda _: None, dice=lambda: 0.0)
    register = RegisterPatient(books.store, CLINIC, lambda: books.now, again, KeepPaysFor(books.store))
    before = require(books.store, patient_ref(f"pat_{n}"))
    return register.change(before.with_(**changes), before.version)


def pays_for(books: Books, n: int) -> tuple[str, ...]:
    record = books.store.get(payer_record_ref(f"patient.pat_{n}"))
    return record.pays_for if record else ()


def owed(books: Books, key: str = "patient.pat_1") -> list[tuple[str, int]]:
    return [(item.kind, item.amount) for item in books.owed_by(key).items]


def due(books: Books, at: str = "2027-03-01 09:00", **more: Any) -> str:
    id = books.visit(at, **more)
    books.keep_due(id)
    return id


@pytest.mark.rule("C-03", "C-05")
def test_invoices_first_then_what_is_due_and_not_what_is_ahead_or_paid(books: Books) -> None:
    due(books)
    invoice = books.invoiced()
    books.paid(invoice, 50)
    due(books, "2027-03-02 09:00")
    paid = books.due_of(due(books, "2027-03-03 09:00"))
    books.paid_due(paid, 12_050)
    due(books, "2027-03-20 09:00", attendance=Attendance.BOOKED)
    found = books.owed_by("patient.pat_1")
    assert [(i.kind, i.text, i.amount) for i in found.items] == [
        (OwedKind.INVOICE, "F2027-0001", 12_000),
        (OwedKind.DUE, "Séance", 12_050),
    ]
    assert (found.totals, found.total("CHF"), found.total("EUR")) == ({"CHF": 24_050}, 24_050, 0)


@pytest.mark.rule("C-05")
def test_what_a_draft_has_is_owed_by_the_drafts_payer(books: Books) -> None:
    id = due(books)
    other = payer_of_patient(require(books.store, patient_ref("pat_2")))
    books.drafted(payer=other)
    assert (owed(books), owed(books, "patient.pat_2")) == ([], [("due", 12_050)])
    (item,) = books.owed_by("patient.pat_2").items
    assert (item.id, item.taken_by) == (books.due_of(id).id, "inv_1_0000")
    books.paid_due(books.due_of(id), 2_050)
    assert owed(books, "patient.pat_2") == [("due", 10_000)]


@pytest.mark.rule("C-03", "B-05")
def test_who_pays_for_others_owes_what_is_due_of_them(books: Books) -> None:
    due(books)
    due(books, patient="pat_2")
    patient(books, 2, payer_patient_id="pat_1")
    assert (pays_for(books, 1), owed(books)) == (("pat_2",), [("due", 12_050), ("due", 12_050)])
    assert owed(books, "patient.pat_2") == []
    patient(books, 2, payer_patient_id="pat_3")
    assert (pays_for(books, 1), pays_for(books, 3)) == ((), ("pat_2",))
    assert (len(owed(books)), len(owed(books, "patient.pat_3"))) == (1, 1)
    patient(books, 2, payer_patient_id=None)
    assert (pays_for(books, 3), owed(books, "patient.pat_2")) == ((), [("due", 12_050)])


@pytest.mark.rule("B-05")
def test_a_recap_names_who_pays_by_the_record(books: Books) -> None:
    due(books)
    patient(books, 1, payer_patient_id="pat_2")
    assert books.invoiced().payer.key == "patient.pat_2"
    assert (owed(books), owed(books, "patient.pat_2")) == ([], [("invoice", 12_050)])


@pytest.mark.rule("C-03", "B-05")
def test_a_contact_who_pays_owes_it(books: Books) -> None:
    due(books)
    patient(books, 1, contacts=(Contact(id="con_1", name="Employeur SA"),), payer_contact_id="con_1")
    assert (owed(books), owed(books, "contact.pat_1.con_1")) == ([], [("due", 12_050)])


def test_somebody_typed_in_owes_their_invoices(books: Books) -> None:
    assert owed(books, "free_0123") == []


@pytest.mark.rule("B-05")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"payer_patient_id": "pat_1"}, "payer_patient_id"),
        ({"payer_patient_id": "pat_none"}, "payer_patient_id"),
        ({"payer_contact_id": "con_none"}, "payer_contact_id"),
    ],
)
def test_who_can_not_pay(books: Books, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        patient(books, 1, **changes)
    assert [fault.field for fault in refused.value.faults] == [field]


@pytest.mark.rule("C-03")
def test_nobody_pays_for_more_than_fifty(books: Books) -> None:
    books.put(PayerRecord(id="patient.pat_1", pays_for=tuple(f"pat_x{n}" for n in range(50))))
    with pytest.raises(Refused) as refused:
        patient(books, 2, payer_patient_id="pat_1")
    assert refused.value.code == "too_many"
    assert require(books.store, patient_ref("pat_2")).payer_patient_id is None

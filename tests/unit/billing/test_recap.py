"""What would be invoiced, and why the rest would not: nothing is written before it is confirmed."""

from datetime import date

import pytest

from creneau.agenda.attendance import Attendance
from creneau.agenda.catalogue import Contact, Service, practitioner_ref, service_ref
from creneau.billing.asked import Asked
from creneau.billing.issuer import InvoiceTemplate, Issuer
from creneau.billing.payer import Payer, PayerKind
from creneau.billing.recap import Grouping
from creneau.shared.actor import Actor, Role
from creneau.shared.errors import Forbidden, Invalid, Refused
from tests.support.books import ADDRESS, BILLER, Books


def recap(books: Books, **asked):
    return books.plan(Asked(**asked), BILLER)


def what(recap):
    return [[(line.text, line.price) for line in invoice.lines] for invoice in recap.invoices]


@pytest.mark.rule("B-01")
def test_each_day_and_practitioner_of_a_visit_that_ended_is_a_consultation(books):
    books.visit("2027-03-01 09:00")
    books.visit("2027-03-02 09:00", attendance=Attendance.BOOKED)
    books.visit("2027-03-02 11:00", practitioner="prc_2")
    books.visit("2027-03-03 09:00", attendance=Attendance.PATIENT_ABSENT)
    books.visit("2027-03-15 16:45")  # not over yet
    found = recap(books, patient_id="pat_1")
    days = [(b.on, b.practitioner_id) for invoice in found.invoices for b in invoice.billables]
    assert days == [(date(2027, 3, 1), "prc_1"), (date(2027, 3, 2), "prc_1"), (date(2027, 3, 2), "prc_2")]
    assert all(b.title for invoice in found.invoices for b in invoice.billables)


@pytest.mark.rule("B-01")
def test_a_day_is_the_clinics_own(books):
    books.visit("2027-03-01 23:15")  # 00:15 on the 2nd in Zurich
    books.visit("2027-03-02 09:00")
    found = recap(books, patient_id="pat_1")
    assert [b.on for i in found.invoices for b in i.billables] == [date(2027, 3, 2)]
    assert [m.on for m in found.seen_more_often] == [date(2027, 3, 2)]


@pytest.mark.rule("B-01")
def test_a_second_visit_of_a_day_is_offered_and_made_when_asked_for(books):
    books.visit("2027-03-01 09:00")
    second = books.visit("2027-03-01 15:00")
    first = recap(books, patient_id="pat_1")
    (more,) = first.seen_more_often
    assert (len(first.invoices), more.appointment_ids) == (1, (second,))
    both = recap(books, patient_id="pat_1", also=(second,))
    assert (len(both.invoices), both.seen_more_often) == (2, ())
    with pytest.raises(Invalid, match="not an appointment of this patient"):
        recap(books, patient_id="pat_1", also=("apt_other",))


@pytest.mark.rule("B-01")
def test_a_consultation_entered_by_hand_stands_for_the_days_visit(books):
    books.visit("2027-03-01 09:00")
    id = books.consultation(1, service_id=None)
    found = recap(books, patient_id="pat_1")
    assert [b.id for i in found.invoices for b in i.billables] == [id]
    assert found.seen_more_often == ()


@pytest.mark.rule("B-04")
def test_a_line_is_the_visits_service_else_the_practitioners_else_the_oldest(books):
    books.visit("2027-03-01 14:00", service="srv_1")
    books.visit("2027-03-01 09:00", service="srv_2")
    books.consultation(1, service_id=None)  # the earliest visit of that day: srv_2
    assert what(recap(books, patient_id="pat_1"))[0] == [("Séance", 12_050)]
    other = books.consultation(2, "pat_2", on=date(2027, 3, 8), service_id=None)
    found = recap(books, consultation_ids=(other,))
    assert (what(found), found.invoices[0].asks) == ([[("Bilan", None)]], (0,))
    books.put(books.store.get(practitioner_ref("prc_1")).with_(default_service_ids=("srv_2", "srv_1")))
    assert what(recap(books, consultation_ids=(other,))) == [[("Séance", 12_050), ("Bilan", None)]]


@pytest.mark.rule("B-04")
def test_the_oldest_service_is_the_one_that_was_added_first_whatever_its_id(books):
    for id, name, hour in (("srv_a", "Newest", 3), ("srv_z", "Oldest", 1), ("srv_m", "Middle", 2)):
        added = books.now.replace(hour=hour)
        books.put(Service(id=id, name=name, category="in_person", duration_minutes=30, created_at=added))
    for id in ("srv_1", "srv_2"):  # no longer offered
        books.put(books.store.get(service_ref(id)).with_(active=False))
    books.consultation(1, service_id=None)
    assert what(recap(books, patient_id="pat_1")) == [[("Oldest", None)]]


@pytest.mark.rule("B-04")
def test_each_consultation_of_a_day_has_a_visit_of_its_own(books):
    """Whichever of them is asked for, and also when one of them is invoiced already."""
    books.visit("2027-03-01 09:00", service="srv_2")
    books.visit("2027-03-01 14:00", service="srv_1")
    ids = [books.consultation(n, service_id=None) for n in range(2)]
    assert what(recap(books, patient_id="pat_1")) == [[("Séance", 12_050)], [("Bilan", None)]]
    assert what(recap(books, consultation_ids=(ids[1],))) == [[("Bilan", None)]]
    books.put(books.billable(ids[0]).with_(taken_by="inv_9"))
    assert what(recap(books, patient_id="pat_1")) == [[("Bilan", None)]]


@pytest.mark.rule("B-04")
def test_one_whose_service_was_named_stands_for_a_visit_of_that_service(books):
    books.visit("2027-03-01 09:00", service="srv_1")
    books.visit("2027-03-01 14:00", service="srv_2")
    books.consultation(1, service_id="srv_1")
    books.consultation(2, service_id=None)
    assert what(recap(books, patient_id="pat_1")) == [[("Bilan", None)], [("Séance", 12_050)]]


@pytest.mark.rule("B-04")
def test_what_is_marked_not_invoiceable_or_taken_is_left_out_and_told(books):
    kept, marked, taken = (books.consultation(n) for n in range(3))
    books.put(books.billable(marked).with_(wanted=False), books.billable(taken).with_(taken_by="inv_9"))
    found = recap(books, consultation_ids=(kept, marked, taken, "bil_none"))
    assert [b.id for i in found.invoices for b in i.billables] == [kept]
    assert {(o.id, o.reason) for o in found.left_out} == {
        (marked, "marked_not_invoiceable"),
        (taken, "invoiced_already"),
        ("bil_none", "unknown"),
    }


@pytest.mark.rule("B-02")
@pytest.mark.rule("B-03")
@pytest.mark.parametrize(
    ("grouping", "sizes"),
    [(Grouping.PER_CONSULTATION, [1] * 5), (Grouping.PER_PAYER, [3, 2]), (Grouping.ONE_FOR_ALL, [5])],
)
def test_three_ways_to_group(books, grouping, sizes):
    ids = [books.consultation(n, "pat_1") for n in range(3)] + [books.consultation(n, "pat_2") for n in range(2)]
    employer = Payer(kind=PayerKind.FREE, name="Clinique du Parc", key="free.parc", address=ADDRESS, business=True)
    recipient = employer if grouping is Grouping.ONE_FOR_ALL else None
    found = recap(books, consultation_ids=tuple(ids), grouping=grouping, payer=recipient)
    assert [len(i.billables) for i in found.invoices] == sizes
    assert [i.totals.total for i in found.invoices] == [n * 12_050 for n in sizes]
    if recipient:
        (invoice,) = found.invoices
        assert (invoice.payer, {line.patient_name for line in invoice.lines}) == (employer, {"P 1", "P 2"})


@pytest.mark.rule("B-05")
def test_a_contact_of_the_patient_pays(books):
    books.put(books.patient(4).with_(contacts=(Contact(id="ctc_1", name="Mutuelle X", email="m@mail.example"),)))
    books.consultation(1, "pat_4")
    (invoice,) = recap(books, patient_id="pat_4", contact_id="ctc_1").invoices
    assert (invoice.payer.name, invoice.payer.kind, invoice.payer.address) == ("Mutuelle X", PayerKind.CONTACT, ADDRESS)
    with pytest.raises(Invalid, match="no such contact"):
        recap(books, patient_id="pat_4", contact_id="ctc_2")


@pytest.mark.rule("B-10")
def test_the_issuer_is_the_practitioners_unless_chosen(books):
    books.put(Issuer(id="iss_2", name="Cabinet du Lac SA", address=ADDRESS))
    books.put(books.store.get(practitioner_ref("prc_2")).with_(issuer_id="iss_2"))
    ids = (books.consultation(1), books.consultation(2, practitioner_id="prc_2"))
    assert recap(books, consultation_ids=ids[:1]).issuer_id == "iss_1"
    assert recap(books, consultation_ids=ids[1:]).issuer_id == "iss_2"
    assert recap(books, consultation_ids=ids, issuer_id="iss_2").issuer_id == "iss_2"
    with pytest.raises(Invalid, match="several practitioners"):
        recap(books, consultation_ids=ids)


@pytest.mark.rule("B-10")
def test_the_template_is_the_practitioners_unless_chosen(books):
    books.put(*(InvoiceTemplate(id=f"itp_{n}", name=f"T{n}") for n in (1, 2)))
    books.put(books.store.get(practitioner_ref("prc_1")).with_(invoice_template_id="itp_1"))
    ids = (books.consultation(1), books.consultation(2, practitioner_id="prc_2"))
    assert recap(books, consultation_ids=ids).template_id is None
    assert recap(books, consultation_ids=ids[:1], template_id="itp_2").template_id == "itp_2"
    preset = books.invoiced(consultation_ids=ids[:1])
    assert (preset.template_id, preset.frozen.template.name) == ("itp_1", "T1")


@pytest.mark.rule("B-02")
def test_a_recap_writes_nothing_and_names_its_content(books):
    books.visit("2027-03-01 09:00")
    before = dict(books.store.items)
    first = recap(books, patient_id="pat_1")
    assert books.store.items == before
    books.now = books.now.replace(minute=59)
    assert recap(books, patient_id="pat_1").digest == first.digest
    books.visit("2027-03-02 09:00")
    assert recap(books, patient_id="pat_1").digest != first.digest


OWN = Actor(id="usr_2", roles=(Role.PRACTITIONER,), practitioner_id="prc_1")


@pytest.mark.rule("P-01")
def test_a_practitioner_invoices_their_own_part_of_a_patients_visits(books):
    books.visit("2027-03-01 09:00")
    books.visit("2027-03-02 09:00", practitioner="prc_2")
    found = books.plan(Asked(patient_id="pat_1"), OWN)
    assert [b.practitioner_id for i in found.invoices for b in i.billables] == ["prc_1"]
    assert [o.reason for o in found.left_out] == ["another_practitioner"]
    books.put(Issuer(id="iss_2", name="Dr Rey", address=ADDRESS, practitioner_id="prc_2"))
    with pytest.raises(Forbidden):
        books.plan(Asked(patient_id="pat_1", issuer_id="iss_2"), OWN)


@pytest.mark.rule("B-10")
def test_whoever_has_no_issuer_is_not_invoiced_in_anothers_name(books):
    books.put(books.store.get(practitioner_ref("prc_2")).with_(issuer_id=None))
    ids = (books.consultation(1), books.consultation(2, practitioner_id="prc_2"))
    with pytest.raises(Invalid, match="several practitioners"):
        recap(books, consultation_ids=ids)


def test_what_would_be_longer_than_an_invoice_is_refused_before_anything_is_written(books, monkeypatch):
    monkeypatch.setattr("creneau.billing.check_lines.MOST_LINES", 2)
    ids = tuple(books.consultation(n, f"pat_{1 if n == 0 else 2}") for n in range(4))
    before = dict(books.store.items)
    wanted = Asked(consultation_ids=ids, grouping=Grouping.PER_PAYER)
    for ask in (lambda: books.plan(wanted, BILLER), lambda: books.make("bat_1", wanted, "", BILLER)):
        with pytest.raises(Invalid, match="more than 2 lines"):
            ask()
    assert books.store.items == before


def test_a_hundred_are_made_final_at_once_at_most(books):
    ids = tuple(books.consultation(n) for n in range(101))
    with pytest.raises(Invalid, match="more than 100 invoices") as refused:
        recap(books, consultation_ids=ids, finalise=True)
    assert refused.value.faults[0].field == "finalise"
    assert len(recap(books, consultation_ids=ids[:100], finalise=True).invoices) == 100
    with pytest.raises(Invalid, match="more than 100"):
        books.finalise.all([f"inv_{n}" for n in range(101)])


@pytest.mark.rule("B-10")
def test_a_template_that_is_not_there_is_refused_with_its_field(books):
    books.consultation(1)
    with pytest.raises(Invalid) as refused:
        recap(books, patient_id="pat_1", template_id="itp_none")
    assert refused.value.faults[0].field == "template_id"


def test_visits_are_read_for_consultations_that_stand_for_one_only(books):
    one = books.consultation(1, service_id=None, visit_id="vis_1")
    two = books.consultation(2)
    recap(books, consultation_ids=(one, two))
    before = books.store.reads
    recap(books, consultation_ids=(one, two))
    known = books.store.reads - before
    for day in range(1, 9):
        books.visit(f"2027-02-0{day} 09:00")
    before = books.store.reads
    recap(books, consultation_ids=(one, two))
    assert books.store.reads - before == known


def test_so_many_patients_visits_are_not_read_in_one_request(books, monkeypatch):
    monkeypatch.setattr("creneau.billing.read_visits.MOST_UNKNOWN", 2)
    ids = tuple(books.consultation(n, f"pat_{n}", service_id=None) for n in (1, 2, 3))
    with pytest.raises(Invalid, match="more than 2 patients") as refused:
        recap(books, consultation_ids=ids)
    assert refused.value.faults[0].field == "consultation_ids"
    assert len(recap(books, consultation_ids=ids[:2]).invoices) == 2


def test_a_recap_is_never_made_of_a_part_of_a_patients_visits(books, monkeypatch):
    monkeypatch.setattr("creneau.billing.read_visits.MOST_OF_A_PATIENT", 2)
    for day in (1, 2, 3):
        books.visit(f"2027-03-0{day} 09:00")
    with pytest.raises(Refused, match="more than 2 appointments"):
        recap(books, patient_id="pat_1")

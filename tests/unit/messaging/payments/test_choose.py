"""D-03, D-05 and D-06: whom staff would remind of what."""

from datetime import date, timedelta
from typing import Any

import pytest

from creneau.agenda.catalogue import Contact, Patient
from creneau.messaging.payments.choose import MOST_OF_ONE_EMAIL, LeftOutBecause, Options, PayerPlan, plan_of_payer
from creneau.messaging.payments.receives import receives_reminders
from creneau.messaging.ports import InvoiceSeen, PayerSeen
from creneau.shared.money import Money

TODAY = date(2027, 4, 20)
PAYER = PayerSeen(key="patient.pat_1")
ANNE = Patient(id="pat_1", first_name="Anne", last_name="Favre", email="anne@mail.example")
BOB = Patient(id="pat_2", first_name="Bob", last_name="Favre")


def invoice(number: int = 1, **more: Any) -> InvoiceSeen:
    given: dict[str, Any] = {
        "balance": Money(amount=9_000, currency="CHF"),
        "reminded_from": date(2027, 4, 14),
        "due_on": date(2027, 4, 14),
        "sendings": 1,
        "patient_id": "pat_1",
        "patient_ids": ("pat_1",),
    } | more
    money = Money(amount=9_000, currency="CHF")
    name = f"2027-{number:04}"
    return InvoiceSeen(
        id=f"inv_{number}",
        is_final=True,
        number=name,
        issued_on=date(2027, 3, 1) + timedelta(days=number),
        total=money,
        payer_name="Anne",
        **given,
    )


def plan(
    *invoices: InvoiceSeen,
    options: Options = Options(),  # noqa: B008 - a value
    payer: PayerSeen = PAYER,
    patients: tuple[Patient, ...] = (ANNE, BOB),
) -> PayerPlan:
    return plan_of_payer(payer, invoices, {p.id: p for p in patients}, options, TODAY)


def reasons(planned: PayerPlan) -> list[str]:
    return [row.because for row in planned.left_out]


@pytest.mark.rule("D-05")
def test_one_email_lists_all_that_a_payer_owes_the_oldest_first() -> None:
    planned = plan(invoice(2), invoice(1))
    assert [row.number for row in planned.invoices] == ["2027-0001", "2027-0002"]
    assert (planned.email, planned.left_out) == ("anne@mail.example", ())


@pytest.mark.rule("D-05")
@pytest.mark.parametrize(
    ("given", "because"),
    [
        ({"reminded_from": date(2027, 4, 21)}, LeftOutBecause.NOT_DUE),
        ({"reminded_from": None, "due_on": None}, LeftOutBecause.NO_DUE_DATE),
        ({"last_reminded_on": date(2027, 4, 14)}, LeftOutBecause.REMINDED_LATELY),
        ({"sendings": 0}, LeftOutBecause.NEVER_SENT),
    ],
)
def test_what_is_left_out_says_why(given: dict[str, Any], because: LeftOutBecause) -> None:
    planned = plan(invoice(**given))
    assert (reasons(planned), planned.invoices) == ([because], ())


@pytest.mark.rule("D-05")
@pytest.mark.parametrize(
    ("given", "options"),
    [
        ({"reminded_from": TODAY}, Options()),
        ({"reminded_from": None, "due_on": None}, Options(without_due_date=True)),
        ({"last_reminded_on": date(2027, 4, 13)}, Options()),
        ({"last_reminded_on": TODAY}, Options(within_days=0)),
        ({"sendings": 0}, Options(never_sent=True)),
    ],
)
def test_what_the_options_take_in(given: dict[str, Any], options: Options) -> None:
    assert reasons(plan(invoice(**given), options=options)) == []


@pytest.mark.rule("D-05")
def test_no_option_reminds_before_the_due_date() -> None:
    early = invoice(reminded_from=date(2027, 4, 21))
    every = Options(within_days=0, without_due_date=True, never_sent=True, although="asked by telephone")
    assert reasons(plan(early, options=every)) == [LeftOutBecause.NOT_DUE]


@pytest.mark.rule("D-05")
def test_the_digest_changes_with_what_would_be_sent_and_with_nothing_else() -> None:
    digest = plan(invoice()).digest
    assert plan(invoice(), invoice(2, sendings=0)).digest == digest
    for other in (
        plan(invoice(balance=Money(amount=8_000, currency="CHF"))),
        plan(invoice(), invoice(2)),
        plan(invoice(), patients=(ANNE.with_(email="a@mail.example"), BOB)),
    ):
        assert other.digest != digest


@pytest.mark.rule("D-05")
def test_an_email_reminds_of_no_more_than_its_claim_can_hold_on() -> None:
    planned = plan(*(invoice(n) for n in range(1, MOST_OF_ONE_EMAIL + 3)))
    assert len(planned.invoices) == MOST_OF_ONE_EMAIL
    assert reasons(planned) == [LeftOutBecause.TOO_MANY] * 2


@pytest.mark.rule("D-08")
def test_who_promised_is_left_alone_up_to_that_day() -> None:
    for until, expected in ((TODAY, [LeftOutBecause.PROMISED]), (TODAY - timedelta(days=1), [])):
        assert reasons(plan(invoice(), payer=PAYER.with_(paused_until=until))) == expected


@pytest.mark.parametrize("email", [None, "no address"])
def test_who_can_not_be_written_to(email: str | None) -> None:
    assert reasons(plan(invoice(), patients=(ANNE.with_(email=email),))) == [LeftOutBecause.NO_EMAIL]


GUARDIAN = Contact(id="con_1", name="Luc", email="luc@mail.example")


@pytest.mark.rule("D-03")
@pytest.mark.parametrize(
    ("given", "payer", "patients", "expected"),
    [
        ({}, PAYER, (ANNE,), True),
        ({}, PAYER, (ANNE.with_(receives_payment_reminders=False),), False),
        ({}, PAYER.with_(receives_reminders=False), (ANNE,), False),
        # All its lines are one patient's, who is not the payer.
        ({"patient_ids": ("pat_2",)}, PAYER, (ANNE, BOB.with_(receives_payment_reminders=False)), False),
        ({"patient_ids": ("pat_1", "pat_2")}, PAYER, (ANNE, BOB.with_(receives_payment_reminders=False)), True),
        (
            {"contact_id": "con_1"},
            PAYER,
            (ANNE.with_(contacts=(GUARDIAN.with_(receives_payment_reminders=False),)),),
            False,
        ),
        # A contact pays: the patient's own setting is about that patient's lines, of which there are two patients'.
        (
            {"contact_id": "con_1", "patient_ids": ("pat_1", "pat_2")},
            PAYER,
            (ANNE.with_(contacts=(GUARDIAN,), receives_payment_reminders=False), BOB),
            True,
        ),
        ({"patient_id": None, "patient_ids": ()}, PAYER, (), True),
    ],
)
def test_who_receives_reminders(
    given: dict[str, Any], payer: PayerSeen, patients: tuple[Patient, ...], expected: bool
) -> None:
    assert receives_reminders(invoice(**given), payer, {p.id: p for p in patients}) is expected
    overridden = plan(invoice(**given), payer=payer, patients=patients, options=Options(although="agreed"))
    assert LeftOutBecause.REMINDERS_OFF not in reasons(overridden)

"""The one table of allowed changes, written down a second time (A-05), and what each of them frees and releases (W-03)."""

import pytest

from creneau.agenda.attendance import ALLOWED, Attendance, frees_the_place, is_allowed, releases

TABLE = """
                          pending booked attended by_patient by_practitioner absent moved
pending_confirmation      -       yes    -        yes        yes             -      yes
booked                    -       -      yes      yes        yes             yes    yes
attended                  -       yes    -        -          -               -      -
cancelled_by_patient      -       yes    -        -          yes             yes    -
cancelled_by_practitioner -       yes    -        yes        -               yes    -
patient_absent            -       yes    -        yes        yes             -      -
moved                     -       -      -        -          -               -      -
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()[1:]]
CELLS = [(row[0], after.value, cell == "yes") for row in ROWS for after, cell in zip(Attendance, row[1:], strict=True)]

HOLDING = {"pending_confirmation", "booked", "attended"}
RELEASING = {
    (before, after)
    for before in ("pending_confirmation", "booked")
    for after in ("cancelled_by_patient", "cancelled_by_practitioner", "patient_absent", "moved")
}


@pytest.mark.rule("A-05")
@pytest.mark.parametrize(("before", "after", "allowed"), CELLS)
def test_allowed(before, after, allowed):
    assert is_allowed(Attendance(before), Attendance(after)) is allowed


def test_every_state_has_its_row():
    assert set(ALLOWED) == set(Attendance) == {Attendance(row[0]) for row in ROWS}


@pytest.mark.rule("W-03")
@pytest.mark.rule("A-13")
@pytest.mark.parametrize(("before", "after", "_"), CELLS)
def test_freed_and_released(before, after, _):
    given = Attendance(before), Attendance(after)
    assert frees_the_place(*given) is (before in HOLDING and after not in HOLDING)
    assert releases(*given) is ((before, after) in RELEASING)

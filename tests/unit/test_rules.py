"""Every rule that the product keeps so far is carried by a test, and `make rules` knows where each one is decided."""

import ast

import pytest

from tools.rules import ROOT, Wrong, carriers, marked, wrongs

AGENDA = [f"A-{n:02}" for n in (1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13)]
WAITLIST = [f"W-{n:02}" for n in range(1, 15)]
MESSAGES = [f"M-{n:02}" for n in range(1, 22)]
SIGNATURES = [f"G-{n:02}" for n in range(1, 5)]
SMS = [f"S-{n:02}" for n in range(1, 7)]
INVOICES = [f"B-{n:02}" for n in range(1, 12)]
AUTOMATIC = [f"C-{n:02}" for n in range(1, 7)]
REMINDERS = [f"D-{n:02}" for n in range(1, 9)]
KEPT = [*AGENDA, *WAITLIST, *MESSAGES, *SIGNATURES, *SMS, *INVOICES, *AUTOMATIC, *REMINDERS, "P-01", "P-02"]
DECIDED = [
    *(*WAITLIST, *(f"M-{n:02}" for n in range(9, 19)), "M-20", *SMS),
    *(*(f"B-{n:02}" for n in range(6, 12)), *AUTOMATIC, *REMINDERS),
]


def test_every_rule_is_carried_by_a_test() -> None:
    carried = carriers()
    assert [rule for rule in KEPT if rule not in carried] == []


def test_every_rule_that_needs_one_has_a_wrong_version_of_its_deciding_line() -> None:
    decided = {w.rule for w in wrongs()}
    assert [rule for rule in DECIDED if rule not in decided] == []


@pytest.mark.parametrize("wrong", wrongs(), ids=lambda w: f"{w.rule} {w.says}")
def test_the_deciding_line_is_still_where_it_was(wrong: Wrong) -> None:
    wrong_text = wrong.applied(ROOT)
    ast.parse(wrong_text)
    assert wrong.right != wrong.wrong


def test_markers_are_found_however_they_are_written() -> None:
    source = '@pytest.mark.rule("W-01", "W-02")\ndef a(): ...\npytestmark = mark.rule("W-03")\nx.promise(4)\n'
    assert marked(ast.parse(source), "rule") == {"W-01", "W-02", "W-03"}
    assert marked(ast.parse(source), "promise") == {"4"}

"""What invoicing costs, in calls and units: the bars of docs/performance.md."""

import pytest

from creneau.billing.recap import Grouping
from tests.integration.billing_jobs import billing


@pytest.mark.parametrize(("grouping", "drafts"), [(Grouping.PER_CONSULTATION, 100), (Grouping.PER_PAYER, 50)])
def test_a_draft_costs_four_units_and_three_for_each_consultation_that_it_takes(grouping, drafts):
    bills = billing(grouping, 100)
    assert bills["drafts"].write_units <= 4 * drafts + 3 * 100
    assert bills["drafts"].by_kind == {"Invoice": drafts, "Billable": 100}


def test_drafts_are_read_for_in_batches_and_written_in_one_call_each():
    bills = billing(Grouping.PER_CONSULTATION, 100)
    assert bills["recap"].reads <= 6
    assert bills["drafts"].reads <= 8


def test_finalising_reads_three_times_and_writes_the_number_with_its_document():
    """The draft, what it rests on, and what its visits were paid before."""
    bill = billing(Grouping.PER_CONSULTATION, 1)["finalise"]
    assert (bill.reads, bill.by_kind) == (3, {"Counter": 1, "Invoice": 1})
    assert bill.write_units <= 9

"""Prints what operations cost, in calls, items and units of the table, against the aims of docs/performance.md."""

from creneau.billing.recap import Grouping
from creneau.waitlist.eligible import Reason
from tests.integration.billing_jobs import MONTH, billing
from tests.integration.jobs import main_job, one_message
from tests.integration.lines import all_fit, find_five, fit_last, one_in_ten


def _line(name: str, figure: int, aim: int) -> None:
    """docs/performance.md explains what is over its aim."""
    print(f"  {name:<62}{figure:>8,}   (aim {aim:,}{f', over by {figure - aim:,}' if figure > aim else ''})")


A_FEW_PAGES = 150
"""Entries read beyond those that a long way in vain needs; `tests/integration/test_counts.py` holds it."""


def main() -> None:
    bills = main_job()
    print("Each step of the main job")
    for name, bill in bills.items():
        print(f"  {name:<48}{bill}")
    message = one_message()
    print("A message, from the change that it tells")
    for name, bill in message.items():
        print(f"  {name:<48}{bill}")

    def units(*names: str) -> int:
        return sum(bills[name].write_units for name in names)

    print("Write units, indexes and conditions included, message records aside")
    _line("book", units("book"), 9)
    _line("cancel, round of five, accept, close", units("cancel", "open the round", "accept", "close the round"), 55)
    _line("a cascade's round", units("open the cascade's round", "close the cascade's round"), 25)
    _line("writes of a message", sum(b.by_kind["Message"] for b in message.values()), 3)
    _line("read calls at a hand-over", message["hand over"].reads, 2)
    print("Invoicing a month of 500 consultations at once")
    for grouping in (Grouping.PER_CONSULTATION, Grouping.PER_PAYER, Grouping.ONE_FOR_ALL):
        steps = billing(grouping)
        drafts = steps["drafts"].by_kind["Invoice"]
        print(f"  {grouping}: recap {steps['recap']}; drafts {steps['drafts']}")
        if grouping is not Grouping.ONE_FOR_ALL:  # a document of hundreds of lines is as large as it is
            _line(f"units of {drafts} drafts of {MONTH}", steps["drafts"].write_units, 4 * drafts + 3 * MONTH)
            _line("units to finalise one", steps["finalise"].write_units, 10)
    print("Items read to find five")
    for length in (1_000, 10_000, 100_000):
        _line(f"{length:,} waiting, all can be asked", find_five(all_fit(length))[1].read, 10)
    for reason in Reason:
        room = int(reason is Reason.RESOURCE_IN_USE)
        for name, made, pages in (("nine in ten", one_in_ten, 0), ("the first nine tenths", fit_last, A_FEW_PAGES)):
            found, line = find_five(made(10_000, reason))
            _line(f"{name} of 10,000: {reason}", line.read, 2 * found.skipped + 10 + pages + room)


if __name__ == "__main__":
    main()

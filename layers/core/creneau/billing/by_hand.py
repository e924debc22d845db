"""A consultation entered by hand and a visit of that day, practitioner and patient are one billable, whichever was there
first (B-01, B-11). Pure."""

from collections.abc import Iterable

from creneau.agenda.catalogue import Service
from creneau.billing.billable import Billable
from creneau.billing.due import due_of_service


def visit_for(entered: Billable, of_day: Iterable[Billable]) -> Billable | None:
    """The billable of the visit that a consultation which is being entered is of: the same service first, then the earliest.

    One whose visit has no payment due, and is covered by no package, is left as it is: the consultation stands for it.
    """
    fit = [
        b
        for b in of_day
        if b.visit_id is not None
        and b.practitioner_id == entered.practitioner_id
        and not (b.consultation or b.gone or b.taken_by)
        and (b.due is not None or b.covered_by is not None)
    ]
    return min(fit, key=lambda b: (not _same_service(entered, b), str(b.start), b.id), default=None)


def entered_on(visit: Billable, entered: Billable, service: Service | None) -> Billable:
    """The visit's billable with the consultation; due at the price of the `service` that was named for it, where another."""
    with_it = visit.with_(consultation=True, title=entered.title, entered_as=entered.id)
    return with_it if service is None else named(with_it, service)


def named(billable: Billable, service: Service) -> Billable:
    """Billed as that service: also what is due for it, unless something was paid on what was agreed."""
    if billable.service_id == service.id or billable.due is None or billable.is_sale:
        return billable.with_(service_id=service.id)
    due = due_of_service(service, billable.due.at)
    return billable.with_(service_id=service.id, due=billable.due if billable.paid else due)


def standing_for(visit: Billable, of_day: Iterable[Billable]) -> Billable | None:
    """The consultation entered by hand that a visit booked after it is of: its own already, or one of no visit yet."""
    by_hand = [b for b in of_day if b.consultation and b.practitioner_id == visit.practitioner_id and b.id != visit.id]
    own = next((b for b in by_hand if b.visit_id == visit.visit_id), None)
    free = [b for b in by_hand if b.visit_id is None]
    return own or min(free, key=lambda b: (not _same_service(visit, b), b.created_at, b.id), default=None)


def _same_service(one: Billable, other: Billable) -> bool:
    return one.service_id in (None, other.service_id)

"""Which consultations the visits make that staff chose, with others left as they are (B-01, B-03). Pure."""

from collections.abc import Collection, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from creneau.agenda.appointment import Appointment
from creneau.billing.billable import Billable
from creneau.billing.consultations import consultations_to_make
from creneau.billing.recap import LeftOut


def consultations_chosen(
    chosen: Collection[str],
    visits: Sequence[Appointment],
    known: Sequence[Billable],
    title: str,
    now: datetime,
    by: str,
    zone: ZoneInfo,
) -> tuple[list[Billable], list[LeftOut]]:
    """Those of the appointments named in `chosen`, there already or as they would be made, and what makes none.

    `visits` are all of one patient that ended and took place, `known` what is billed of them.
    """
    made, _ = consultations_to_make(visits, known, frozenset(chosen), title, now, by, zone)
    of_visit = {b.visit_id: b for b in (*known, *made) if b.consultation or b.gone}
    visit_of = {v.id: v.visit_id for v in visits}
    found, left_out = list[Billable](), list[LeftOut]()
    for id in chosen:
        billable = of_visit.get(visit_of.get(id))
        if billable is not None:
            found.append(billable)
        else:
            left_out.append(LeftOut(id=id, reason="entered_by_hand" if id in visit_of else "not_seen"))
    return found, left_out

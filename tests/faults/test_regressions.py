"""Plans that broke something once."""

from datetime import timedelta

import pytest

from creneau.agenda.absence import AbsenceRecord
from creneau.shared.actor import SYSTEM
from tests.faults.scenarios import SLOT, clinic
from tests.faults.wire import Mode


@pytest.mark.parametrize("mode", [Mode.LOST_AFTER, Mode.CONFLICTED])
def test_taking_an_absence_back_succeeds_although_the_delete_was_repeated(cloud, blank, mode):
    """The SDK asked again after a lost answer, and its condition met the deleted record: staff got an error."""
    cloud.restore(blank)
    cloud.wire.begin({})
    clinic(0)(cloud)
    away = AbsenceRecord(id="abs_1", practitioner_id="prc_1", start=SLOT.start, end=SLOT.end + timedelta(hours=1))
    cloud.app.add_absence(away, SYSTEM)
    cloud.wire.begin({})
    cloud.app.remove_absence("abs_1", SYSTEM)
    delete = next(i for i, call in enumerate(cloud.wire.calls) if call.site.operation == "delete_item")
    cloud.app.add_absence(away, SYSTEM)
    cloud.wire.begin({delete: mode})
    cloud.app.remove_absence("abs_1", SYSTEM)
    assert [fault for _, fault in cloud.wire.fired] == [mode] * len(cloud.wire.fired) != []

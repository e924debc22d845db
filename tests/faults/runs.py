"""The clock strikes eight in a small clinic that invoices by itself."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from creneau.shared.settings import Settings
from creneau.wiring import App
from tests.faults.cloud import Cloud
from tests.faults.explore import Scenario
from tests.support.runs import RunBooks
from tests.support.world import World


def _owed(mode: str, *patients: str) -> Callable[[Cloud], None]:
    """Two minutes past eight; the payments due of these patients, the latest of which two writes take."""

    def given(cloud: Cloud) -> None:
        world = World()
        world.put(Settings())
        books = RunBooks(world.store)
        books.open()
        books.automatic(mode, since=books.now - timedelta(days=1))
        for n, patient in enumerate(patients):
            books.due(n, patient)
        books.now = world.now = books.now.replace(day=16, hour=7, minute=2)
        cloud.load(world)

    return given


def strikes(app: App) -> Any:
    return app.start_due_run().run_id


SCENARIOS = [
    Scenario("run_of_drafts", _owed("draft", "pat_1", "pat_2", "pat_1", "pat_1"), strikes, timedelta(minutes=50)),
    Scenario("run_of_invoices", _owed("send_invoice", "pat_1", "pat_1"), strikes, timedelta(minutes=50)),
    Scenario("run_of_links", _owed("send_payment_link", "pat_1", "pat_2"), strikes, timedelta(minutes=50)),
]

"""State CloseRun of `billing_run`: it is over when every payer has an outcome."""

from creneau.billing.close_run import RunClosing
from creneau.billing.ports import RunInput
from creneau.entry import task
from creneau.wiring import App


@task(RunInput)
def handler(given: RunInput, app: App) -> RunClosing:
    return app.close_run(given.run_id)

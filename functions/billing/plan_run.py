"""State PlanRun of `billing_run`: who owes what is gathered by payer, step by step."""

from creneau.billing.plan_run import Planning
from creneau.billing.ports import RunInput
from creneau.entry import task
from creneau.wiring import App


@task(RunInput)
def handler(given: RunInput, app: App) -> Planning:
    return app.plan_run(given.run_id)

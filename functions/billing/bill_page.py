"""State BillPage of `billing_run`: each payer of the page gets what they owe in one document or link."""

from creneau.billing.bill_page import PageBilled
from creneau.billing.ports import PageInput
from creneau.entry import task
from creneau.wiring import App


@task(PageInput)
def handler(given: PageInput, app: App) -> PageBilled:
    return app.bill_page(given.run_id, given.n)

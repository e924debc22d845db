"""State OpenRound of `waitlist_round`: the first five in line are offered the place."""

from creneau.entry import task
from creneau.waitlist.open_round import RoundOpening
from creneau.waitlist.ports import RoundInput
from creneau.wiring import App


@task(RoundInput)
def handler(given: RoundInput, app: App) -> RoundOpening:
    return app.open_round(given)

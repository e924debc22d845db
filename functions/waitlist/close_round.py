"""State CloseRound of `waitlist_round`: what became of the offers is recorded, the round closes if it is over."""

from creneau.agenda.slot import parse_slot
from creneau.entry import task
from creneau.waitlist.ports import RoundInput
from creneau.waitlist.round import round_ref
from creneau.waitlist.settle import RoundClosing
from creneau.wiring import App


@task(RoundInput)
def handler(given: RoundInput, app: App) -> RoundClosing:
    return app.settle(round_ref(parse_slot(given.slot_id), given.n, given.q))

"""The earlier-slot waitlist: its use cases on their adapters."""

from functools import cached_property

from creneau.adapters import aws
from creneau.adapters.round_executions import RoundExecutions
from creneau.waitlist.answer import AnswerOffer, ShowOffer
from creneau.waitlist.bounce import BounceOffer
from creneau.waitlist.extend import Extend
from creneau.waitlist.history import ShowHistory, ShowNotAsked
from creneau.waitlist.line_grew import LineGrew
from creneau.waitlist.offer_page import OpenOfferLink, ReadClinicFacts, ReadOfferPage
from creneau.waitlist.open_round import OpenRound
from creneau.waitlist.ports import Rounds
from creneau.waitlist.pursue import Pursue, PursueDay
from creneau.waitlist.settle import Settle, SettleSlot
from creneau.waitlist.show_line import ShowLine
from creneau.wiring.ground import Ground


class Waitlist(Ground):
    @cached_property
    def rounds(self) -> Rounds:
        return RoundExecutions(aws.client("stepfunctions"), self.environment["WAITLIST_ROUND_ARN"])

    @cached_property
    def pursue(self) -> Pursue:
        return Pursue(self.store, self.clinic, self.clock, self.rounds)

    @cached_property
    def pursue_day(self) -> PursueDay:
        return PursueDay(self.store, self.pursue)

    @cached_property
    def line_grew(self) -> LineGrew:
        return LineGrew(self.store, self.pursue_day)

    @cached_property
    def open_round(self) -> OpenRound:
        return OpenRound(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def settle(self) -> Settle:
        return Settle(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def settle_slot(self) -> SettleSlot:
        return SettleSlot(self.store, self.settle)

    @cached_property
    def extend(self) -> Extend:
        return Extend(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def show_history(self) -> ShowHistory:
        return ShowHistory(self.store, self.clinic)

    @cached_property
    def show_not_asked(self) -> ShowNotAsked:
        return ShowNotAsked(self.store, self.clinic)

    @cached_property
    def show_line(self) -> ShowLine:
        return ShowLine(self.store)

    @cached_property
    def show_offer(self) -> ShowOffer:
        return ShowOffer(self.store, self.clinic, self.clock)

    @cached_property
    def answer_offer(self) -> AnswerOffer:
        return AnswerOffer(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def bounce_offer(self) -> BounceOffer:
        return BounceOffer(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def open_offer_link(self) -> OpenOfferLink:
        return OpenOfferLink(self.store, self.clock)

    @cached_property
    def read_offer_page(self) -> ReadOfferPage:
        return ReadOfferPage(self.store, self.clinic, self.clock)

    @cached_property
    def read_clinic_facts(self) -> ReadClinicFacts:
        return ReadClinicFacts(self.store, self.clinic)

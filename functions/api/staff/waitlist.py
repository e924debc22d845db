"""The waitlist as staff see it: the line, rounds and their offers, and all that ever happened to a slot (W-13)."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from pydantic import Field

from api.staff.appointment_view import AppointmentView, named
from api.staff.given import Id, Nothing, Paged
from api.staff.names import names_of
from api.staff.routing import AGENDA, Call, Routes
from api.staff.shown import Listed, View, local, view
from creneau.agenda.catalogue import agenda_ref
from creneau.agenda.slot import parse_slot
from creneau.shared.store import require
from creneau.waitlist.round import Offer, OfferState, PassedOver, Round, RoundStatus, ref_of
from creneau.waitlist.show_line import Waiting
from creneau.wiring import App

routes = Routes()


class WaitingView(View, frozen=True, kw_only=True):
    """One place in line. `offered_in` is the round whose offer the patient has not answered."""

    appointment_id: str
    patient_id: str
    patient_name: str | None
    service_id: str
    start: datetime
    local_start: str
    waiting_since: datetime
    reachable_by_email: bool
    offered_in: str | None


class OfferView(View, frozen=True, kw_only=True):
    """To whom, for which waiting appointment, when, and what became of it when."""

    appointment_id: str
    patient_id: str
    patient_name: str | None
    sent_at: datetime
    state: OfferState
    decided_at: datetime | None
    new_appointment_id: str | None


class PassedOverView(View, frozen=True, kw_only=True):
    """Somebody in line who was not asked, and why."""

    appointment_id: str
    patient_id: str
    patient_name: str | None
    reason: str


class RoundView(View, frozen=True, kw_only=True):
    """The `q`-th round of offers of the slot's `n`-th release; answerable until `expires_at`."""

    id: str
    slot_id: str
    practitioner_id: str
    n: int
    q: int
    status: RoundStatus
    opened_at: datetime
    expires_at: datetime
    local_expires_at: str
    closed_at: datetime | None
    offers: list[OfferView]
    passed_over: list[PassedOverView]


class ChapterView(View, frozen=True, kw_only=True):
    """One appointment ever made on the slot; `release_n` is the last release that it caused, `rounds` are those of each."""

    appointment: AppointmentView
    release_n: int | None
    rounds: list[RoundView]


class HistoryView(View, frozen=True, kw_only=True):
    """`not_asked`: who in line can't be asked about the place while it is released and nobody is, and why."""

    slot_id: str
    start: datetime
    end: datetime
    local_start: str
    local_end: str
    items: list[ChapterView]
    not_asked: list[PassedOverView]


class LineAsked(Paged):
    """`duration` in minutes: who waits for exactly that long."""

    agenda_id: Id
    duration: int = Field(ge=1, le=1440)


def _patients_of(rounds: Iterable[Round]) -> list[str]:
    asked = [[o.patient_id for o in r.offers.values()] + [p.patient_id for p in r.passed_over] for r in rounds]
    return [patient_id for of_round in asked for patient_id in of_round]


def _shown_round(app: App, round: Round, names: Mapping[str, str]) -> RoundView:
    return view(
        RoundView,
        round,
        slot_id=round.slot.id,
        local_expires_at=local(round.expires_at, app.clinic.zone),
        offers=[
            view(OfferView, o, patient_name=names.get(o.patient_id)) for o in sorted(round.offers.values(), key=_order)
        ],
        passed_over=_shown_passed_over(round.passed_over, names),
    )


def _order(offer: Offer) -> tuple[datetime, datetime, str]:
    return offer.sent_at, offer.waiting_since, offer.appointment_id


def _shown_passed_over(passed: Iterable[PassedOver], names: Mapping[str, str]) -> list[PassedOverView]:
    return [view(PassedOverView, p, patient_name=names.get(p.patient_id)) for p in passed]


def _shown_waiting(app: App, waiting: Waiting, names: Mapping[str, str]) -> WaitingView:
    diary = waiting.diary
    return view(
        WaitingView,
        waiting.entry,
        patient_name=names.get(waiting.entry.patient_id),
        local_start=local(waiting.entry.start, app.clinic.zone),
        reachable_by_email=diary.reachable and not diary.closed,
        offered_in=diary.lock.round_id if diary.lock else None,
    )


@routes("GET", "/v1/waitlist", AGENDA, takes=LineAsked, answers=Listed[WaitingView])
def list_waiting(call: Call, given: LineAsked) -> Listed[WaitingView]:
    require(call.app.store, agenda_ref(given.agenda_id))
    waiting, cursor = call.app.show_line(given.agenda_id, given.duration, given.limit, given.cursor)
    names = names_of(call.app, (each.entry.patient_id for each in waiting))
    return Listed(items=[_shown_waiting(call.app, each, names) for each in waiting], next_cursor=cursor)


@routes("GET", "/v1/rounds/{round_id}", AGENDA, answers=RoundView)
def read_round(call: Call, _: Nothing) -> RoundView:
    round = require(call.app.store, ref_of(call.id("round_id")))
    return _shown_round(call.app, round, names_of(call.app, _patients_of([round])))


@routes("GET", "/v1/slots/{slot_id}/history", AGENDA, answers=HistoryView)
def read_history(call: Call, _: Nothing) -> HistoryView:
    """Every appointment ever made on this start and end, and under each released one the offers that it caused."""
    app, slot = call.app, parse_slot(call.id("slot_id"))
    chapters, not_asked = app.show_history(slot), app.show_not_asked(slot)
    made = [chapter.appointment for chapter in chapters]
    offered = _patients_of(r for chapter in chapters for r in chapter.rounds)
    told_of = [a.patient_id for a in made] + [p.patient_id for p in not_asked]
    names = names_of(app, told_of + offered)
    return HistoryView(
        slot_id=slot.id,
        start=slot.start,
        end=slot.end,
        local_start=local(slot.start, app.clinic.zone),
        local_end=local(slot.end, app.clinic.zone),
        items=[
            ChapterView(
                appointment=appointment,
                release_n=chapter.releases[-1].n if chapter.releases else None,
                rounds=[_shown_round(app, r, names) for r in chapter.rounds],
            )
            for appointment, chapter in zip(named(app, made, names), chapters, strict=True)
        ],
        not_asked=_shown_passed_over(not_asked, names),
    )

"""What a change of a stored value means: each name, and silence where nothing that matters differs."""

from datetime import timedelta
from typing import Any

import pytest

from creneau.agenda.absence import AbsenceRecord
from creneau.agenda.day import Availability, PractitionerDay, Release
from creneau.agenda.diary import Engagement, OfferLock, PatientDiary
from creneau.agenda.line import entry_of
from creneau.changes import Change, name_changes
from creneau.messaging.message import Channel, Kind, Message, MessageState
from creneau.waitlist.round import Offer, OfferState, Round, RoundStatus
from tests.support.world import World, at, line, slot

NOW = at("2026-03-02 08:00")
SLOT = slot("2026-03-20 09:00")
OPEN = Release(agenda_id="agd_1", start=SLOT.start, end=SLOT.end, n=1, opened_at=NOW)
DAY = PractitionerDay(practitioner_id="prc_1", on=SLOT.start.date())
OFFER = Offer(
    appointment_id="apt_1",
    patient_id="pat_1",
    service_id="srv_1",
    start=at("2026-04-06 09:00"),
    waiting_since=NOW,
    sent_at=NOW,
)
ROUND = Round(
    practitioner_id="prc_1",
    slot=SLOT,
    n=1,
    q=1,
    opened_at=NOW,
    expires_at=NOW + timedelta(days=15),
    offers={"apt_1": OFFER, "apt_2": OFFER.with_(appointment_id="apt_2", patient_id="pat_2")},
)
DIARY = PatientDiary(patient_id="pat_1")
ENGAGED = Engagement(appointment_id="apt_1", start=OFFER.start, end=at("2026-04-06 09:30"))
LOCK = OfferLock(round_id=ROUND.id, appointment_id="apt_1")
RELEASED = Change("PlaceReleased", ("prc_1", SLOT.id))
ENDED = Change("ReleaseEnded", (SLOT.id,))
HOURS = Availability(id="avl_1", agenda_id="agd_1", start=at("2026-03-20 08:00"), end=at("2026-03-20 12:00"))


def day(*releases: Release, **more: Any) -> PractitionerDay:
    return DAY.with_(releases=releases, **more)


def decided(state: OfferState, status: RoundStatus = RoundStatus.OPEN, **offers: Any) -> Round:
    return ROUND.with_(offers={**ROUND.offers, "apt_1": OFFER.with_(state=state), **offers}, status=status)


@pytest.mark.rule("W-03")
@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        (None, day(OPEN), [RELEASED]),
        (day(), day(OPEN), [RELEASED]),
        (day(OPEN), day(OPEN.with_(attempt=2)), [RELEASED]),
        (day(OPEN), day(OPEN.with_(places=2, released_by=("pat_2",))), [RELEASED]),
        (day(OPEN), day(OPEN.with_(ended_at=NOW)), [ENDED]),
        (day(OPEN.with_(ended_at=NOW)), day(OPEN.with_(ended_at=NOW), OPEN.with_(n=2)), [RELEASED]),
        (day(OPEN), day(OPEN, version=7), []),
        (day(OPEN), day(OPEN, availabilities=(HOURS,)), [Change("OpeningChanged", ("prc_1", SLOT.id))]),
        (day(), day(availabilities=(HOURS,)), []),
        (day(OPEN.with_(ended_at=NOW)), day(OPEN.with_(ended_at=NOW), availabilities=(HOURS,)), []),
    ],
)
def test_of_a_day(before, after, named) -> None:
    assert name_changes(before, after) == named


GREW = Change("LineGrew", ("pat_1",))
WITHDRAWN = Change("OfferWithdrawn", (ROUND.id,))


@pytest.mark.rule("W-11", "W-12")
@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        (None, DIARY.with_(engagements=(ENGAGED,)), []),
        (None, DIARY.with_(engagements=(ENGAGED.with_(waiting_since=NOW),)), [GREW]),
        (DIARY.with_(engagements=(ENGAGED,)), DIARY.with_(engagements=(ENGAGED.with_(waiting_since=NOW),)), [GREW]),
        (DIARY.with_(engagements=(ENGAGED.with_(waiting_since=NOW),)), DIARY.with_(engagements=(ENGAGED,)), []),
        (DIARY, DIARY.with_(lock=LOCK), []),
        (DIARY.with_(lock=LOCK), DIARY, [GREW]),
        (DIARY.with_(lock=LOCK), DIARY.with_(lock=LOCK.with_(void=True)), [WITHDRAWN]),
        (DIARY.with_(lock=LOCK.with_(void=True)), DIARY, [GREW]),
        (DIARY.with_(lock=LOCK.with_(void=True)), DIARY.with_(lock=LOCK.with_(void=True), version=4), []),
        (DIARY.with_(reachable=False), DIARY, [GREW]),
        (None, DIARY, []),
        (DIARY, DIARY.with_(reachable=False), []),
    ],
)
def test_of_a_diary(before, after, named) -> None:
    assert name_changes(before, after) == named


MADE = Change("OffersMade", (ROUND.id,))
DECIDED = Change("OfferDecided", (ROUND.id,))
CLOSED = Change("RoundClosed", ("prc_1", SLOT.id, ROUND.id))


@pytest.mark.rule("W-07", "W-11")
@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        (None, ROUND, [MADE]),
        (ROUND, decided(OfferState.SENT, apt_3=OFFER.with_(appointment_id="apt_3")), [MADE]),
        (ROUND, decided(OfferState.DECLINED), [DECIDED]),
        (ROUND, decided(OfferState.ACCEPTED), [DECIDED]),
        (decided(OfferState.DECLINED), decided(OfferState.DECLINED).with_(version=9), []),
        (ROUND, decided(OfferState.SUPERSEDED, RoundStatus.CLOSED), [CLOSED]),
        (decided(OfferState.ACCEPTED), decided(OfferState.ACCEPTED, RoundStatus.CLOSED), [CLOSED]),
        (
            decided(OfferState.ACCEPTED, RoundStatus.CLOSED),
            decided(OfferState.ACCEPTED, RoundStatus.CLOSED).with_(settled=True),
            [],
        ),
    ],
)
def test_of_a_round(before, after, named) -> None:
    assert name_changes(before, after) == named


def message(state: MessageState) -> Message:
    return Message(
        id="msg_1",
        channel=Channel.EMAIL,
        kind=Kind.OFFER,
        patient_id="pat_1",
        occurrence="1",
        due_at=NOW,
        created_at=NOW,
        state=state,
    )


@pytest.mark.parametrize(
    ("after", "named"),
    [
        (message(MessageState.SCHEDULED), [Change("MessageScheduled", ("msg_1",))]),
        (message(MessageState.CLAIMED), []),
        (message(MessageState.SENT), []),
        (AbsenceRecord(id="abs_1", practitioner_id="p", start=NOW, end=NOW), [Change("AbsenceRecorded", ("abs_1",))]),
        (AbsenceRecord(id="abs_1", practitioner_id="p", start=NOW, end=NOW, marked=True), []),
    ],
)
def test_of_messages_and_absences(after, named) -> None:
    assert name_changes(None, after) == named


def test_of_appointments_and_of_what_is_gone() -> None:
    world = World().clinic()
    (waiting,) = line(world, 1)
    assert name_changes(None, waiting) == [Change("AppointmentChanged", (waiting.id,))]
    assert name_changes(waiting, waiting) == []
    assert name_changes(waiting, None) == []
    assert name_changes(None, entry_of(waiting)) == []

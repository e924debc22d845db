"""Reminders as a whole: how far their planning has come, and which visits would lose theirs to quiet hours (M-09, M-16)."""

from datetime import datetime

from api.staff.given import Given, Nothing, TimeOfDay
from api.staff.names import names_of
from api.staff.routing import ADMIN, AGENDA, Call, Routes
from api.staff.shown import View, local, view
from creneau.messaging.replan_job import REPLAN_JOB

routes = Routes()


class ReplanningView(View, frozen=True, kw_only=True):
    """The walk over all visits ahead that follows a change of the reminders' templates: `running`, and how many are `done`.

    `since` null: there never was one.
    """

    running: bool
    done: int
    since: datetime | None
    finished_at: datetime | None


class QuietHoursAsked(Given):
    """Local times of day; alike: none."""

    quiet_from: TimeOfDay
    quiet_until: TimeOfDay


class LosingVisitView(View, frozen=True, kw_only=True):
    """`local_due_at` is when its SMS reminder would be due."""

    appointment_id: str
    agenda_id: str
    patient_id: str
    patient_name: str | None
    start: datetime
    local_start: str
    local_due_at: str


class LosingVisitsView(View, frozen=True, kw_only=True):
    """`complete` false: there are more than are shown."""

    visits: list[LosingVisitView]
    complete: bool


@routes("GET", "/v1/reminders/replanning", AGENDA, answers=ReplanningView)
def read_replanning(call: Call, _: Nothing) -> ReplanningView:
    job = call.app.store.get(REPLAN_JOB)
    if job is None:
        return ReplanningView(running=False, done=0, since=None, finished_at=None)
    return view(ReplanningView, job, running=job.finished_at is None)


@routes("GET", "/v1/settings/quiet-hours/visits", ADMIN, takes=QuietHoursAsked, answers=LosingVisitsView)
def visits_losing_their_sms(call: Call, given: QuietHoursAsked) -> LosingVisitsView:
    """Of the next 60 days: an SMS reminder that is due in such hours waits for their end, and is not sent when its visit
    starts within an hour of that. Nothing is changed."""
    losing, zone = call.app.show_losing_visits(given.quiet_from, given.quiet_until), call.app.clinic.zone
    names = names_of(call.app, (one.appointment.patient_id for one in losing.visits))
    visits = [
        view(
            LosingVisitView,
            one.appointment,
            appointment_id=one.appointment.id,
            patient_name=names.get(one.appointment.patient_id),
            local_start=local(one.appointment.start, zone),
            local_due_at=local(one.reminder.due_at, zone),
        )
        for one in losing.visits
    ]
    return LosingVisitsView(visits=visits, complete=losing.complete)

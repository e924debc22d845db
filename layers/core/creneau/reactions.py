"""This change -> these reactions: the one table of everything that follows by itself.

Each reaction reads its subject anew and is one cheap act that is harmless to repeat, in any order.
"""

from collections.abc import Callable

from creneau.agenda.slot import parse_slot
from creneau.changes import Change
from creneau.shared.model import Value
from creneau.waitlist.round import ref_of
from creneau.wiring import App


class Reaction(Value, frozen=True, kw_only=True):
    """A reaction to run, as the retry queue carries it."""

    reaction: str
    key: tuple[str, ...]


REACTIONS: dict[str, tuple[str, ...]] = {
    "AbsenceRecorded": ("mark_absence",),
    "AddressJudged": ("mark_address",),
    "AppointmentChanged": ("keep_due", "tell_of_appointment"),
    "GroupGoesOn": ("walk_group",),
    "InvoiceIssued": ("send_new_invoice",),
    "LineGrew": ("pursue_for_patient",),
    "MessageScheduled": ("dispatch_message",),
    "OfferDecided": ("extend_round", "settle_round"),  # in this order: settled first, a round all refused closes
    "OfferUnread": ("free_unread_offers",),
    "OfferWithdrawn": ("settle_round", "extend_round"),
    "OffersMade": ("plan_offers",),
    "OpeningChanged": ("settle_place", "pursue_place"),
    "PayerReminded": ("mark_reminded",),
    "OwedChanged": ("plan_payer_reminders",),
    "PayerPaused": ("plan_payer_reminders",),
    "PayersReplanStepped": ("continue_payers_replan",),
    "PayersReplanWanted": ("start_payers_replan",),
    "PlaceReleased": ("pursue_place",),
    "ReleaseEnded": ("settle_slot",),
    "ReminderMissed": ("plan_payer_reminders",),
    "ReplanStepped": ("continue_replan",),
    "ReplanWanted": ("start_replan",),
    "RunBegun": ("follow_run",),
    "RoundClosed": ("settle_closed_round", "pursue_after_round"),
}


def pursue_place(app: App, practitioner_id: str, slot_id: str) -> None:
    app.pursue(practitioner_id, parse_slot(slot_id))


def settle_place(app: App, _practitioner_id: str, slot_id: str) -> None:
    app.settle_slot(parse_slot(slot_id))


def pursue_after_round(app: App, practitioner_id: str, slot_id: str, _round_id: str) -> None:
    app.pursue(practitioner_id, parse_slot(slot_id))


def settle_round(app: App, round_id: str) -> None:
    app.settle(ref_of(round_id))


def settle_closed_round(app: App, _practitioner_id: str, _slot_id: str, round_id: str) -> None:
    app.settle(ref_of(round_id))


ACTS: dict[str, Callable[..., object]] = {
    "continue_payers_replan": lambda app, version: app.continue_payers_replan(int(version)),
    "continue_replan": lambda app, version: app.continue_replan(int(version)),
    "dispatch_message": lambda app, message_id: app.dispatch_message(message_id),
    "extend_round": lambda app, round_id: app.extend(ref_of(round_id)),
    "follow_run": lambda app, run_id: app.follow_run(run_id),
    "free_unread_offers": lambda app, round_id: app.free_unread_offers(round_id),
    "keep_due": lambda app, appointment_id: app.keep_due(appointment_id),
    "mark_absence": lambda app, absence_id: app.mark_absence(absence_id),
    "mark_address": lambda app, key: app.mark_address(key),
    "mark_reminded": lambda app, message_id: app.mark_reminded(message_id),
    "plan_offers": lambda app, round_id: app.plan_offers(round_id),
    "plan_payer_reminders": lambda app, *key: app.plan_payer_reminders(*key),
    "pursue_after_round": pursue_after_round,
    "pursue_for_patient": lambda app, patient_id: app.line_grew(patient_id),
    "pursue_place": pursue_place,
    "send_new_invoice": lambda app, invoice_id: app.send_new_invoice(invoice_id),
    "settle_closed_round": settle_closed_round,
    "settle_place": settle_place,
    "settle_round": settle_round,
    "settle_slot": lambda app, slot_id: app.settle_slot(parse_slot(slot_id)),
    "start_payers_replan": lambda app: app.start_payers_replan(),
    "start_replan": lambda app: app.start_replan(),
    "tell_of_appointment": lambda app, appointment_id: app.tell_of_appointment(appointment_id),
    "walk_group": lambda app, group_id: app.walk_group(group_id),
}


def reactions_to(changes: list[Change]) -> list[Reaction]:
    """What follows, each once."""
    wanted = [Reaction(reaction=name, key=c.key) for c in changes for name in REACTIONS[c.name]]
    return list(dict.fromkeys(wanted))


def react(app: App, reaction: Reaction) -> None:
    ACTS[reaction.reaction](app, *reaction.key)

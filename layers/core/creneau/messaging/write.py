"""A message's words: its wording chosen, its fields filled in, in the frame of the clinic."""

from collections.abc import Mapping, Sequence

from creneau.agenda.attendance import Attendance
from creneau.messaging.consent import is_to_many
from creneau.messaging.facts import Known
from creneau.messaging.lines import lines_of
from creneau.messaging.message import Channel, Kind
from creneau.messaging.render import Rendered
from creneau.messaging.signature import signature_for
from creneau.messaging.values import language_for, values_of
from creneau.messaging.wording.render import Frame, render_email, render_sms
from creneau.messaging.wording.wording import Wording
from creneau.messaging.wording_choice import Chosen, choose
from creneau.messaging.words import one_line
from creneau.shared.colour import ink_on, is_colour
from creneau.shared.settings import Clinic, Look, Settings

_SIGNATURE_LINES = 12


def chosen_for(known: Known) -> Chosen:
    """By its template and its reader's language."""
    message = known.message
    if text := message.given.get("text"):  # what staff wrote for this one
        return Chosen(Wording(body=text), language_for(known))
    variant = variant_of(known)
    return choose(known.template, message.kind, message.channel, language_for(known), known.clinic.language, variant)


def variant_of(known: Known) -> str:
    """Which second wording the facts ask for; see `template.VARIANTS`."""
    kind, appointment = known.message.kind, known.appointment
    if known.invoice is not None:
        return "credit_note" if known.invoice.is_credit_note else ""
    if kind is Kind.MOVED and appointment and appointment.offer_round_id is not None:
        return "accepted"
    if kind is Kind.CANCELLED and appointment and appointment.attendance is Attendance.CANCELLED_BY_PATIENT:
        return "by_patient"
    return ""


def write_email(known: Known, chosen: Chosen, links: Mapping[str, str], signature: Sequence[str]) -> Rendered:
    """`links`: the message's secret ones, as in `values_of`; `signature`: the lines that end it."""
    values = values_of(known, Channel.EMAIL, chosen.language, links)
    return render_email(chosen.wording, values, frame_of(known.settings, known.clinic, signature))


def write_sms(known: Known, chosen: Chosen, links: Mapping[str, str]) -> str:
    """What goes to many says how to end it, whatever was written (M-14)."""
    text, link = render_sms(chosen.wording, values_of(known, Channel.SMS, chosen.language, links)), links.get("opt_out")
    if not link or link in text or not is_to_many(known.message):
        return text
    return f"{text}\nStop{' ' if chosen.language == 'fr' else ''}: {link}"


def frame_of(settings: Settings, clinic: Clinic, signature: Sequence[str]) -> Frame:
    colour = settings.look.colour if is_colour(settings.look.colour) else Look().colour
    name = one_line(clinic.name)
    lines = tuple(line for line in map(one_line, signature) if line)[:_SIGNATURE_LINES] or (name,)
    return Frame(clinic_name=name, colour=colour, ink=ink_on(colour), signature=lines)


def signature_of(known: Known) -> tuple[str, ...]:
    """The lines of the one that applies (G-01); none where the clinic wrote none."""
    message, picked = known.message, known.message.given.get("signature_id")
    return lines_of(signature_for(known.signatures, message.kind, known.appointment, known.settings, picked))

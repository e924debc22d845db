"""Each decision about a message in words that staff read, and each reason against sending with what to do about it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from creneau.messaging.message import Decision
from creneau.messaging.verdict import Reason
from creneau.shared.errors import Refused

REASONS = {
    Reason.PAUSED: ("sending is paused for the whole clinic", "resume sending in the settings"),
    Reason.NOT_DUE: ("it is not due yet", "wait until it is due"),
    Reason.CANCELLED: ("it was not scheduled any more", "send it again if it is still needed"),
    Reason.KIND_OFF: ("messages of this kind are turned off", "turn its template on"),
    Reason.OTHER_DELAY: ("its template reminds at another time now", "nothing is left to tell"),
    Reason.TEMPLATE_OFF: ("its template is turned off, or deleted", "turn the template on, or choose another one"),
    Reason.NO_PATIENT: ("there is no such patient", "check the patient"),
    Reason.ERASED: ("the patient's record was erased", "nothing can be sent"),
    Reason.DECEASED: ("the patient is marked as deceased", "correct the patient's record if that is wrong"),
    Reason.SMS_OFF: ("text messages are turned off", "turn them on in the settings, or send it by email"),
    Reason.NO_CUSTOM_SMS: ("texts of your own are turned off", "turn them on in the settings"),
    Reason.NO_CONSENT: ("the patient gave no consent to such messages", "ask the patient, and record what they say"),
    Reason.REST_DAY: ("nothing goes to many on Sundays and public holidays", "wait for the next day"),
    Reason.PAST_ITS_DAY: ("the birthday is too long past", "write to the patient yourself"),
    Reason.GROUP_CANCELLED: ("staff took back what was sent to the group", "send it again if it is still needed"),
    Reason.NO_REVIEW_PAGE: ("the clinic has no page for reviews", "give its address in the settings (look.review_url)"),
    Reason.VOUCHER_EXPIRED: ("the voucher has expired", "issue a new one"),
    Reason.NO_PRACTITIONER: ("there is no such practitioner", "check the practitioner"),
    Reason.NO_PHONE: ("there is no mobile number to write to", "enter a mobile number, or send it by email"),
    Reason.NO_MOBILE: ("the number is no mobile number", "enter a mobile number, or send it by email"),
    Reason.NUMBER_MALFORMED: ("the mobile number can't be written to as it stands", "correct the number"),
    Reason.COUNTRY: (
        "numbers of that country are not written to",
        "add the country in the settings, or send it by email",
    ),
    Reason.PHONE_BLOCKED: ("the number opted out of text messages", "call, or send it by email"),
    Reason.NO_EMAIL: ("there is no email address to write to", "enter an email address, or send it by SMS"),
    Reason.MALFORMED: ("the email address can't be written to as it stands", "correct the email address"),
    Reason.BLOCKED: ("the email address bounced or complained before", "ask for another address, or clear the block"),
    Reason.NO_APPOINTMENT: ("the appointment was deleted", "nothing is left to tell"),
    Reason.OTHER_STATE: ("it is not true any more: the appointment is in another state", "read the appointment again"),
    Reason.OVERTAKEN: ("a later change of the appointment is told instead", "send what tells the present state"),
    Reason.STARTED: ("the visit had started", "nothing is left to tell"),
    Reason.QUIET_HOURS: ("no text message leaves during the quiet hours", "send it by email, or call"),
    Reason.MISSED: ("sending was held up, and by then it was of no use any more", "call, if it still matters"),
    Reason.CATCHING_UP: ("another message that had been held up went first", "wait: it goes an hour later"),
    Reason.NO_OFFER: ("there is no such offer", "read the slot's history"),
    Reason.OFFER_DECIDED: ("the offer is not open any more", "read the slot's history"),
    Reason.OFFER_EXPIRED: ("it was too late to answer the offer", "read the slot's history"),
    Reason.NO_INVOICE: ("there is no such invoice", "check the invoice"),
    Reason.NOT_FINAL: ("it is still a draft", "finalise it first"),
    Reason.CREDITED: ("credit notes took all of it back", "send the credit note"),
    Reason.PAID: ("nothing is owed any more", "nothing is left to do"),
    Reason.NOT_DUE_YET: ("it is not due yet, or what is left is collected by itself", "wait for its due date"),
    Reason.REMINDERS_OFF: ("the payer, or the patient, gets no payment reminders", "turn them on, or say why even so"),
    Reason.PROMISED: ("the payer said when they pay, or that they do not have to", "wait, or read the task"),
}

STEPS = {
    ("plan", "send"): "Planned.",
    ("plan", "schedule"): "Planned.",
    ("plan", "cancel"): "Not needed any more: what it is about, or its template, changed.",
    ("hand_over", "send"): "Found true and due, and handed over.",
    ("cancel", "cancel"): "Cancelled by staff.",
    ("resend", "send"): "Sent again by staff.",
    ("send", "send"): "Asked for.",
    ("document", "not_drawn"): "Its PDF could not be drawn just now: tried again a minute later.",
    ("document", "failed"): "Not sent: its PDF could not be drawn.",
    ("call", "throttled"): "The provider asked to send more slowly: tried again a little later.",
    ("call", "quota_reached"): "The provider's daily quota is used up: tried again an hour or two later.",
    ("call", "not_sent"): "The provider could not be reached: tried again a little later.",
    ("call", "rejected"): "Not sent: the provider refused it for good.",
    ("sweep", "once_more"): "Nobody learnt what became of the hand-over: handed over once more.",
    ("sweep", "unconfirmed"): "Nobody learnt what became of the hand-over: it may have arrived or not.",
    ("settle", "left"): "Staff found that it had left.",
    ("settle", "did_not_leave"): "Staff found that it had not left.",
    ("restore", "unconfirmed"): "The table was restored, and this had been written since: it may have arrived before.",
}


def explained(decision: Decision, zone: ZoneInfo) -> str:
    """A sentence; for what has none its own words, which are close to one."""
    reason = decision.facts.get("reason")
    if reason is None:
        own = f"{decision.step}: {decision.verdict}.".replace("_", " ").capitalize()
        return STEPS.get((decision.step, decision.verdict), own)
    until = decision.facts.get("until")
    if decision.verdict == "defer" and until is not None:
        local = datetime.fromisoformat(until).astimezone(zone)
        return f"Waits until {local:%a %d %b %Y, %H:%M}: {_sentence(reason)}."
    return f"Not sent: {_sentence(reason)}."


def refused(reason: Reason) -> Refused:
    """To staff who ask for a message that would not leave."""
    _, remedy = REASONS.get(reason, ("", "read the message's history"))
    return Refused(_sentence(reason), code=reason.value, remedy=remedy)


def _sentence(reason: str) -> str:
    known = REASONS.get(Reason(reason)) if reason in set(Reason) else None
    return known[0] if known else reason.replace("_", " ")

"""What a provider's reports make of a message: its state moves forward only, in whatever order and however often they come.

Promise 20 rests on one table: from which states each piece of news leads on. What leads nowhere changes no state.
"""

from datetime import datetime
from enum import StrEnum

from creneau.agenda.blocked_address import address_key
from creneau.messaging.message import Decision, Message, MessageState
from creneau.shared.model import Value


class News(StrEnum):
    """What a provider reports. `delayed` is no end: it still tries. After a `soft_bounce` (a full mailbox) it gave up."""

    SENT = "sent"
    DELAYED = "delayed"
    SOFT_BOUNCE = "soft_bounce"
    FAILED = "failed"
    OPTED_OUT = "opted_out"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


class Report(Value, frozen=True, kw_only=True):
    """One report about one hand-over. `message_id` is ours, empty where the provider carries only its own `provider_id`.

    `handed_over_at` is when the provider took it, `address` whom the news is about (empty: whom it was sent to), `code`
    the provider's word for the cause, never an address.
    """

    news: News
    at: datetime
    handed_over_at: datetime
    provider_id: str
    message_id: str = ""
    address: str = ""
    code: str = ""


_NOT_KNOWN_TO_HAVE_LEFT = frozenset(
    {
        MessageState.SCHEDULED,  # to go once more, as the first hand-over's answer was lost
        MessageState.CLAIMED,
        MessageState.UNCONFIRMED,
        MessageState.CANCELLED,
        MessageState.SUPPRESSED,
    }
)
_SENT = _NOT_KNOWN_TO_HAVE_LEFT | {MessageState.SENT}
_FAILED = _SENT | {MessageState.FAILED}
_DELIVERED = _FAILED | {MessageState.DELIVERED}

FORWARD: dict[News, tuple[MessageState, frozenset[MessageState]]] = {
    News.SENT: (MessageState.SENT, _NOT_KNOWN_TO_HAVE_LEFT),
    News.SOFT_BOUNCE: (MessageState.FAILED, _SENT),
    News.FAILED: (MessageState.FAILED, _SENT),
    News.OPTED_OUT: (MessageState.FAILED, _SENT),
    News.DELIVERED: (MessageState.DELIVERED, _FAILED),
    News.BOUNCED: (MessageState.BOUNCED, _DELIVERED),
    News.COMPLAINED: (MessageState.COMPLAINED, _DELIVERED | {MessageState.BOUNCED}),
}
"""The state that a piece of news leads to, and from which states."""

BLOCKS = {News.BOUNCED: "bounced", News.COMPLAINED: "complained", News.OPTED_OUT: "opted_out"}
"""News after which an address is not written to, and why it is blocked."""

TOLD_ALWAYS = frozenset({News.DELAYED, News.SOFT_BOUNCE, News.FAILED, News.OPTED_OUT, News.BOUNCED, News.COMPLAINED})
"""News that staff read of also where it changes no state."""


def told(message: Message, report: Report) -> Message:
    """The message after a report; the same where it says nothing new, or what was never handed over."""
    if message.hand_overs == 0:
        return message
    state = _led_to(message, report)
    if state is None and (report.news not in TOLD_ALWAYS or _is_known(message, report)):
        return message
    after = message.because(_decision(report))
    if state is None:
        return after
    sent_at, provider_id = message.sent_at or report.handed_over_at, message.provider_id or report.provider_id
    return after.with_(sent_at=sent_at, provider_id=provider_id).ended(state)


def _led_to(message: Message, report: Report) -> MessageState | None:
    state, leads_from = FORWARD.get(report.news, (None, frozenset()))
    sent_back = report.news in (News.BOUNCED, News.SOFT_BOUNCE)
    if message.state not in leads_from or (sent_back and _went_elsewhere_since(message, report)):
        return None
    return state


def _went_elsewhere_since(message: Message, report: Report) -> bool:
    """Handed over once more, to another address: what became of the first copy says nothing about the second."""
    return bool(report.address) and address_key(report.address) != address_key(message.address)


def _decision(report: Report) -> Decision:
    facts = {"code": report.code} if report.code else {}
    return Decision(at=report.at, step="feedback", verdict=report.news, rule="M-12", facts=facts)


def _is_known(message: Message, report: Report) -> bool:
    return any((d.step, d.verdict, d.at) == ("feedback", report.news, report.at) for d in message.why)

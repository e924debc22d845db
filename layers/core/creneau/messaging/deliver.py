"""The hand-over of one message: decide anew, write it, claim it last, make the one call, and record what came of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from creneau.messaging.attach import Attach, not_attached
from creneau.messaging.compose import Compose, Composed
from creneau.messaging.dispatch import Dispatch
from creneau.messaging.facts import Known
from creneau.messaging.instead import instead_by_email
from creneau.messaging.may_send import may_send
from creneau.messaging.message import Channel, Decision, Kind, Message, MessageState, content_key, message_ref
from creneau.messaging.mime import Attachment
from creneau.messaging.payments.judge import judged
from creneau.messaging.ports import (
    Contents,
    Mail,
    Mailer,
    NotDrawn,
    NotHandedOver,
    QuotaReached,
    Rejected,
    Text,
    Texter,
    Throttled,
    Unknown,
)
from creneau.messaging.read_known import ReadKnown
from creneau.messaging.sms.ledger import Entry, entry_of
from creneau.messaging.sms.month import SmsUse, UseState, allowed, month_of, opened, tariff_of
from creneau.messaging.verdict import Defer, Reason, Send, Suppress, decided, with_verdict
from creneau.shared.again import Again
from creneau.shared.model import Value
from creneau.shared.store import Conflict, Put, Store, Write
from creneau.shared.time import Clock, local_date

CLAIM_LASTS = timedelta(minutes=10)
"""After that no hand-over can still be running, and the sweeper calls the outcome unknown."""

QUOTA_PAUSE = timedelta(hours=1)

Change = Callable[[Message, datetime], Message]


class Delivered(Value, frozen=True, kw_only=True):
    """What became of one hand-over: `sent`, `suppressed`, `deferred`, `throttled`, `failed`, `unknown`, or `nothing`."""

    outcome: str


@dataclass(frozen=True)
class Claimed:
    """As it is stored now, with its entry in the month's ledger where it is an SMS."""

    message: Message
    composed: Composed
    entry: Entry | None


@dataclass(frozen=True)
class Deliver:
    """Delivers a message if it is due and true. Repeating it is harmless: only one claim of a version succeeds."""

    store: Store
    read: ReadKnown
    attach: Attach
    compose: Compose
    contents: Contents
    mailer: Mailer
    texter: Texter
    dispatch: Dispatch
    clock: Clock
    again: Again

    def __call__(self, message_id: str, version: int | None = None) -> Delivered:
        """`version`: the one dispatched; an entry for an older one is stale, the newer one is on its own way."""
        claimed = self.again(lambda: self._claim(message_id, version))
        if isinstance(claimed, Delivered):
            return claimed
        return self._hand_over(claimed)

    def _claim(self, message_id: str, version: int | None) -> Claimed | Delivered:
        now = self.clock()
        known = self.read(message_id, now)
        if known is None or not known.message.is_scheduled or version not in (None, known.message.version):
            return Delivered(outcome="nothing")
        message, verdict = known.message, may_send(known.message, known.facts, now)
        decision = decided(verdict, "hand_over", known.facts, now)
        if isinstance(verdict, Send):
            if message.kind is Kind.PAYMENT_REMINDER:
                known = known.listing(judged(message, known.facts, local_date(now, known.clinic.zone)).listed)
            return self._attached(known, decision, now)
        if isinstance(verdict, Defer) and verdict.reason is Reason.NOT_DUE:
            self.dispatch.on_its_way(message)
            return Delivered(outcome="deferred")
        self.store.commit([Put(with_verdict(message, verdict, decision))])
        return Delivered(outcome="deferred" if isinstance(verdict, Defer) else "suppressed")

    def _attached(self, known: Known, decision: Decision, now: datetime) -> Claimed | Delivered:
        try:
            files = self.attach(known)
        except NotDrawn as error:
            after = not_attached(known.message, error, now)
            self.store.commit([Put(after)])
            return Delivered(outcome="deferred" if after.is_scheduled else "failed")
        return self._claimed(known, known.message.because(decision), files, now)

    def _claimed(
        self, known: Known, message: Message, files: Sequence[Attachment], now: datetime
    ) -> Claimed | Delivered:
        """The content is kept before the claim, so that only the call lies between the claim and the record."""
        number = message.hand_overs + 1
        composed = self.compose(known, now, files)
        counted = self._counted(known, composed.credits, now)
        if counted is not None and not allowed(
            counted.month, counted.use.credits, counted.use.charge, known.settings.sms
        ):
            return self._over_the_limit(known, counted, now)
        key = content_key(message, number)
        self.contents.keep(key, msgspec.json.encode(composed.kept))
        claimed = message.with_(
            state=MessageState.CLAIMED,
            claimed_at=now,
            hand_overs=number,
            address=composed.kept.to,
            template=composed.kept.template,
            subject=composed.kept.subject,
            content_key=key,
            credits=composed.credits,
            month=counted.month.id if counted else "",
            look_at=now + CLAIM_LASTS,
        )
        entry_writes, entry = counted.reserved() if counted else ([], None)
        links = [Put(link) for link in composed.links]
        self.store.commit([Put(claimed), *known.unchanged(), *known.catching_up(now), *links, *entry_writes])
        return Claimed(claimed.with_(version=claimed.version + 1), composed, entry)

    def _counted(self, known: Known, credits: int, now: datetime) -> Entry | None:
        """The entry that this hand-over would make; an email makes none."""
        message = known.message
        if message.channel is not Channel.SMS:
            return None
        month, tariff = month_of(now, known.clinic.zone), tariff_of(known.settings, known.clinic.currency)
        use = SmsUse(month=month, at=now, message_id=message.id, kind=message.kind, credits=credits)
        return Entry(opened(known.month, month, tariff), use)

    def _over_the_limit(self, known: Known, counted: Entry, now: datetime) -> Delivered:
        """S-06: the email goes in its place, unless one says the same anyway."""
        spent, limit = counted.month.most_spent, known.settings.sms.monthly_limit
        on = {"month": counted.month.id, "spent": str(spent), "limit": str(limit), "credits": str(counted.use.credits)}
        verdict = Suppress(Reason.SPENDING_LIMIT, "S-06", on)
        told = with_verdict(known.message, verdict, decided(verdict, "hand_over", known.facts, now))
        self.store.commit([Put(told), *self._by_email(known, now)])
        return Delivered(outcome="suppressed")

    def _by_email(self, known: Known, now: datetime) -> list[Write]:
        email = instead_by_email(known.message, known.settings, known.book, now)
        return [Put(email)] if email and self.store.get(message_ref(email.id)) is None else []

    def _hand_over(self, claimed: Claimed) -> Delivered:
        try:
            provider_id = self._call(claimed.composed.post)
        except Rejected as error:
            return self._record(claimed, _failed(error), UseState.RETURNED, OPEN_TO_NEWS, "failed")
        except NotHandedOver as error:
            wait, name = self._pause(error, claimed.message)
            return self._record(claimed, _put_off(error, name, wait), UseState.RETURNED, STILL_CLAIMED, name)
        except Unknown:
            return Delivered(outcome="unknown")  # stays claimed; the sweeper, or the provider's event, resolves it
        return self._record(claimed, _sent(provider_id), UseState.USED, OPEN_TO_NEWS, "sent")

    def _call(self, post: Mail | Text) -> str:
        return self.texter.send(post) if isinstance(post, Text) else self.mailer.send(post)

    def _pause(self, error: NotHandedOver, message: Message) -> tuple[timedelta, str]:
        """How long until the next try: longer each time, and never all at once."""
        if isinstance(error, QuotaReached):
            return QUOTA_PAUSE * (1 + self.again.dice()), "quota_reached"
        first, longest = (2, 120) if isinstance(error, Throttled) else (30, 900)
        widest = min(longest, first * 2 ** min(message.hand_overs, 10))
        name = "throttled" if isinstance(error, Throttled) else "not_sent"
        return timedelta(seconds=1 + self.again.dice() * widest), name

    def _record(
        self, claimed: Claimed, change: Change, use: UseState, only: frozenset[MessageState], name: str
    ) -> Delivered:
        """What the call said; the claim is ours, so the record is as we wrote it, unless something came between."""
        settled = claimed.entry.settled(use) if claimed.entry else []
        try:
            self.store.commit([Put(change(claimed.message, self.clock())), *settled])
        except Conflict:
            self.again(lambda: self._record_anew(claimed.message, change, use, only))
        return Delivered(outcome=name)

    def _record_anew(self, claimed: Message, change: Change, use: UseState, only: frozenset[MessageState]) -> None:
        """Nothing is said any more when another hand-over has begun, or the provider told more already."""
        present = self.store.get(message_ref(claimed.id))
        entry = entry_of(self.store, claimed)
        settled = entry.settled(use) if entry else []
        if present is not None and present.hand_overs == claimed.hand_overs and present.state in only:
            settled = [Put(change(present, self.clock())), *settled]
        if settled:
            self.store.commit(settled)


STILL_CLAIMED = frozenset({MessageState.CLAIMED})
OPEN_TO_NEWS = STILL_CLAIMED | {MessageState.SCHEDULED, MessageState.UNCONFIRMED}


def _sent(provider_id: str) -> Change:
    return lambda m, now: m.with_(sent_at=now, provider_id=provider_id).ended(MessageState.SENT)


def _failed(error: NotHandedOver) -> Change:
    return lambda m, now: m.because(_told(now, "rejected", error)).ended(MessageState.FAILED)


def _put_off(error: NotHandedOver, name: str, wait: timedelta) -> Change:
    return lambda m, now: m.because(_told(now, name, error)).with_(not_before=now + wait).waiting()


def _told(now: datetime, verdict: str, error: NotHandedOver) -> Decision:
    code = str(error.args[0]) if error.args else type(error).__name__
    return Decision(at=now, step="call", verdict=verdict, rule="M-10", facts={"code": code})

"""What must be true once everything that follows has followed, whatever failed on the way."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from creneau.agenda.appointment import Appointment
from creneau.agenda.attendance import Attendance
from creneau.agenda.blocked_address import BlockedAddress, address_key
from creneau.agenda.catalogue import Patient
from creneau.messaging.group import GroupState, SmsGroup
from creneau.messaging.may_send import TELLS
from creneau.messaging.message import Channel, Kind, Message, MessageState, message_id
from creneau.messaging.quiet import morning_after
from creneau.messaging.reminders import reminders_of
from creneau.messaging.secret_links import BLANK
from creneau.messaging.sms.month import Charge, SmsMonth, SmsUse, UseState
from creneau.messaging.template import TemplateBook
from creneau.messaging.told import due_kind
from creneau.shared.settings import Settings
from creneau.waitlist.round import OfferState, Round
from tests.faults import book_promises, run_promises
from tests.faults.cloud import Cloud
from tests.support import judge

_TOKEN = re.compile(r"/u/[\w-]{22}")

ENDED = frozenset(MessageState) - {MessageState.SCHEDULED, MessageState.CLAIMED}


def broken(cloud: Cloud) -> Iterator[str]:
    """At any instant."""
    yield from cloud.broken
    yield from judge.faults(cloud.view)
    yield from book_promises.broken(cloud)


def broken_at_rest(cloud: Cloud) -> Iterator[str]:
    yield from broken(cloud)
    yield from judge.unfinished(cloud.view)
    yield from book_promises.unfinished(cloud)
    yield from run_promises.unfinished(cloud)
    yield from _messages(cloud)
    yield from _told(cloud)
    yield from _reminders(cloud)
    yield from _in_time(cloud)
    yield from _opted_out(cloud)
    yield from _credits(cloud)
    yield from _groups(cloud)
    yield from (f"given up for a person: {entry}" for entry in cloud.state.dead)
    yield from (f"{e.name} failed" for e in cloud.state.executions.values() if e.status == "FAILED")


def _messages(cloud: Cloud) -> Iterator[str]:
    """Promises 13 and 14: once each, or once more and known; nothing hangs."""
    now = cloud.state.now
    for m in cloud.view.all(Message):
        mails = _sent(cloud, m)
        if m.state is MessageState.CLAIMED and now - m.claimed_at > timedelta(minutes=15):
            yield f"promise 14: {m.id} is claimed for {now - m.claimed_at}"
        if m.state is MessageState.SCHEDULED and m.goes_at < now - timedelta(minutes=10):
            yield f"promise 14: {m.id} should have gone at {m.goes_at}"
        if mails > 1 + (m.lost_hand_overs if m.channel is Channel.EMAIL else 0):
            yield f"promise 13: {m.id} went {mails} times, {m.lost_hand_overs} hand-overs are known as lost"
        if mails == 0 and m.state in {MessageState.SENT, MessageState.DELIVERED}:
            yield f"M-10: {m.id} is recorded as {m.state} and never went"
        if mails and m.state in {MessageState.SUPPRESSED, MessageState.CANCELLED, MessageState.FAILED}:
            yield f"M-10: {m.id} went and is recorded as {m.state}"
        if mails and m.content_key not in cloud.state.objects:
            yield f"M-01: what {m.id} said is not kept"
    planned = {m.id.replace(".", "--") for m in cloud.view.all(Message)}
    yield from (f"{tag} went without a record" for tag in cloud.state.mails if tag not in planned)


def _groups(cloud: Cloud) -> Iterator[str]:
    """Everybody who agreed has one message of the group, and nobody else; what was taken back does not leave."""
    agreed = {p.id for p in cloud.view.all(Patient) if "group_sms" in p.consents}
    for group in cloud.view.all(SmsGroup):
        whole = [m for m in cloud.view.all(Message) if m.batch_id == group.id]
        if group.is_under_way:
            yield f"M-14: {group.id} is still {group.state}"
        if sorted(str(m.patient_id) for m in whole) != sorted(agreed) or group.planned != len(agreed):
            yield f"M-14: {group.id} counts {group.planned}, and goes to {[m.patient_id for m in whole]}"
        if group.state is GroupState.CANCELLED and any(m.state is not MessageState.CANCELLED for m in whole):
            yield f"M-02: {group.id} was taken back, and holds {[m.state for m in whole]}"


def _sent(cloud: Cloud, message: Message) -> int:
    """How often it went. An SMS carries no id of ours: it is known by its number and its words."""
    if message.channel is Channel.EMAIL:
        return cloud.state.mails[message.id.replace(".", "--")]
    if message.content_key not in cloud.state.objects:
        return 0
    kept = cloud.state.objects[message.content_key]  # in one chunk, as S3's protocol frames it
    said = json.loads(kept[kept.index(b"{") : kept.rindex(b"}") + 1])
    wanted = f"{said['to']} {said['text']}"
    return sum(times for text, times in cloud.state.texts.items() if _TOKEN.sub(f"/u/{BLANK}", text) == wanted)


def _credits(cloud: Cloud) -> Iterator[str]:
    """Promise 30: the month counts what its ledger holds, and the ledger what went."""
    uses = cloud.view.all(SmsUse)
    for month in cloud.view.all(SmsMonth):
        for charge in Charge:
            mine = [u for u in uses if u.month == month.id and u.charge is charge]
            held = {state: sum(u.credits for u in mine if u.state is state) for state in UseState}
            counted = month.of(charge)
            for state in (UseState.RESERVED, UseState.USED, UseState.UNCERTAIN):
                if getattr(counted, state) != held[state]:
                    yield f"promise 30: {month.id} counts {counted}, its ledger holds {held}"
    for m in cloud.view.all(Message):
        if m.channel is not Channel.SMS or not m.hand_overs:
            continue
        states = [u.state for u in uses if u.message_id == m.id]
        kept = [state for state in states if state is not UseState.RETURNED]
        if UseState.RESERVED in states and m.state is not MessageState.CLAIMED:
            yield f"promise 30: {m.id} is {m.state}, and credits are still reserved for it"
        if _sent(cloud, m) and len(kept) != 1:
            yield f"promise 30: {m.id} went once, and its uses are {states}"
        if m.state is MessageState.SENT and kept != [UseState.USED]:
            yield f"promise 30: {m.id} is recorded as sent, and its uses are {states}"


def _opted_out(cloud: Cloud) -> Iterator[str]:
    """Promise 23: whoever said stop, and was read about, is known by it in every record that is written to there."""
    blocked = {address.id for address in cloud.view.all(BlockedAddress) if address.is_blocked}
    for patient in cloud.view.all(Patient):
        reader = patient.reader
        if reader.phone and address_key(reader.phone) in blocked and not reader.phone_blocked:
            yield f"promise 23: {patient.id} is written to at a number that opted out"


def _told(cloud: Cloud) -> Iterator[str]:
    """Every change of an appointment, and every offer, has its message."""
    known = {m.id for m in cloud.view.all(Message)}
    for a in cloud.view.all(Appointment):
        kind = due_kind(a)
        wanted = message_id(kind, Channel.EMAIL, a.id, str(a.changes)) if kind else None
        if wanted and a.start > cloud.state.now and wanted not in known:
            yield f"M-18: {wanted} was never planned"
    for round in cloud.view.all(Round):
        for offer in round.offers.values():
            wanted = message_id(Kind.OFFER, Channel.EMAIL, round.id, offer.appointment_id)
            if offer.state is OfferState.SENT and wanted not in known:
                yield f"W-04: {wanted} was never planned"


def _reminders(cloud: Cloud) -> Iterator[str]:
    """Every visit ahead has the reminders that its templates ask for now, and waits for no others."""
    settings = next(iter(cloud.view.all(Settings)), Settings())
    book = next(iter(cloud.view.all(TemplateBook)), TemplateBook())
    wanted = {
        reminder.id
        for visit in cloud.view.all(Appointment)
        for reminder in reminders_of(visit, settings, book, cloud.app.clinic.zone)
        if reminder.due_at > cloud.state.now
    }
    waiting = {m.id for m in cloud.view.all(Message) if m.kind is Kind.REMINDER and m.is_scheduled}
    yield from (f"M-03: {id} is not planned" for id in wanted - waiting)
    yield from (f"M-09: {id} is planned still" for id in waiting - wanted)


def _in_time(cloud: Cloud) -> Iterator[str]:
    """Promises 15, 16, 17 and 22, read from what was claimed and when."""
    zone, visits = cloud.app.clinic.zone, {a.id: a for a in cloud.view.all(Appointment)}
    settings = next(iter(cloud.view.all(Settings)), Settings())
    for m in cloud.view.all(Message):
        visit = visits.get(m.appointment_id or "")
        if m.claimed_at is None:
            continue
        if visit and m.kind in TELLS and m.claimed_at > visit.attendance_at and visit.attendance not in TELLS[m.kind]:
            yield f"promise 15: {m.id} left at {m.claimed_at}, and the visit is {visit.attendance}"
        if visit and m.kind is Kind.REMINDER and not m.due_at <= m.claimed_at < visit.start:
            yield f"promise 16: {m.id} left at {m.claimed_at}, due at {m.due_at} for a visit at {visit.start}"
        if m.channel is Channel.SMS and morning_after(m.claimed_at, settings.messaging, zone):
            yield f"promise 17: {m.id} left at {m.claimed_at}, in the quiet hours"
    for month in cloud.view.all(SmsMonth):
        limit = settings.sms.monthly_limit
        if limit is not None and month.most_spent > limit:
            yield f"promise 22: {month.id} has spent {month.most_spent} of {limit}"


def _as_good_as(m: Message) -> MessageState:
    """Two hand-overs that nobody knows the outcome of, one of what must not go twice, are left to staff: promised, too."""
    alone = 1 if m.twice_is_harmless else 0
    lost = m.state is MessageState.UNCONFIRMED and m.lost_hand_overs > alone
    return MessageState.SENT if lost else m.state


def outcome(cloud: Cloud) -> dict[str, Any]:
    """What came of it for people: the same whatever failed once."""
    return {
        "appointments": {
            a.id: (a.attendance, a.start, a.waiting_since is not None, a.moved_to)
            for a in cloud.view.all(Appointment)
            if a.attendance is not Attendance.MOVED or a.moved_to
        },
        "offers": {(r.slot.id, r.n, key): o.state for r in cloud.view.all(Round) for key, o in r.offers.items()},
        "sent": {(m.kind, m.channel, m.appointment_id, _as_good_as(m)) for m in cloud.view.all(Message)},
        "answers": dict(cloud.state.answers),
        "blocked": {p.id for p in cloud.view.all(Patient) if p.reader.phone_blocked},
        **book_promises.outcome(cloud),
        **run_promises.outcome(cloud),
    }

"""The clinic's everyday jobs on the table, each with its bill, its ids as long as real ones."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from creneau.adapters import aws
from creneau.agenda.attendance import Attendance
from creneau.agenda.book import Booking
from creneau.entry import logger, metrics
from creneau.messaging.message import message_ref
from creneau.shared.actor import SYSTEM
from creneau.shared.settings import SETTINGS
from creneau.shared.store import Put, require
from creneau.waitlist.answer import Answer
from creneau.waitlist.round import Round
from tests.faults.cloud import REGION, Cloud
from tests.integration.counter import Bill, Meter
from tests.support.quick_moto import quicken
from tests.support.world import AGENDA, HALF_AN_HOUR, World, at

WAITING = 11


def long(prefix: str, number: int) -> str:
    return f"{prefix}_{number:026}"


@contextmanager
def clinic(*, reminded: bool = False) -> Iterator[tuple[Cloud, Meter]]:
    """A day with a place taken, eleven who wait for it, and nothing left to follow."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        quicken(patch)
        patch.setattr(metrics, "flush_metrics", metrics.clear_metrics)
        patch.setattr(logger, "info", lambda *_, **__: None)
        session = boto3.Session()
        patch.setattr(aws, "session", lambda: session)
        aws.client.cache_clear()
        world = World().clinic().without_reminders()
        world.open("2026-03-20 08:00", "18:00")
        for number in range(6):
            world.book(long("pat", 90 + number), f"2026-03-20 {10 + number}:00", id=long("apt", 90 + number))
        world.book(long("pat", 0), "2026-03-20 09:00", id=long("apt", 0))
        for number in range(1, WAITING + 1):
            on = f"2026-04-{5 + number:02}"
            world.open(f"{on} 08:00", "18:00")
            world.waits(long("pat", number), f"{on} 10:00", id=long("apt", number))
        world.patient(long("pat", 99))
        cloud = Cloud(world.now)
        cloud.load(world)
        if reminded:
            settings = require(cloud.app.store, SETTINGS)
            messaging = settings.messaging.with_(off=tuple(t for t in settings.messaging.off if t != "reminder.email"))
            cloud.app.store.commit([Put(settings.with_(messaging=messaging))])
            cloud.rest(timedelta(minutes=6))
        try:
            yield cloud, Meter(aws.client("dynamodb"), cloud.stored)
        finally:
            aws.client.cache_clear()


def main_job() -> dict[str, Bill]:
    """Book, cancel, a round of five, an acceptance, the rivals' release, the round that follows: the bill of each."""
    bills: dict[str, Bill] = {}
    with clinic() as (cloud, meter):

        def during(name: str, act: Callable[[], Any]) -> None:
            meter.take()
            act()
            bills[name] = bills.get(name, Bill()) + meter.take()

        booking = Booking(AGENDA, long("pat", 99), HALF_AN_HOUR, at("2026-03-20 17:00"))
        during("book", lambda: cloud.app.book(long("apt", 99), booking, SYSTEM))
        cloud.rest(timedelta(minutes=2))
        given_up = Attendance.CANCELLED_BY_PATIENT
        during("cancel", lambda: cloud.app.change_attendance(long("apt", 0), given_up, SYSTEM))
        _follow(cloud, during, "its reactions")
        first = next(iter(cloud.state.executions.values()))
        cloud.state.now = first.until
        during("open the round", lambda: cloud._step(first))
        _follow(cloud, during, "five offers planned, dispatched and delivered")
        (round,) = cloud.view.all(Round)
        accepted = list(round.offers)[2]
        during("accept", lambda: cloud.app.answer_offer(round.id, accepted, Answer.ACCEPT, cloud.app.clock()))
        during("close the round", lambda: cloud.app.settle_slot(round.slot))
        _follow(cloud, during, "what follows the acceptance")
        later = next(e for e in cloud.state.executions.values() if e.status == "RUNNING" and not e.closing)
        cloud.state.now = later.until
        during("open the cascade's round", lambda: cloud._step(later))
        _follow(cloud, during, "its five offers")
        cascade = next(r for r in cloud.view.all(Round) if r.id != round.id)
        cloud.state.now = cascade.expires_at + timedelta(minutes=1)
        during("close the cascade's round", lambda: cloud.app.settle_slot(cascade.slot))
    return bills


def one_message() -> dict[str, Bill]:
    """A confirmation, from the change that asks for it to its record as sent."""
    bills: dict[str, Bill] = {}
    with clinic() as (cloud, meter):
        booking = Booking(AGENDA, long("pat", 99), HALF_AN_HOUR, at("2026-03-20 17:00"))
        cloud.app.book(long("apt", 99), booking, SYSTEM)
        meter.take()
        cloud._read_stream()
        bills["plan"] = meter.take()
        cloud._read_stream()
        bills["dispatch"] = meter.take()
        cloud._read_queue("outbox")
        bills["hand over"] = meter.take()
    return bills


def one_reminder() -> dict[str, Bill]:
    """A visit with a reminder, from its booking to the reminder's record as sent."""
    bills: dict[str, Bill] = {}
    with clinic(reminded=True) as (cloud, meter):
        booking = Booking(AGENDA, long("pat", 99), HALF_AN_HOUR, at("2026-03-20 17:00"))
        cloud.app.book(long("apt", 99), booking, SYSTEM)
        meter.take()
        cloud.app.plan_reminders(long("apt", 99))
        bills["plan"] = meter.take()
        id = f"reminder.email.{long('apt', 99)}.system-1d"
        cloud.state.now = require(cloud.app.store, message_ref(id)).due_at
        meter.take()
        cloud.app.deliver(id)
        bills["hand over"] = meter.take()
    return bills


def _follow(cloud: Cloud, during: Callable[[str, Callable[[], Any]], None], name: str) -> None:
    """Everything due now, and no sweep."""

    def all_of_it() -> None:
        while cloud.state.stream or any(e.due <= cloud.state.now for q in cloud.state.queues.values() for e in q):
            cloud.tick(cloud.state.now)

    during(name, all_of_it)

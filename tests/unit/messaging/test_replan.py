"""A change of the reminders' templates reaches every visit ahead, wherever the walk was interrupted."""

from datetime import timedelta

import msgspec
import pytest

from creneau.agenda.catalogue import Agenda
from creneau.changes import Change, name_changes
from creneau.messaging.delay import parse_delay
from creneau.messaging.message import Channel, Kind, MessageState
from creneau.messaging.replan import STEP, ContinueReplan
from creneau.messaging.replan_job import REPLAN_JOB, ReplanJob
from creneau.messaging.template import TEMPLATE_BOOK, Line, TemplateBook
from creneau.messaging.walk import SweepWalk
from creneau.shared.settings import Look, MessagingSettings, Settings, SmsSettings
from tests.support.post import NOW, Crash

OWN = Line(id="tpl_own", kind=Kind.REMINDER, channel=Channel.EMAIL, delays=(parse_delay("48h"),))
BOOK = TemplateBook(stored=(OWN,), version=2)
VISITS = 2 * STEP + 7


@pytest.fixture
def clinic(post):
    """Two agendas with three pages of visits, each reminded by email a day before."""
    post.patient()
    post.put(*(Agenda(id=f"agd_{n}", practitioner_id="prc_1", location_id="loc_1") for n in (1, 2)))
    for n in range(VISITS):
        start = NOW + timedelta(days=20 + n)
        id = post.appointment(f"apt_{n:03}", start=start, end=start + timedelta(minutes=30))
        post.remind(id)
    post.wait(timedelta(hours=1))
    return post


def ask(post, *delays: str) -> None:
    """The clinic's own template reminds so long before, or at no time any more."""
    line = OWN.with_(delays=tuple(map(parse_delay, delays)), active=bool(delays))
    present = post.store.get(TEMPLATE_BOOK)
    post.put(TemplateBook(stored=(line,), version=present.version if present else 0))
    post.start_replan()


def job(post) -> ReplanJob:
    found = post.store.get(REPLAN_JOB)
    assert isinstance(found, ReplanJob)
    return found


def walk(post, steps: int = 50) -> int:
    for taken in range(steps):
        if job(post).finished_at is not None:
            return taken
        post.continue_replan(job(post).version)
    return steps


def of_template(post, *states: MessageState) -> list[str]:
    found = [m for m in post.messages() if m.template_id == "tpl_own"]
    return [m.id for m in found if not states or m.state in states]


@pytest.mark.rule("M-08", "M-09")
def test_a_new_template_reaches_every_visit_page_by_page(clinic):
    ask(clinic, "48h")
    assert walk(clinic) == 4
    assert len(of_template(clinic, MessageState.SCHEDULED)) == VISITS
    assert (job(clinic).done, job(clinic).finished_at, job(clinic).look_at) == (VISITS, clinic.now, None)


@pytest.mark.rule("M-09")
def test_one_that_is_turned_off_or_deleted_is_taken_back_everywhere(clinic):
    clinic.settings(off=("reminder.email",))
    clinic.start_replan()
    walk(clinic)
    assert {m.state for m in clinic.messages()} == {MessageState.CANCELLED}
    clinic.settings(off=())
    clinic.start_replan()
    walk(clinic)
    assert {m.state for m in clinic.messages()} == {MessageState.SCHEDULED}


@pytest.mark.rule("M-09")
def test_a_step_that_is_interrupted_is_taken_again(clinic):
    ask(clinic, "48h")
    clinic.store.before_commit.append(fail_at(20))
    with pytest.raises(Crash):
        clinic.continue_replan(job(clinic).version)
    clinic.store.before_commit.clear()
    assert (job(clinic).done, len(of_template(clinic))) == (0, 19)
    clinic.continue_replan()
    walk(clinic)
    assert (job(clinic).done, len(of_template(clinic))) == (VISITS, VISITS)


def fail_at(number: int):
    count = iter(range(1, 1000))

    def crash(_writes):
        if next(count) == number:
            raise Crash

    return crash


@pytest.mark.rule("M-09")
@pytest.mark.promise(34)
def test_a_record_that_is_read_twice_makes_one_walk(clinic):
    ask(clinic, "48h")
    version = job(clinic).version
    clinic.continue_replan(version)
    after = job(clinic)
    clinic.continue_replan(version)
    assert job(clinic) == after


@pytest.mark.rule("M-09")
def test_two_steps_at_once_count_once(clinic):
    ask(clinic, "48h")
    clinic.meanwhile(clinic.continue_replan)
    clinic.continue_replan()
    assert job(clinic).done == STEP


@pytest.mark.rule("M-09")
def test_a_newer_change_begins_anew_and_none_does_nothing(clinic):
    ask(clinic, "48h")
    first = job(clinic)
    clinic.continue_replan()
    clinic.wait(timedelta(minutes=1))
    ask(clinic, "24h", "12h")
    began = job(clinic)
    assert (began.done, began.cursor, began.since) == (0, None, clinic.now)
    assert began.asked != first.asked
    ask(clinic, "24h", "12h")
    clinic.settings(paused=True)
    clinic.start_replan()
    assert job(clinic) == began


def test_a_change_between_a_step_and_its_record_begins_anew(clinic):
    ask(clinic, "48h")

    def newer(writes):
        clinic.store.before_commit.clear()
        ask(clinic, "24h")

    clinic.store.before_commit[:] = [newer]
    clinic.continue_replan()
    walk(clinic)
    planned = of_template(clinic, MessageState.SCHEDULED)
    assert len(planned) == VISITS
    assert all(id.endswith("-24h") for id in planned)


@pytest.mark.promise(32)
def test_the_sweeper_finds_a_walk_that_stopped(clinic):
    ask(clinic, "48h")
    assert sweep(clinic) == 0
    assert clinic.store.look_at(ReplanJob, clinic.now + timedelta(minutes=3)) == [REPLAN_JOB]
    clinic.wait(timedelta(minutes=3))
    assert sweep(clinic) == 1
    assert job(clinic).done == STEP
    walk(clinic)
    assert clinic.store.look_at(ReplanJob, None) == []
    clinic.wait(timedelta(days=1))
    assert sweep(clinic) == 0


@pytest.mark.promise(32)
def test_the_sweeper_finds_a_change_that_nobody_heard_of(clinic):
    clinic.settings(off=("reminder.email",))
    sweep(clinic)
    walk(clinic)
    assert {m.state for m in clinic.messages()} == {MessageState.CANCELLED}


@pytest.mark.rule("M-09", "M-10")
@pytest.mark.promise(32)
def test_what_came_due_until_a_change_was_noticed_is_planned_late(clinic):
    clinic.appointment("apt_soon", start=clinic.now + timedelta(hours=49), end=clinic.now + timedelta(hours=50))
    clinic.put(TemplateBook(stored=(OWN.with_(since=clinic.now),)))
    clinic.wait(timedelta(hours=2))
    sweep(clinic)
    walk(clinic)
    assert "reminder.email.apt_soon.tpl_own-48h" in of_template(clinic, MessageState.SCHEDULED)


@pytest.mark.rule("M-09")
def test_each_template_makes_up_only_for_what_was_due_since_it_was_turned_on(clinic):
    clinic.appointment("apt_soon", start=clinic.now + timedelta(hours=49), end=clinic.now + timedelta(hours=50))
    later = OWN.with_(id="tpl_later", since=clinic.now + timedelta(hours=2))
    clinic.put(TemplateBook(stored=(OWN.with_(since=clinic.now), later)))
    clinic.wait(timedelta(hours=3))
    sweep(clinic)
    walk(clinic)
    soon = {m.template_id for m in clinic.messages() if m.appointment_id == "apt_soon"}
    assert "tpl_own" in soon
    assert "tpl_later" not in soon


@pytest.mark.promise(32)
def test_a_walk_that_an_older_version_recorded_is_read_and_begun_anew(clinic):
    clinic.put(msgspec.convert({"since": NOW, "done": 7, "finished_at": NOW}, ReplanJob))
    clinic.remind("apt_000")
    clinic.start_replan()
    assert (job(clinic).finished_at, job(clinic).done) == (None, 0)


@pytest.mark.rule("M-09")
@pytest.mark.promise(32)
def test_a_visit_that_cannot_be_planned_does_not_stop_the_walk(clinic):
    failing = ["apt_003", "apt_004", "apt_004"]  # so often each of them fails

    def plan(id: str) -> None:
        if id in failing:
            failing.remove(id)
            raise RuntimeError(id)
        clinic.remind(id)

    clinic.continue_replan = ContinueReplan(clinic.store, plan, clinic.clock, clinic._trouble)
    ask(clinic, "48h")
    walk(clinic)
    assert job(clinic).finished_at == clinic.now
    assert len(of_template(clinic)) == VISITS - 1  # the one that failed once has been tried again
    assert (job(clinic).left, len(clinic.troubles)) == (("apt_004",), 3)


def sweep(post) -> int:
    return SweepWalk(post.store, REPLAN_JOB, post.start_replan, post.continue_replan, post.clock)()


def test_without_agendas_it_ends_at_once(post):
    ask(post, "48h")
    post.continue_replan()
    assert job(post).finished_at == post.now
    post.continue_replan()
    assert job(post).version == 2


WANTED = Change("ReplanWanted", ())


@pytest.mark.rule("M-08", "M-09")
@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        (None, Settings(version=7), []),
        (None, Settings(sms=SmsSettings(enabled=True), version=7), [WANTED]),
        (Settings(), Settings(messaging=MessagingSettings(off=()), version=7), [WANTED]),
        (Settings(), Settings(messaging=MessagingSettings(paused=True), look=Look(phone="1"), version=7), []),
        (BOOK, BOOK.with_(stored=(OWN.with_(wording=3),), version=3), []),
        (None, BOOK, [WANTED]),
        (BOOK, BOOK.with_(stored=(OWN.with_(active=False),), version=3), [WANTED]),
        (BOOK, BOOK.with_(stored=(), version=3), [WANTED]),
        (
            BOOK,
            BOOK.with_(stored=(OWN.with_(delays=(parse_delay("1d"),)),), version=3),
            [WANTED],
        ),
        (BOOK, BOOK.with_(stored=(OWN, OWN.with_(id="tpl_2", kind=Kind.CUSTOM)), version=3), []),
        (None, ReplanJob(since=NOW, asked="a", version=4), [Change("ReplanStepped", ("4",))]),
        (None, ReplanJob(since=NOW, asked="a", version=4, finished_at=NOW), []),
    ],
)
def test_only_what_reminders_depend_on_asks_for_it(before, after, named):
    assert name_changes(before, after) == named

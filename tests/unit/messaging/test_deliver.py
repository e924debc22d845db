"""One hand-over in every outcome: at most one mail, and a record that tells the truth."""

import json
import re
from datetime import timedelta

import pytest

from creneau.agenda.appointment import appointment_ref
from creneau.agenda.attendance import Attendance
from creneau.agenda.catalogue import patient_ref
from creneau.agenda.day import day_ref
from creneau.agenda.diary import diary_ref
from creneau.messaging.message import MessageState
from creneau.messaging.ports import NotSent, QuotaReached, Rejected, Throttled, Unknown
from creneau.shared.link import hash_of
from creneau.waitlist.round import ref_of
from tests.support.post import SLOT, Crash, Post, body

LINK = re.compile(r"https://rdv\.cabinet\.example/o/([A-Za-z0-9_-]{22})\b")


@pytest.fixture
def id(post):
    post.patient()
    post.appointment()
    return post.planned()


@pytest.fixture
def offer(post):
    (id,) = post.plan_offers(post.offer()).message_ids
    return id


def deliver(post, id):
    return post.deliver(id, post.message(id).version).outcome


@pytest.mark.rule("M-01")
def test_a_message_is_sent_and_its_record_says_all(post, id):
    assert deliver(post, id) == "sent"
    message = post.message(id)
    assert (message.state, message.provider_id, message.sent_at) == (MessageState.SENT, "ses-1", post.now)
    assert (message.address, message.template) == ("pat_1@mail.example", "fr/confirmed.email")
    assert [(d.step, d.verdict) for d in message.why] == [("plan", "send"), ("hand_over", "send")]
    assert message.look_at is None
    kept = json.loads(post.contents.kept[message.content_key])
    (mail,) = post.mails()
    assert kept["subject"] == mail["Subject"] == message.subject
    assert kept["text"].splitlines() == body(mail).splitlines()
    assert mail["X-Creneau-Message"] == id


@pytest.mark.rule("M-10")
@pytest.mark.promise(13)
def test_delivering_again_sends_nothing(post, id):
    version = post.message(id).version
    for _ in range(3):
        post.deliver(id, version)
    post.deliver(id)
    assert len(post.mailer.sent) == 1


@pytest.mark.rule("M-10")
def test_two_deliverers_at_once_send_one(post, id):
    def rival(_writes):
        post.store.before_commit.clear()
        deliver(post, id)

    post.store.before_commit.append(rival)
    assert deliver(post, id) == "nothing"
    assert len(post.mailer.sent) == 1


def test_an_entry_of_an_older_version_is_stale(post, id):
    assert post.deliver(id, post.message(id).version - 1).outcome == "nothing"
    assert post.deliver("confirmed.email.apt_unknown.0", 1).outcome == "nothing"
    assert not post.mailer.sent


def test_what_comes_too_early_goes_back_on_its_way(post, id):
    post.edit_message(id, not_before=post.now + timedelta(minutes=3))
    assert deliver(post, id) == "deferred"
    assert post.outbox.entries[-1][1] == 180
    assert not post.mailer.sent


CHANGES = {
    "cancelled": lambda post: post.attendance(Attendance.CANCELLED_BY_PATIENT),
    "moved": lambda post: post.attendance(Attendance.MOVED),
    "erased": lambda post: post.edit(patient_ref("pat_1"), erased=True, email=None),
    "deceased": lambda post: post.edit(patient_ref("pat_1"), deceased=True),
    "blocked": lambda post: post.edit(patient_ref("pat_1"), email_blocked=True),
    "deleted": lambda post: post.edit(appointment_ref("apt_1"), deleted_at=post.now),
}


@pytest.mark.rule("M-09")
@pytest.mark.promise(12)
@pytest.mark.promise(15)
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("when", ["before", "in the claim"])
@pytest.mark.parametrize("kind", ["id", "offer"])
def test_nothing_goes_to_whom_it_no_longer_concerns(request, post, change, when, kind):
    """In the claim: the change lands between what was read and what is written."""
    message = request.getfixturevalue(kind)
    if when == "before":
        change(post)
    else:

        def slip(_writes):
            post.store.before_commit.clear()
            change(post)

        post.store.before_commit.append(slip)
    assert deliver(post, message) == "suppressed"
    assert not post.mailer.sent
    assert not post.links()
    told = post.message(message)
    assert told.state is MessageState.SUPPRESSED
    assert told.why[-1].verdict == "suppress"


OFFER_CHANGES = {
    "release ended": lambda post: post.edit(
        day_ref("prc_1", post.day.on), releases=(post.day.releases[0].with_(ended_at=post.now),)
    ),
    "no availability": lambda post: post.edit(day_ref("prc_1", post.day.on), availabilities=()),
    "unlocked": lambda post: post.edit(diary_ref("pat_1"), lock=None),
    "declined": lambda post: post.decide("declined"),
    "expired": lambda post: post.wait(timedelta(days=16)),
}


@pytest.mark.rule("W-08")
@pytest.mark.rule("M-09")
@pytest.mark.parametrize("change", OFFER_CHANGES.values(), ids=OFFER_CHANGES)
def test_an_offer_that_cannot_win_any_more_is_not_sent(post, offer, change):
    change(post)
    assert deliver(post, offer) == "suppressed"
    assert not post.mailer.sent


@pytest.mark.rule("M-09")
def test_an_offer_answered_in_the_claim_is_not_sent(post, offer):
    def slip(_writes):
        post.store.before_commit.clear()
        post.decide("declined")

    post.store.before_commit.append(slip)
    assert deliver(post, offer) == "suppressed"


@pytest.mark.rule("P-02")
def test_an_offers_link_is_stored_as_a_hash_and_kept_nowhere_else(post, offer):
    assert deliver(post, offer) == "sent"
    (mail,) = post.mails()
    tokens = set(LINK.findall(body(mail)))
    assert tokens == set(LINK.findall(body(mail, "html")))
    (token,) = tokens
    (link,) = post.links()
    assert (link.hash, link.purpose) == (hash_of(token), "offer")
    assert link.subject == {"round_id": post.message(offer).round_id, "appointment_id": "apt_1"}
    everything = repr(post.store.items) + repr(post.contents.kept)
    assert token not in everything
    assert "https://rdv.cabinet.example/o/…" in json.loads(post.contents.kept[post.message(offer).content_key])["text"]


# -- what the call may answer
@pytest.mark.rule("M-10")
@pytest.mark.promise(14)
@pytest.mark.parametrize(
    ("fault", "outcome", "least", "most"),
    [
        (Throttled("TooManyRequestsException"), "throttled", 1, 120),
        (NotSent("ConnectTimeoutError"), "not_sent", 1, 900),
        (QuotaReached("LimitExceededException"), "quota_reached", 3600, 7200),
    ],
)
def test_what_did_not_leave_is_scheduled_again(post, id, fault, outcome, least, most):
    post.mailer.faults.append(fault)
    assert deliver(post, id) == outcome
    message = post.message(id)
    assert (message.state, message.claimed_at) == (MessageState.SCHEDULED, None)
    assert least <= (message.not_before - post.now).total_seconds() <= most
    assert (message.why[-1].verdict, message.why[-1].facts) == (outcome, {"code": fault.args[0]})
    post.rest()
    assert post.message(id).state is MessageState.SENT
    assert len(post.mailer.sent) == 1


def test_a_burst_of_refusals_stays_one_line_of_why_and_spreads_out(post, id):
    waits = []
    for _ in range(8):
        post.mailer.faults.append(Throttled("TooManyRequestsException"))
        deliver(post, id)
        waits.append(post.message(id).not_before - post.now)
        post.now = post.message(id).goes_at
    assert waits == sorted(waits)
    assert waits[0] < waits[-1] <= timedelta(seconds=121)
    assert len(post.message(id).why) < 20


@pytest.mark.promise(14)
def test_a_mail_refused_for_good_failed(post, id):
    post.mailer.faults.append(Rejected("MessageRejected"))
    assert deliver(post, id) == "failed"
    assert post.message(id).state is MessageState.FAILED
    assert post.rest() == []


@pytest.mark.rule("M-10")
@pytest.mark.promise(14)
def test_a_lost_answer_stays_claimed_and_goes_once_more_and_only_once(post, id):
    post.mailer.lost += [Unknown("ReadTimeoutError"), Unknown("ReadTimeoutError")]
    assert deliver(post, id) == "unknown"
    assert post.message(id).state is MessageState.CLAIMED
    post.now += timedelta(minutes=9)
    assert post.sweep() == 0
    start = post.message(id).claimed_at
    post.rest()
    message = post.message(id)
    assert message.state is MessageState.UNCONFIRMED
    assert (message.lost_hand_overs, len(post.mailer.sent)) == (2, 2)
    assert post.now - start < timedelta(minutes=40)


@pytest.mark.promise(14)
def test_a_lost_answer_whose_second_copy_arrives_is_sent(post, id):
    post.mailer.lost.append(Unknown("ReadTimeoutError"))
    deliver(post, id)
    post.rest()
    message = post.message(id)
    assert (message.state, message.lost_hand_overs) == (MessageState.SENT, 1)
    assert [d.verdict for d in message.why if d.step == "sweep"] == ["once_more"]


@pytest.mark.rule("M-09", "M-10")
@pytest.mark.promise(14)
def test_once_more_is_decided_anew_and_what_may_have_left_is_not_called_unsent(post, id):
    post.mailer.lost.append(Unknown("ReadTimeoutError"))
    deliver(post, id)
    post.attendance(Attendance.CANCELLED_BY_PATIENT)
    post.rest()
    assert post.message(id).state is MessageState.UNCONFIRMED
    assert post.message(id).why[-1].verdict == "suppress"
    assert len(post.mailer.sent) == 1


def test_a_record_that_meets_the_sweeper_still_says_sent(post, id):
    """The answer came after the claim had been given up: the mail did leave."""
    send = post.mailer.send

    def slow(mail):
        answer = send(mail)
        post.now += timedelta(minutes=11)
        post.sweep()
        return answer

    post.mailer.send = slow
    deliver(post, id)
    assert post.message(id).state is MessageState.SENT
    assert len(post.mailer.sent) == 1


def test_a_refusal_never_undoes_what_came_since(post, id):
    def refuse(_mail):
        message = post.message(id)
        post.put(message.ended(MessageState.DELIVERED))
        raise Throttled("TooManyRequestsException")

    post.mailer.send = refuse
    deliver(post, id)
    assert post.message(id).state is MessageState.DELIVERED


# -- the process may be gone at any step
def crash_at(post: Post, step: int):
    """The nth call to store, bucket or mailer never returns; the process is gone before (even) or after it (odd)."""
    count = [0]

    def wrap(target, name):
        original = getattr(target, name)

        def call(*args):
            count[0] += 1
            if count[0] == step // 2 + 1:
                if step % 2:
                    original(*args)
                raise Crash
            return original(*args)

        setattr(target, name, call)

    for target, name in [
        (post.store, "snapshot"),
        (post.store, "get_many"),
        (post.store, "commit"),
        (post.contents, "keep"),
        (post.mailer, "send"),
    ]:
        wrap(target, name)


def mended(post: Post) -> None:
    for target in (post.store, post.contents, post.mailer):
        for name in ("snapshot", "get_many", "commit", "keep", "send"):
            target.__dict__.pop(name, None)


@pytest.mark.rule("M-10")
@pytest.mark.promise(13)
@pytest.mark.promise(14)
@pytest.mark.parametrize("kind", ["id", "offer"])
@pytest.mark.parametrize("step", range(12))
def test_a_crash_anywhere_loses_nothing(request, post, kind, step):
    id = request.getfixturevalue(kind)
    crash_at(post, step)
    with pytest.raises(Crash):
        deliver(post, id)
    mended(post)
    sent = len(post.mailer.sent)
    claimed = post.message(id).state is MessageState.CLAIMED
    outcomes = post.rest()
    assert post.message(id).state is MessageState.SENT, outcomes
    again = sent and post.message(id).lost_hand_overs
    assert len(post.mailer.sent) == (2 if again else 1)
    assert (post.message(id).lost_hand_overs == 1) == claimed


def test_no_crash_step_is_missing(post, id):
    """The twelve cases above are all calls of a delivery, before and after."""
    crash_at(post, 12)
    assert deliver(post, id) == "sent"


@pytest.mark.parametrize("kind", ["id", "offer"])
def test_a_message_costs_two_reads_and_two_writes_at_hand_over(request, post, kind):
    id = request.getfixturevalue(kind)
    version = post.message(id).version
    post.store.calls.clear()
    post.deliver(id, version)
    assert [c for c in post.store.calls if c != "commit"] == ["snapshot", "get_many"]
    assert post.store.calls.count("commit") == 2  # claimed, sent; planned was the first of the three


@pytest.mark.promise(18)
def test_a_message_holds_its_recipients_facts_only(post):
    round_id = post.offer(3)
    for n in range(1, 4):
        post.edit(patient_ref(f"pat_{n}"), last_name=f"Surname{n}")
    for id in post.plan_offers(round_id).message_ids:
        deliver(post, id)
    for n, mail in enumerate(post.mails(), 1):
        text = str(mail.as_string()) + body(mail) + body(mail, "html")
        assert f"pat_{n}@mail.example" in mail["To"]
        for other in {1, 2, 3} - {n}:
            assert f"pat_{other}" not in text
            assert f"Surname{other}" not in text
    assert SLOT.id in round_id
    assert len({m["X-Creneau-Message"] for m in post.mails()}) == 3
    assert post.store.get(ref_of(round_id)) is not None

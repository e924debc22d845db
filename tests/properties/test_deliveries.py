"""Whatever happens around a hand-over: a mail leaves once at most unless its answer was lost, and only while true."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creneau.agenda.appointment import appointment_ref
from creneau.agenda.attendance import Attendance
from creneau.messaging.message import MessageState
from creneau.messaging.ports import NotSent, QuotaReached, Rejected, Throttled, Unknown
from tests.support.post import Crash, Post

FAULTS: dict[str, Callable[[], BaseException]] = {
    "throttled": lambda: Throttled("TooManyRequestsException"),
    "quota": lambda: QuotaReached("LimitExceededException"),
    "not sent": lambda: NotSent("ConnectTimeoutError"),
    "rejected": lambda: Rejected("MessageRejected"),
    "no answer": lambda: Unknown("ReadTimeoutError"),
    "crash before": Crash,
}
STEPS = st.one_of(
    st.tuples(st.just("time"), st.integers(1, 40)),
    st.tuples(st.just("deliver"), st.sampled_from(["", *FAULTS, "answer lost", "crash after"])),
    st.tuples(st.just("attendance"), st.sampled_from([Attendance.CANCELLED_BY_PATIENT, Attendance.BOOKED])),
    st.tuples(st.sampled_from(["plan", "sweep", "dispatch", "pause", "unpause"]), st.none()),
)
SETTLED = {MessageState.SENT, MessageState.FAILED, MessageState.SUPPRESSED, MessageState.UNCONFIRMED}


class Story:
    def __init__(self) -> None:
        self.post = Post()
        self.post.patient()
        self.post.appointment()
        self.untold = 0
        self.true_of: list[tuple[str, str]] = []
        send = self.post.mailer.send

        def seen(mail):
            before = len(self.post.mailer.sent)
            try:
                return send(mail)
            finally:
                if len(self.post.mailer.sent) > before:
                    self.true_of.append((mail.message_id, self.state()))

        self.post.mailer.send = seen  # type: ignore[method-assign]

    def state(self) -> str:
        found = self.post.store.get(appointment_ref("apt_1"))
        assert found is not None
        return f"{found.attendance}.{found.changes}"

    def run(self, step: str, given) -> None:
        post = self.post
        match step:
            case "time":
                post.now += timedelta(minutes=given)
            case "plan":
                post.plan("apt_1")
            case "sweep":
                post.sweep()
            case "dispatch":
                for message in post.messages():
                    post.dispatch(message.id)
            case "pause" | "unpause":
                post.settings(paused=step == "pause")
            case "attendance":
                post.attendance(given)
            case "deliver":
                self.deliver(given)

    def deliver(self, fault: str) -> None:
        post, (faults, lost) = self.post, (self.post.mailer.faults, self.post.mailer.lost)
        if fault in FAULTS:
            faults.append(FAULTS[fault]())
        elif fault:
            lost.append(Crash() if fault == "crash after" else Unknown("ReadTimeoutError"))
        for message in post.messages():
            try:
                post.deliver(message.id)
            except Crash:
                continue
        faults.clear()
        lost.clear()


@pytest.mark.rule("M-10")
@pytest.mark.rule("M-09")
@pytest.mark.promise(13)
@pytest.mark.promise(14)
@pytest.mark.promise(15)
@settings(max_examples=120, deadline=None)
@given(st.lists(STEPS, max_size=14))
def test_at_most_once_and_only_what_is_true(steps):
    story = Story()
    for step in [("plan", None), *steps]:
        story.run(*step)
    post = story.post
    post.settings(paused=False)
    post.plan("apt_1")
    post.rest()
    for message in post.messages():
        copies = sum(mail.message_id == message.id for mail in post.mailer.sent)
        assert message.state in SETTLED
        assert copies <= 1 + message.lost_hand_overs <= 3
        if message.state is MessageState.SENT:
            assert copies >= 1
        if message.state in (MessageState.SUPPRESSED, MessageState.FAILED) and not message.lost_hand_overs:
            assert copies == 0
        assert message.why
    for id, state in story.true_of:
        kind, changes = id.split(".")[0], id.rsplit(".", 1)[1]
        wanted = "booked" if kind == "confirmed" else "cancelled_by_patient"
        assert state == f"{wanted}.{changes}"

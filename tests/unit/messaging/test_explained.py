"""What staff read about a decision: a sentence for every reason, in the clinic's time (M-01)."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from creneau.messaging.explained import explained, refused
from creneau.messaging.message import Decision
from creneau.messaging.verdict import Reason

ZURICH = ZoneInfo("Europe/Zurich")
AT = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.rule("M-01")


def decision(step: str, verdict: str, **facts: str) -> Decision:
    return Decision(at=AT, step=step, verdict=verdict, rule="M-09", facts=facts)


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_is_a_sentence_and_a_refusal_says_what_to_do(reason):
    said = explained(decision("plan", "suppress", reason=reason), ZURICH)
    assert said.startswith("Not sent: ")
    assert "_" not in said
    assert refused(reason).remedy


def test_a_wait_says_until_when_by_the_clinics_clock():
    until = datetime(2027, 2, 2, 7, 0, tzinfo=UTC).isoformat()
    said = explained(decision("hand_over", "defer", reason=Reason.PAUSED, until=until), ZURICH)
    assert said == "Waits until Tue 02 Feb 2027, 08:00: sending is paused for the whole clinic."


def test_what_has_no_sentence_is_told_in_its_own_words():
    assert explained(decision("cancel", "cancel", by="user-1"), ZURICH) == "Cancelled by staff."
    assert explained(decision("some_step", "new_verdict"), ZURICH) == "Some step: new verdict."
    assert explained(decision("plan", "suppress", reason="never_heard"), ZURICH) == "Not sent: never heard."

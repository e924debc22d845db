"""What SES and SNS report, as AWS sends it, all the way to the message and its address (M-12)."""

import base64
import gzip
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from creneau import wiring
from creneau.adapters.mail_reports import HEADER, read_mail_event
from creneau.adapters.ses import tag
from creneau.agenda.catalogue import patient_ref
from creneau.messaging.feedback import News
from creneau.messaging.message import Channel, Kind, MessageState, message_id
from creneau.messaging.mime import MESSAGE_HEADER
from creneau.messaging.record_feedback import TooEarly
from creneau.shared.again import Again
from creneau.shared.store import require
from inbound import mail_events, text_reports
from tests.support.post import Post

EVENTS = Path(__file__).parents[3] / "events"
MESSAGE = "confirmed.email.apt_1.0"

pytestmark = pytest.mark.rule("M-12")


class Inbound(wiring.App):
    def __init__(self, post: Post) -> None:
        super().__init__({})
        self.store, self.clock = post.store, post.clock
        self.again = Again(pause=lambda _: None, dice=lambda: 0.5)


@pytest.fixture
def sent() -> Iterator[Post]:
    """A clinic that sent one confirmation, a moment ago."""
    post = Post()
    post.patient(phone="+41791234567")
    post.appointment()
    post.deliver(post.planned())
    wiring.use(Inbound(post))
    yield post
    wiring.use(None)


@pytest.fixture
def texted(sent: Post) -> Post:
    """It was an SMS."""
    sent.edit_message(MESSAGE, channel=Channel.SMS, address="+41791234567", provider_id="sns-1")
    return sent


def event(folder: str, name: str) -> Any:
    return json.loads((EVENTS / folder / f"{name}.json").read_text())


def zipped(logs: Any) -> Any:
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(logs).encode())).decode()}}


def blocked(post: Post) -> tuple[bool, bool]:
    patient = require(post.store, patient_ref("pat_1"))
    return patient.email_blocked, patient.phone_blocked


# -- emails
@pytest.mark.parametrize(
    ("name", "state", "is_blocked"),
    [
        ("send", MessageState.SENT, False),
        ("delivery", MessageState.DELIVERED, False),
        ("delivery_delay", MessageState.SENT, False),
        ("bounce", MessageState.BOUNCED, True),
        ("bounce_of_the_suppression_list", MessageState.BOUNCED, True),
        ("bounce_of_a_full_mailbox", MessageState.FAILED, False),
        ("complaint", MessageState.COMPLAINED, True),
        ("complaint_taken_back", MessageState.SENT, False),
        ("reject", MessageState.FAILED, False),
        ("rendering_failure", MessageState.FAILED, False),
        ("open", MessageState.SENT, False),
        ("greeting", MessageState.SENT, False),
    ],
)
def test_each_event_of_a_mail(sent: Post, name: str, state: MessageState, is_blocked: bool) -> None:
    for _ in range(2):
        mail_events.handler(event("mail_events", name), None)
        assert sent.message(MESSAGE).state is state
        assert blocked(sent) == (is_blocked, False)


def test_every_payload_was_sent(sent: Post) -> None:
    cases = test_each_event_of_a_mail.pytestmark[0].args[1]  # type: ignore[attr-defined]
    assert {name for name, *_ in cases} == {file.stem for file in (EVENTS / "mail_events").glob("*.json")}


def test_what_it_said_is_kept_without_the_address(sent: Post) -> None:
    mail_events.handler(event("mail_events", "bounce"), None)
    last = sent.message(MESSAGE).why[-1]
    assert last.facts == {"code": "Permanent/General 5.1.1"}
    assert last.at.isoformat() == "2027-02-01T09:00:05+00:00"


def about(mail: dict[str, Any]) -> list[str]:
    sent = {"timestamp": "2027-02-01T09:00:00.000Z", "messageId": "ses-1"}
    return [r.message_id for r in read_mail_event({"eventType": "Send", "mail": sent | mail})]


def test_its_message_is_named_by_our_header_or_else_by_the_tag() -> None:
    assert MESSAGE_HEADER.casefold() == HEADER
    id = message_id(
        Kind.OFFER, Channel.EMAIL, "agd_1.20260320T080000Z.20260320T083000Z.1.1", "apt_01M86TE8TW349NQCC3RK"
    )
    header = {"headers": [{"name": "x-creneau-MESSAGE", "value": id}]}
    assert about(header) == [id]
    assert about({"tags": {"message": [tag(id)]}}) == [id]
    assert about({"headers": [], "tags": {}}) == [], "somebody else's mail"


def test_each_recipient_of_a_bounce_is_told_of() -> None:
    given = json.loads(event("mail_events", "bounce")["Records"][0]["Sns"]["Message"])
    one = given["bounce"]["bouncedRecipients"][0]
    given["bounce"]["bouncedRecipients"] = [one, {"emailAddress": "b@mail.example"}]
    assert [(r.news, r.address, r.code) for r in read_mail_event(given)] == [
        (News.BOUNCED, "pat_1@mail.example", "Permanent/General 5.1.1"),
        (News.BOUNCED, "b@mail.example", "Permanent/General"),
    ]


def test_an_event_that_cannot_be_recorded_comes_again(sent: Post) -> None:
    def away(_writes: Any) -> None:
        raise RuntimeError("the table is away")

    sent.store.before_commit.append(away)
    with pytest.raises(RuntimeError):
        mail_events.handler(event("mail_events", "bounce"), None)


# -- SMS
@pytest.mark.parametrize(
    ("name", "state", "is_blocked"),
    [
        ("delivered", MessageState.DELIVERED, False),
        ("unreachable", MessageState.FAILED, False),
        ("opted_out", MessageState.FAILED, True),
        ("control", MessageState.SENT, False),
    ],
)
def test_each_delivery_log_of_an_sms(texted: Post, name: str, state: MessageState, is_blocked: bool) -> None:
    for _ in range(2):
        text_reports.handler(zipped(event("text_reports", name)), None)
        assert texted.message(MESSAGE).state is state
        assert blocked(texted) == (False, is_blocked)


def test_what_the_carrier_said_is_kept(texted: Post) -> None:
    text_reports.handler(zipped(event("text_reports", "unreachable")), None)
    assert texted.message(MESSAGE).why[-1].facts == {"code": "Unknown error attempting to reach phone"}


def test_one_that_is_not_found_yet_keeps_no_other_from_being_recorded(texted: Post) -> None:
    several = zipped(event("text_reports", "several"))
    with pytest.raises(TooEarly):
        text_reports.handler(several, None)
    assert texted.message(MESSAGE).state is MessageState.DELIVERED
    texted.wait(timedelta(minutes=3))
    text_reports.handler(several, None)  # so late it is an SMS of somebody else in the account

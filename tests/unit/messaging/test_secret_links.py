"""The secret links of a message: each opens one thing, and is kept by nobody but its reader (M-01, M-14)."""

from dataclasses import replace
from typing import Any

import pytest

from creneau.messaging.compose import Compose
from creneau.messaging.facts import Known
from creneau.messaging.message import Channel, Kind
from creneau.messaging.ports import Mail
from creneau.messaging.secret_links import MakeSecrets, Secrets
from creneau.shared.link import hash_of
from tests.support.known import CLINIC, NOW, known
from tests.support.post import Post, body, read_mail

BASE = "https://rdv.cabinet.example"


def told(kind: Kind, channel: Channel = Channel.EMAIL, **message: Any) -> Known:
    about = known(kind, channel)
    return replace(about, message=about.message.with_(patient_id="pat_1", **message))


def secrets(about: Known) -> Secrets:
    return MakeSecrets(CLINIC, BASE, lambda n: b"r" * n)(about, NOW)


@pytest.mark.rule("M-14")
@pytest.mark.promise(23)
@pytest.mark.parametrize(
    ("kind", "channel", "message"),
    [
        (Kind.BIRTHDAY, Channel.SMS, {}),
        (Kind.CUSTOM, Channel.SMS, {"batch_id": "bat_1"}),
        (Kind.REVIEW, Channel.EMAIL, {}),
    ],
)
def test_what_a_patient_can_end_says_how(kind, channel, message):
    made = secrets(told(kind, channel, **message))
    (token,), (link,) = made.tokens, made.links
    assert made.addresses == {"opt_out": f"{BASE}/u/{token}"}
    assert (link.hash, link.purpose, link.subject) == (hash_of(token), "opt_out", {"patient_id": "pat_1"})
    assert token not in made.blanked(f"Stop: {made.addresses['opt_out']}")


@pytest.mark.rule("M-14")
@pytest.mark.parametrize("kind", [Kind.CONFIRMED, Kind.MOVED, Kind.CANCELLED, Kind.REMINDER])
def test_what_is_about_an_appointment_can_not_be_ended(kind):
    made = secrets(told(kind))
    assert (made.addresses, made.tokens, made.links) == ({}, (), ())


@pytest.mark.rule("M-14")
def test_mail_programs_are_told_how_to_end_review_requests():
    about = told(Kind.REVIEW)
    composed = Compose(CLINIC, BASE, lambda n: b"r" * n)(about, NOW)
    assert isinstance(composed.post, Mail)
    mail = read_mail(composed.post.mime)
    address = mail["List-Unsubscribe"].strip("<>")
    assert address.startswith(f"{BASE}/u/")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    token = address.rpartition("/")[2]
    assert [link.hash for link in composed.links] == [hash_of(token)]
    assert token not in composed.kept.text + composed.kept.html


@pytest.mark.rule("M-01")
def test_emails_about_appointments_name_nothing_to_end(post: Post):
    post.patient()
    post.appointment()
    post.deliver(post.planned())
    (mail,) = post.mails()
    assert (mail["List-Unsubscribe"], mail["List-Unsubscribe-Post"]) == (None, None)
    assert "/u/" not in body(mail)

"""What the opt-out link of a message ends, and for how long it does (M-14)."""

from datetime import UTC, datetime, timedelta

import pytest

from creneau.agenda.catalogue import Consent, patient_ref
from creneau.agenda.consent import ChangeConsent
from creneau.messaging.message import Channel, Kind, Message
from creneau.messaging.opt_out import OpenOptOut, OptOut, has_opt_out, new_opt_out_link
from creneau.shared.again import Again
from creneau.shared.errors import NotFound
from creneau.shared.link import hash_of
from creneau.shared.store import require
from tests.support.post import CLINIC, NOW, Post

pytestmark = [pytest.mark.rule("M-14"), pytest.mark.promise(23)]


@pytest.fixture
def token(post: Post) -> str:
    """Of a link that a patient who consented to all has."""
    post.patient(consents={consent.value: NOW for consent in Consent})
    token, link = new_opt_out_link("pat_1", lambda n: b"x" * n, CLINIC, NOW)
    post.put(link)
    return token


def test_it_ends_everything_that_needs_a_consent(post, token):
    end = OptOut(ChangeConsent(post.store, post.clock, Again(pause=lambda _: None, dice=lambda: 0.0)))
    assert not OpenOptOut(post.store, CLINIC, post.clock)(token).ended
    end("pat_1")
    patient = require(post.store, patient_ref("pat_1"))
    assert (patient.consents, set(patient.refusals)) == ({}, set(Consent))
    assert OpenOptOut(post.store, CLINIC, post.clock)(token).ended
    end("pat_1")
    assert require(post.store, patient_ref("pat_1")) == patient


@pytest.mark.parametrize("refused", [(), (Consent.BIRTHDAY,), (Consent.GROUP_SMS, Consent.REVIEWS)])
def test_it_can_end_what_has_not_ended_yet(post, token, refused):
    post.edit(patient_ref("pat_1"), refusals={consent.value: NOW for consent in refused}, consents={})
    assert not OpenOptOut(post.store, CLINIC, post.clock)(token).ended


def test_a_year_on_the_same_local_day(post, token):
    page = OpenOptOut(post.store, CLINIC, post.clock)
    post.now = datetime(2028, 2, 1, 8, 59, tzinfo=UTC)
    assert page(token).patient_id == "pat_1"
    post.now += timedelta(minutes=1)
    with pytest.raises(NotFound):
        page(token)


def test_the_table_knows_its_hash_only(post, token):
    (link,) = post.links()
    assert (link.hash, link.subject, link.purpose) == (hash_of(token), {"patient_id": "pat_1"}, "opt_out")
    assert token not in repr(post.store.items)


@pytest.mark.parametrize(
    ("kind", "batch_id", "carries"),
    [
        (Kind.BIRTHDAY, None, True),
        (Kind.REVIEW, None, True),
        (Kind.CUSTOM, "bat_1", True),
        (Kind.CUSTOM, None, False),
        (Kind.REMINDER, None, False),
        (Kind.CONFIRMED, None, False),
        (Kind.OFFER, None, False),
        (Kind.VOUCHER, None, False),
    ],
)
def test_which_messages_carry_it(kind, batch_id, carries):
    message = Message(
        id="m", channel=Channel.SMS, kind=kind, batch_id=batch_id, occurrence="0", due_at=NOW, created_at=NOW
    )
    assert has_opt_out(message) is carries

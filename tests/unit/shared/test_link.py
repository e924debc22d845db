"""A page's nonce is good for its link, not before it can have been read, and whatever is sent instead is refused."""

from datetime import UTC, datetime, timedelta

import pytest

from creneau.shared.link import LATEST, SOONEST, Link, Read, hash_of, next_nonce, nonce, read, token_of

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
LINK = Link(hash=hash_of("t"), purpose="offer", subject={}, key="k", created_at=NOW, ttl=0)
MOMENT = timedelta(milliseconds=1)


@pytest.mark.rule("W-06")
@pytest.mark.parametrize(
    ("later", "how"),
    [
        (SOONEST - MOMENT, Read.TOO_SOON),
        (SOONEST, Read.IN_TIME),
        (LATEST, Read.IN_TIME),
        (LATEST + MOMENT, Read.TOO_LATE),
    ],
)
def test_a_page_is_answered_in_its_time(later, how):
    assert read(LINK, nonce(LINK, NOW), NOW + later) is how


@pytest.mark.rule("W-06")
@pytest.mark.parametrize(
    ("later", "keeps"), [(MOMENT, True), (SOONEST, True), (LATEST, True), (LATEST + MOMENT, False)]
)
def test_a_page_shown_again_keeps_its_time_until_it_is_too_old(later, keeps):
    first, now = nonce(LINK, NOW), NOW + later
    assert next_nonce(LINK, first, now) == (first if keeps else nonce(LINK, now))


@pytest.mark.rule("W-06")
@pytest.mark.parametrize("given", ["", "0." + "0" * 32, nonce(LINK.with_(key="another"), NOW)])
def test_a_page_shown_to_who_never_saw_it_begins_now(given):
    now = NOW + SOONEST
    assert next_nonce(LINK, given, now) == nonce(LINK, now)


def test_a_nonce_is_good_for_its_own_link():
    other = LINK.with_(key="another")
    assert read(other, nonce(LINK, NOW), NOW + SOONEST) is Read.UNSEEN


@pytest.mark.parametrize("given", ["", ".", "²." + "0" * 32, "9" * 14 + ".x", "9" * 30 + ".x", "1.é", "-1." + "0" * 32])
def test_what_is_no_nonce_is_refused(given):
    assert read(LINK, given, NOW) is Read.UNSEEN


def test_a_token_is_22_characters_of_an_address():
    assert token_of(bytes(16)) == "A" * 22

"""A page's nonce is good for its link, not before it can have been read, and whatever is sent instead is refused."""

from datetime import UTC, datetime, timedelta

import pytest

from creneau.shared.link import LATEST, SOONEST, Link, hash_of, is_fresh, nonce, token_of

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
LINK = Link(hash=hash_of("t"), purpose="offer", subject={}, key="k", created_at=NOW, ttl=0)
MOMENT = timedelta(milliseconds=1)


@pytest.mark.rule("W-06")
@pytest.mark.parametrize(
    ("later", "fresh"), [(SOONEST - MOMENT, False), (SOONEST, True), (LATEST, True), (LATEST + MOMENT, False)]
)
def test_a_page_is_answered_in_its_time(later, fresh):
    assert is_fresh(LINK, nonce(LINK, NOW), NOW + later) is fresh


def test_a_nonce_is_good_for_its_own_link():
    other = LINK.with_(key="another")
    assert not is_fresh(other, nonce(LINK, NOW), NOW + SOONEST)


@pytest.mark.parametrize("given", ["", ".", "²." + "0" * 32, "9" * 14 + ".x", "9" * 30 + ".x", "1.é", "-1." + "0" * 32])
def test_what_is_no_nonce_is_refused(given):
    assert not is_fresh(LINK, given, NOW)


def test_a_token_is_22_characters_of_an_address():
    assert token_of(bytes(16)) == "A" * 22

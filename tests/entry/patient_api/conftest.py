"""A clinic whose first in line holds the secret link of an offer, and a browser that calls the function."""

import pytest

from tests.entry.patient_api.browser import Browser
from tests.entry.patient_api.offered import Offered, offered


@pytest.fixture
def offer() -> Offered:
    """Friday 20 March 2026, 9:00, offered to three; pat_1 waits on Monday 6 April at 10:00, after the clocks changed."""
    return offered()


@pytest.fixture
def browser(offer: Offered) -> Browser:
    return Browser(offer.world)

"""The one place that reads the clock, waits, and throws dice."""

import random
import time
from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)


def pause(seconds: float) -> None:
    time.sleep(seconds)


dice = random.random

"""Whether SES accepts one more mail now: at most $ENGINE_SES_RATE of them per real second (0: no limit)."""

import os
import time
from collections import deque

RATE = int(os.environ.get("ENGINE_SES_RATE", "14"))  # AWS's usual quota
_accepted: deque[float] = deque()


def admit() -> bool:
    if not RATE:
        return True
    now = time.monotonic()
    while _accepted and now - _accepted[0] >= 1:
        _accepted.popleft()
    if len(_accepted) >= RATE:
        return False
    _accepted.append(now)
    return True

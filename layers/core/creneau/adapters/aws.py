"""boto3 clients from one session: SDK retries where a repetition is harmless, none where it would send twice."""

from functools import lru_cache
from typing import Any

import boto3
from botocore.config import Config

_RETRIED = Config(
    connect_timeout=2, read_timeout=5, retries={"mode": "standard", "max_attempts": 3}, tcp_keepalive=True
)
ONCE = Config(connect_timeout=2, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 1})
"""For SES and SNS: a lost answer must not make the SDK send again (`total_max_attempts` counts the first try)."""
AWAITED = Config(connect_timeout=2, read_timeout=9, retries={"mode": "standard", "total_max_attempts": 1})
"""For a function that is called and waited for, within the time that a function behind the API has."""
LINKED = Config(signature_version="s3v4")
"""For links to encrypted objects: older signatures can't open them."""


@lru_cache(maxsize=1)
def session() -> boto3.Session:
    return boto3.Session()


@lru_cache
def client(service: str, config: Config = _RETRIED) -> Any:
    make: Any = session().client  # its stubs know one overload per service name
    return make(service, config=config)

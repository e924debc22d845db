"""What is certain after a provider failed to take a message: it may go again, or never, or later, or nobody knows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    ProxyConnectionError,
    SSLError,
)

from creneau.messaging.ports import NotSent, QuotaReached, Rejected, Throttled, Unknown

_NEVER_CONNECTED = (
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ProxyConnectionError,
    SSLError,
)


@contextmanager
def failures_sorted(throttled: set[str], rejected: set[str], used_up: Callable[[str, str], bool]) -> Iterator[None]:
    """Raises the errors of `messaging.ports` for the SDK's. `used_up` tells by code and text that an allowance is."""
    try:
        yield
    except ClientError as error:
        code, text = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        if used_up(code, text.lower()):
            raise QuotaReached(code) from error
        if code in throttled:
            raise Throttled(code) from error
        if code in rejected:
            raise Rejected(code) from error
        # A refusal of the request as such (no right to send, no configuration set) sent nothing and can be mended; after a
        # failure on the provider's side nobody knows.
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        raise (NotSent(code) if 400 <= status < 500 else Unknown(code)) from error
    except ParamValidationError as error:
        raise Rejected(type(error).__name__) from error
    except _NEVER_CONNECTED as error:
        raise NotSent(type(error).__name__) from error
    except BotoCoreError as error:
        raise Unknown(type(error).__name__) from error

"""moto without what takes most of its time and decides nothing here: for tests that make thousands of calls.

An item's size is not summed up anew for each of its attributes, and a transaction's copy of the table is a pickle's.
tests/integration/test_store.py and its neighbours hold moto's own table as it is.
"""

import copy
import pickle
from typing import Any

import pytest
from moto.dynamodb.models.dynamo_type import LimitedSizeDict
from moto.dynamodb.models.table import Table


def _copied(table: Table, memo: dict[int, Any]) -> Table:
    """What is put back when a transaction fails: its items may have changed in place, the rest has not."""
    twin = copy.copy(table)
    twin.items = pickle.loads(pickle.dumps(table.items))  # noqa: S301 - our own
    memo[id(table)] = twin
    return twin


def quicken(patch: pytest.MonkeyPatch) -> None:
    patch.delattr(LimitedSizeDict, "__setitem__")
    patch.setattr(Table, "__deepcopy__", _copied, raising=False)
    # Put together for every request, and read by nobody.
    patch.setattr("botocore.useragent.UserAgentString.to_string", lambda _: "creneau")

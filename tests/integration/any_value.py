"""Any value of a kind, as Hypothesis makes it from the kind's own declaration."""

import types
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import strategies as st

_IDS = st.from_regex(r"[a-z]{3}_[0-9A-Z]{4,8}", fullmatch=True)
_TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
_INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
_MINUTES = _INSTANTS.map(lambda at: at.replace(second=0, microsecond=0))
_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: _TEXTS,
    int: st.integers(0, 10**9),
    bool: st.booleans(),
    float: st.just(0.5),
    datetime: _INSTANTS,
    date: st.dates(date(2000, 1, 1), date(2099, 1, 1)),
}


@cache
def any_of(kind: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Ids look like ids, instants of intervals are whole minutes; all else is as wild as its type allows.

    Deep inside, a value holds one of each at most: a document would take seconds to make up.
    """
    most = 3 if depth < 2 else 1
    if kind in _PLAIN:
        return _PLAIN[kind]
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return st.one_of(*(st.none() if t is type(None) else any_of(t, depth) for t in inner))
    if origin is tuple:
        return st.lists(any_of(inner[0], depth), max_size=most).map(tuple)
    if origin is dict:
        return st.dictionaries(_IDS, any_of(inner[1], depth), max_size=most)
    if issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    assert issubclass(kind, msgspec.Struct), kind
    hints = get_type_hints(kind)
    return st.builds(kind, **{name: _field(name, hints[name], depth) for name in kind.__struct_fields__})


def _field(name: str, kind: Any, depth: int) -> st.SearchStrategy[Any]:
    if kind is str and (name in {"id", "hash"} or name.endswith("_id")):
        return _IDS
    if kind is datetime and name in {"start", "end"}:
        return _MINUTES
    if name in {"n", "q"}:
        return st.integers(1, 999_999)
    return any_of(kind, depth + 1)

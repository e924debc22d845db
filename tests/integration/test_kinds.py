"""Every kind of value comes back from the table as it went in, and from the table's stream."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto.dynamodb.models import dynamodb_backends

from creneau.adapters.dynamodb import keys
from creneau.adapters.dynamodb.codec import decode, encode
from creneau.adapters.dynamodb.keys import MODELS
from creneau.adapters.dynamodb.stream import images
from creneau.shared.link import Link
from creneau.shared.model import Stored
from creneau.shared.store import Delete, Put
from tests.integration.any_value import any_of
from tests.integration.template_table import NAME, TEMPLATE

KEY_ATTRIBUTES = {
    "pk",
    "sk",
    "model",
    keys.LOOK_PK,
    keys.LOOK_SK,
    *(name for pair in keys.INDEXES.values() for name in pair),
}
each_kind = pytest.mark.parametrize("kind", MODELS.values(), ids=MODELS)


@each_kind
def test_no_field_is_stored_under_the_name_of_a_key(kind: type[Stored]):
    """A message's kind once overwrote the name of its item's type."""
    assert not KEY_ATTRIBUTES & set(kind.__struct_encode_fields__)


@each_kind
def test_only_what_is_meant_to_be_forgotten_has_the_attribute_that_the_table_forgets_by(kind: type[Stored]):
    assert f"AttributeName: {keys.TTL}" in TEMPLATE.read_text()
    forgotten = keys.TTL in kind.__struct_encode_fields__
    assert forgotten == (kind.__name__ in {"CatchUp", "Link", "RequestKey", "WaitEntry"})


@each_kind
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_the_wire_form_is_read_back(kind: type[Stored], data: Any):
    value = data.draw(any_of(kind))
    wire = encode(value) | {k: {"S": v} for k, v in keys.attributes(value).items()}
    assert decode(kind, wire) == value
    assert images({"dynamodb": {"NewImage": wire}}) == (None, value)


@each_kind
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_value_is_found_under_its_reference(kind: type[Stored], data: Any):
    value = data.draw(any_of(kind))
    ref = keys.ref_to(value)
    assert (ref.model, keys.key_of(ref)) == (kind, (keys.attributes(value)["pk"], keys.attributes(value)["sk"]))
    assert keys.key_of(keys.ref_of(kind, *keys.key_of(ref))) == keys.key_of(ref)


@each_kind
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_table_and_its_stream_give_back_what_was_put(kind: type[Stored], data: Any, table, client):
    value = data.draw(any_of(kind)).with_(version=0)
    ref, before = keys.ref_to(value), table.get(keys.ref_to(value))
    if before is not None:
        table.commit([Delete(before), Put(value)] if not kind.guarded else [Delete(before)])
    table.commit([Put(value)])
    stored = table.get(ref)
    assert stored == value.with_(version=1)
    assert images(last_record()) == (None, stored)
    table.commit([Put(stored)])
    assert images(last_record()) == (stored, stored.with_(version=2))
    table.commit([Delete(stored.with_(version=2))])
    assert images(last_record()) == (stored.with_(version=2), None)


def last_record() -> dict[str, Any]:
    shard = dynamodb_backends["123456789012"]["eu-west-3"].tables[NAME].stream_shard
    assert shard is not None
    record: dict[str, Any] = shard.items[-1].record
    return record


def test_a_kind_that_this_version_does_not_know_is_passed_over():
    assert images({"dynamodb": {"NewImage": {"model": {"S": "Unicorn"}, "pk": {"S": "x"}}}}) == (None, None)


def test_a_field_of_a_later_version_is_ignored():
    link = Link(hash="h", purpose="offer", subject={}, key="k", created_at=datetime(2026, 1, 1, tzinfo=UTC), ttl=1)
    assert decode(Link, encode(link) | {"colour": {"S": "blue"}}) == link

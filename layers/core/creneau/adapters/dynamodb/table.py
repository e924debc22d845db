"""The store on DynamoDB: consistent reads, conditional writes, one transaction per change."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from botocore.exceptions import ClientError

from creneau.adapters.dynamodb import keys
from creneau.adapters.dynamodb.codec import decode, encode
from creneau.adapters.dynamodb.cursor import opened, sealed
from creneau.shared.errors import Busy
from creneau.shared.model import Stored
from creneau.shared.store import (
    Absent,
    Collection,
    Conflict,
    DecideOffer,
    Delete,
    Page,
    Put,
    Ref,
    Snapshot,
    Unchanged,
    Write,
)

M = TypeVar("M", bound=Stored)

_CONFLICTS = {"ConditionalCheckFailed", "TransactionConflict"}
_LIMITED = {"ThrottlingError", "ProvisionedThroughputExceeded"}


FEW = 3
"""So many batches of a hundred are read one after another; more than that at once, by `READERS` threads."""

READERS = 4


class Table:
    """Implements `shared.store.Store`. `client` is a boto3 DynamoDB client."""

    def __init__(self, client: Any, name: str) -> None:
        self._client, self._name = client, name

    # -- reads
    def get(self, ref: Ref[M]) -> M | None:
        found = self._client.get_item(TableName=self._name, Key=_wire(*keys.key_of(ref)), ConsistentRead=True)
        return decode(ref.model, found["Item"]) if "Item" in found else None

    def snapshot(self, refs: Sequence[Ref[Any]]) -> Snapshot:
        wanted = list(dict.fromkeys(refs))
        if not wanted:
            return Snapshot({})
        gets = [{"Get": {"TableName": self._name, "Key": _wire(*keys.key_of(ref))}} for ref in wanted]
        try:
            answer = self._client.transact_get_items(TransactItems=gets)
        except self._client.exceptions.TransactionCanceledException as error:
            raise _why(error) from error
        items = [r.get("Item") for r in answer["Responses"]]
        return Snapshot(
            {ref: decode(ref.model, item) if item else None for ref, item in zip(wanted, items, strict=True)}
        )

    def get_many(self, refs: Sequence[Ref[M]]) -> list[M | None]:
        wanted = list(dict.fromkeys(keys.key_of(ref) for ref in refs))
        batches = [wanted[start : start + 100] for start in range(0, len(wanted), 100)]
        found: dict[tuple[str, str], dict[str, Any]] = {}
        if len(batches) <= FEW:
            for batch in batches:
                found |= self._batch(batch)
        else:
            with ThreadPoolExecutor(READERS) as readers:
                for some in readers.map(self._batch, batches):
                    found |= some
        items = [found.get(keys.key_of(ref)) for ref in refs]
        return [decode(ref.model, item) if item else None for ref, item in zip(refs, items, strict=True)]

    def _batch(self, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], dict[str, Any]]:
        """Up to a hundred items, by their keys."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        ask: dict[str, Any] = {self._name: {"Keys": [_wire(*k) for k in wanted], "ConsistentRead": True}}
        for _ in range(10):
            answer = self._client.batch_get_item(RequestItems=ask)
            for item in answer["Responses"].get(self._name, []):
                found[item["pk"]["S"], item["sk"]["S"]] = item
            ask = answer.get("UnprocessedKeys") or {}
            if not ask:
                return found
        raise Busy("the table is busy", code="busy", remedy="repeat the request in a moment")

    def page(self, of: Collection[M], limit: int = 50, cursor: str | None = None) -> Page[M]:
        index, partition, low, high = keys.place_of(of)
        pk, sk = keys.INDEXES[index] if index else ("pk", "sk")
        bounds = {":p": {"S": partition}, ":h": {"S": high}}
        condition = f"{pk} = :p AND {sk} <= :h"
        if low:
            condition, bounds[":l"] = f"{pk} = :p AND {sk} BETWEEN :l AND :h", {"S": low}
        query: dict[str, Any] = {
            "TableName": self._name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": bounds,
            "Limit": limit,
            "ScanIndexForward": not of.newest_first,
        }
        query |= {"IndexName": index} if index else {"ConsistentRead": True}
        if cursor is not None:
            query["ExclusiveStartKey"] = opened(cursor, partition, (pk, sk))
        answer = self._client.query(**query)
        more = answer.get("LastEvaluatedKey")
        if index is None:
            items = [decode(of.model, item) for item in answer["Items"]]
        else:
            refs = [keys.ref_of(of.model, i["pk"]["S"], i["sk"]["S"]) for i in answer["Items"]]
            items = [item for item in self.get_many(refs) if item is not None]
        return Page(items, sealed(more) if more else None)

    def look_at(self, kind: type[M], due_by: datetime | None) -> list[Ref[M]]:
        query: dict[str, Any] = {
            "TableName": self._name,
            "IndexName": keys.LOOK_INDEX,
            "KeyConditionExpression": f"{keys.LOOK_PK} = :p",
            "ExpressionAttributeValues": {":p": {"S": f"LOOK#{keys.kind(kind)}"}},
        }
        if due_by is not None:
            query["KeyConditionExpression"] += f" AND {keys.LOOK_SK} <= :t"
            query["ExpressionAttributeValues"][":t"] = {"S": keys.instant(due_by)}
        found = self._client.query(**query, Limit=1000)
        return [keys.ref_of(kind, i["pk"]["S"], i["sk"]["S"]) for i in found["Items"]]

    # -- writes
    def commit(self, writes: Sequence[Write]) -> None:
        actions = [self._action(write) for write in writes]
        if len(actions) == 1:
            return self._single(*next(iter(actions[0].items())))
        try:
            self._client.transact_write_items(TransactItems=actions)
        except self._client.exceptions.TransactionCanceledException as error:
            raise _why(error) from error
        except ClientError as error:
            if error.response["Error"]["Code"] == "TransactionInProgressException":
                raise Conflict("this very transaction is under way") from error
            raise
        return None

    def snooze(self, ref: Ref[Any], until: datetime) -> None:
        try:
            self._client.update_item(
                TableName=self._name,
                Key=_wire(*keys.key_of(ref)),
                UpdateExpression=f"SET {keys.LOOK_SK} = :t",
                ConditionExpression=f"attribute_exists({keys.LOOK_PK})",
                ExpressionAttributeValues={":t": {"S": keys.instant(until)}},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return  # nothing to look at any more

    def looked(self, ref: Ref[Any], version: int) -> None:
        try:
            self._client.update_item(
                TableName=self._name,
                Key=_wire(*keys.key_of(ref)),
                UpdateExpression=f"REMOVE {keys.LOOK_PK}, {keys.LOOK_SK}",
                ConditionExpression=f"version = :v AND attribute_exists({keys.LOOK_PK})",
                ExpressionAttributeValues={":v": {"N": str(version)}},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return  # it changed, or was looked at already

    def _single(self, verb: str, action: dict[str, Any]) -> None:
        if verb == "ConditionCheck":
            raise ValueError("a lone condition changes nothing")
        call: Callable[..., Any] = {
            "Put": self._client.put_item,
            "Delete": self._client.delete_item,
            "Update": self._client.update_item,
        }[verb]
        try:
            call(**action)
        except ClientError as error:
            if error.response["Error"]["Code"] in {"ConditionalCheckFailedException", "TransactionConflictException"}:
                raise Conflict(str(error)) from error
            raise

    def _action(self, write: Write) -> dict[str, Any]:
        match write:
            case Put(item):
                stored = encode(item.with_(version=item.version + 1)) | {
                    k: {"S": v} for k, v in keys.attributes(item).items()
                }
                return {"Put": {"TableName": self._name, "Item": stored} | (_condition(item) if item.guarded else {})}
            case Delete(item):
                key = _wire(*keys.key_of(keys.ref_to(item)))
                return {"Delete": {"TableName": self._name, "Key": key} | (_condition(item) if item.guarded else {})}
            case Unchanged(item):
                key = _wire(*keys.key_of(keys.ref_to(item)))
                return {"ConditionCheck": {"TableName": self._name, "Key": key} | _condition(item)}
            case Absent(ref):
                absent = {"ConditionExpression": "attribute_not_exists(pk)"}
                return {"ConditionCheck": {"TableName": self._name, "Key": _wire(*keys.key_of(ref))} | absent}
            case DecideOffer():
                return {"Update": self._decide(write)}

    def _decide(self, write: DecideOffer) -> dict[str, Any]:
        values = {
            ":sent": {"S": "sent"},
            ":state": {"S": write.state},
            ":at": {"S": write.decided_at.astimezone(UTC).isoformat().replace("+00:00", "Z")},
            ":one": {"N": "1"},
        }
        update = "SET offers.#a.#s = :state, offers.#a.decided_at = :at"
        if write.new_appointment_id:
            update += ", offers.#a.new_appointment_id = :new"
            values[":new"] = {"S": write.new_appointment_id}
        return {
            "TableName": self._name,
            "Key": _wire(*keys.key_of(write.round)),
            "UpdateExpression": f"{update} ADD version :one",
            # A state left at its default is not stored: an offer without one is still `sent`.
            "ConditionExpression": (
                "attribute_exists(offers.#a) AND (attribute_not_exists(offers.#a.#s) OR offers.#a.#s = :sent)"
            ),
            "ExpressionAttributeNames": {"#a": write.appointment_id, "#s": "state"},
            "ExpressionAttributeValues": values,
        }


def _wire(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _condition(item: Stored) -> dict[str, Any]:
    if item.version == 0:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return {"ConditionExpression": "version = :v", "ExpressionAttributeValues": {":v": {"N": str(item.version)}}}


def _why(error: Exception) -> Exception:
    """A cancelled transaction: a conflict is to be decided anew, anything else is what it is."""
    reasons = {r.get("Code", "None") for r in cast(Any, error).response.get("CancellationReasons", [])} - {"None"}
    if reasons and reasons <= _CONFLICTS | _LIMITED:
        return Conflict(", ".join(sorted(reasons)))
    return error

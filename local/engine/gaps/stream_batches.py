"""What becomes of a batch of stream records after its function answered: AWS's rules, as functions of values."""

import json
from dataclasses import dataclass, replace
from typing import Any

Record = dict[str, Any]


@dataclass(frozen=True)
class Rules:
    """The settings of an event source mapping; None and -1 mean without limit."""

    reports_failures: bool = False
    bisects: bool = False
    retries: int | None = None
    age: int | None = None

    @classmethod
    def of(cls, mapping: dict[str, Any]) -> "Rules":
        def limit(name: str) -> int | None:
            value = mapping.get(name)
            return None if value is None or int(value) < 0 else int(value)

        return cls(
            reports_failures="ReportBatchItemFailures" in (mapping.get("FunctionResponseTypes") or []),
            bisects=str(mapping.get("BisectBatchOnFunctionError", False)).lower() == "true",
            retries=limit("MaximumRetryAttempts"),
            age=limit("MaximumRecordAgeInSeconds"),
        )


@dataclass(frozen=True)
class Batch:
    records: tuple[Record, ...]
    retries: int = 0


@dataclass(frozen=True)
class Verdict:
    """What to try again, in order, and what is given up."""

    again: tuple[Batch, ...] = ()
    discarded: tuple[Record, ...] = ()


def first_failure(records: tuple[Record, ...], answer: Any, rules: Rules) -> int | None:
    """Where to begin again: the lowest reported record; an identifier that is none of ours fails the whole batch."""
    if isinstance(answer, str):
        try:
            answer = json.loads(answer)
        except ValueError:
            return None
    failures = answer.get("batchItemFailures") if rules.reports_failures and isinstance(answer, dict) else None
    if not failures:
        return None
    places = {record["dynamodb"]["SequenceNumber"]: place for place, record in enumerate(records)}
    try:
        return min(places[failure["itemIdentifier"]] for failure in failures)
    except (KeyError, TypeError):
        return 0


def verdict(batch: Batch, failed: int | None, rules: Rules) -> Verdict:
    if failed is None:
        return Verdict()
    rest = batch.records[failed:]
    if rules.bisects and failed:
        return Verdict(again=(replace(batch, records=rest),))
    if rules.bisects and len(rest) > 1:  # splitting does not use up a retry
        half = (len(rest) + 1) // 2
        return Verdict(again=(replace(batch, records=rest[:half]), replace(batch, records=rest[half:])))
    if rules.retries is not None and batch.retries >= rules.retries:
        return Verdict(discarded=rest)
    return Verdict(again=(Batch(rest, batch.retries + 1),))


def too_old(batch: Batch, now: float, rules: Rules) -> int:
    """How many of the batch's first records are past the mapping's age."""
    limit = rules.age
    if limit is None:
        return 0
    return sum(now - float(record["dynamodb"]["ApproximateCreationDateTime"]) > limit for record in batch.records)

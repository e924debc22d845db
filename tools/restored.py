"""Marks a restored table before anything reads it: sending is paused until what left since was reconciled (M-20).

python -m tools.restored TABLE 2026-03-01T09:00:00+01:00
"""

import argparse
from datetime import datetime

import boto3

from creneau.adapters.dynamodb.table import Table
from creneau.shared.settings import SETTINGS, Settings
from creneau.shared.store import Put, Store
from creneau.shared.time import utc


def mark(store: Store, restored_at: datetime) -> None:
    present = store.get(SETTINGS) or Settings()
    held = present.messaging.with_(paused=True, restored_at=utc(restored_at))
    store.commit([Put(present.with_(messaging=held))])


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise argparse.ArgumentTypeError("add the offset from UTC, as in 2026-03-01T09:00:00+01:00")
    return at


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.restored", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("table", help="the name of the restored table")
    parser.add_argument("restored_at", type=_instant, help="the restore point, with its offset from UTC")
    args = parser.parse_args()
    mark(Table(boto3.client("dynamodb"), args.table), args.restored_at)
    print(f"{args.table}: sending is paused. docs/runbook.md says what to compare, and how it begins again.")


if __name__ == "__main__":
    main()

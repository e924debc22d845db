"""The table as the template declares it, on moto."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
NAME = "creneau"


class _Loader(yaml.SafeLoader):
    """Intrinsic functions stand for nothing: the table's declaration has none in what is read here."""


_Loader.add_multi_constructor("!", lambda loader, suffix, node: None)


@cache
def _declared() -> dict[str, Any]:
    resources = yaml.load(TEMPLATE.read_text(), _Loader)["Resources"]  # noqa: S506 - a SafeLoader
    properties: dict[str, Any] = resources["Table"]["Properties"]
    return properties


def create_table(client: Any, name: str = NAME) -> None:
    declared = _declared()
    client.create_table(
        TableName=name,
        **{k: declared[k] for k in ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")},
        StreamSpecification={"StreamEnabled": True, **declared["StreamSpecification"]},
    )

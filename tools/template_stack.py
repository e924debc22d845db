"""The template as its rules read it: as written, and as CloudFormation sees it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.sam_transform import Template, read, transform

Found = Iterator[str]
"""What is wrong, in plain words."""

_TRANSFORMED: dict[str, dict[str, Any]] = {}


@dataclass(frozen=True)
class Stack:
    """The template as written, as CloudFormation sees it, and what may deviate from the rules."""

    text: str
    machines: dict[str, Any] = field(default_factory=dict)
    root: Path = Path()
    exceptions: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    @property
    def source(self) -> Template:
        return read(self.text)

    @property
    def resources(self) -> dict[str, Any]:
        known = _TRANSFORMED.get(self.text)
        if known is None:
            known = _TRANSFORMED[self.text] = transform(self.source)["Resources"]
        return known

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        return {name: r.get("Properties", {}) for name, r in self.resources.items() if r["Type"] == kind}

    def excepted(self, rule: str, **what: str) -> bool:
        return any(what.items() <= each.items() for each in self.exceptions.get(rule, []))


def target(reference: Any) -> str:
    """The logical id that a Ref, GetAtt or Sub points to."""
    if isinstance(reference, dict):
        if "Ref" in reference:
            return str(reference["Ref"])
        if "Fn::GetAtt" in reference:
            return str(reference["Fn::GetAtt"][0])
        if "Fn::Sub" in reference:
            names = re.findall(r"\$\{(\w+)", json.dumps(reference["Fn::Sub"]))
            return names[0] if names else ""
    return str(reference)


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]

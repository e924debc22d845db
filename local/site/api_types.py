"""A JSON schema in a few words: its type, and the limits that a value has to keep."""

import json
from typing import Any


def resolved(api: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    """The value itself, or what its `$ref` within the document names."""
    if "$ref" not in value:
        return value
    found: Any = api
    for part in value["$ref"].removeprefix("#/").split("/"):
        found = found[part.replace("~1", "/").replace("~0", "~")]
    return resolved(api, found)


def type_of(api: dict[str, Any], schema: Any) -> tuple[str, str]:
    """A schema in a few words, and the name of the schema that it links to ("" when none)."""
    if not isinstance(schema, dict):
        return "any", ""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return name, name
    for many in ("anyOf", "oneOf", "allOf"):
        if many in schema:
            parts = [type_of(api, part) for part in schema[many]]
            return " or ".join(text for text, _ in parts), next((link for _, link in parts if link), "")
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"]), ""
    if "const" in schema:
        return json.dumps(schema["const"]), ""
    if schema.get("type") == "array":
        text, link = type_of(api, schema.get("items"))
        return f"list of {text}", link
    if not schema.get("type") and "properties" in schema:
        return "object", ""
    kind = schema.get("type", "any")
    words = " or ".join(kind) if isinstance(kind, list) else str(kind)
    return words + (f" ({schema['format']})" if "format" in schema else ""), ""


def limits_of(schema: Any) -> str:
    """As in `1 to 60, default 15`. Nothing where everything of the type goes."""
    if not isinstance(schema, dict):
        return ""
    said = [_spanned(part) for part in (schema, *schema.get("anyOf", ()), schema.get("items"))]
    if "default" in schema and schema["default"] not in (None, "", []) and not isinstance(schema["default"], dict):
        said.append(f"default {json.dumps(schema['default'])}")
    return ", ".join(text for text in said if text)


def _spanned(schema: Any) -> str:
    if not isinstance(schema, dict):
        return ""
    found = [
        _span(schema.get("minimum"), schema.get("maximum"), ""),
        _span(schema.get("minLength"), schema.get("maxLength"), " characters"),
        _span(schema.get("minItems"), schema.get("maxItems"), " of them"),
        f"`{schema['pattern']}`" if "pattern" in schema else "",
    ]
    return ", ".join(text for text in found if text)


def _span(least: int | None, most: int | None, unit: str) -> str:
    if least is not None and most is not None:
        return f"{least} to {most}{unit}" if least != most else f"{least}{unit}"
    if least is not None:
        return f"{least} or more{unit.removesuffix(' of them')}"
    return f"at most {most}{unit.removesuffix(' of them')}" if most is not None else ""

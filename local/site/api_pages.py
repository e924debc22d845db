"""The staff API's documentation, drawn from docs/openapi.json without a script."""

import json
from pathlib import Path
from typing import Any

from local.site.answer import Answer, NotYet, page

METHODS = ("get", "post", "put", "patch", "delete")


def shown(document: Path, rest: list[str]) -> Answer:
    try:
        text = document.read_bytes()
    except OSError as error:
        raise NotYet(f"{document.name} is not written yet: make openapi.") from error
    if rest == ["openapi.json"]:
        return Answer(200, text, (("Content-Type", "application/json"), ("Cache-Control", "no-store")))
    if rest:
        return page("message.html", 404, title="Not found", text="The documentation is one page: /docs")
    api = json.loads(text)
    return page("docs.html", api=api, groups=grouped(api), schemas=schemas(api))


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
    kind = schema.get("type", "any")
    words = " or ".join(kind) if isinstance(kind, list) else str(kind)
    return words + (f" ({schema['format']})" if "format" in schema else ""), ""


def fields_of(api: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    schema = resolved(api, schema)
    required = schema.get("required", [])
    rows = []
    for name, about in schema.get("properties", {}).items():
        text, link = type_of(api, about)
        said = about.get("description", "") if isinstance(about, dict) else ""
        rows.append({"name": name, "type": text, "link": link, "required": name in required, "text": said})
    return rows


def schemas(api: dict[str, Any]) -> list[dict[str, Any]]:
    known = api.get("components", {}).get("schemas", {})
    return [
        {
            "name": name,
            "text": schema.get("description", ""),
            "fields": fields_of(api, schema),
            "type": type_of(api, schema)[0],
        }
        for name, schema in sorted(known.items())
    ]


def _content(api: dict[str, Any], holder: dict[str, Any]) -> tuple[str, str]:
    kinds = resolved(api, holder).get("content", {})
    return next((type_of(api, kind.get("schema")) for kind in kinds.values()), ("", ""))


def grouped(api: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Operations by tag, in the document's order."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, item in api.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                operation = item[method]
                tag = (operation.get("tags") or ["Other"])[0]
                groups.setdefault(tag, []).append(_operation(api, path, method, item, operation))
    return list(groups.items())


def _operation(
    api: dict[str, Any], path: str, method: str, item: dict[str, Any], operation: dict[str, Any]
) -> dict[str, Any]:
    parameters = [resolved(api, p) for p in [*item.get("parameters", []), *operation.get("parameters", [])]]
    body = operation.get("requestBody")
    answers = [
        {"status": status, "text": resolved(api, about).get("description", ""), "body": _content(api, about)}
        for status, about in operation.get("responses", {}).items()
    ]
    return {
        "path": path,
        "method": method.upper(),
        "summary": operation.get("summary", ""),
        "text": operation.get("description", ""),
        "parameters": [_parameter(api, p) for p in parameters],
        "body": _content(api, body) if body else ("", ""),
        "answers": answers,
    }


def _parameter(api: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": given["name"],
        "where": given["in"],
        "type": type_of(api, given.get("schema"))[0],
        "required": given.get("required", False),
        "text": given.get("description", ""),
    }

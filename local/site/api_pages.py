"""The staff API's documentation, drawn from docs/openapi.json without a script."""

import json
from pathlib import Path
from typing import Any

from local.site.answer import Answer, NotYet, page
from local.site.api_types import limits_of, resolved, type_of

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
    return page("docs.html", api=api, groups=grouped(api), errors=errors(api), schemas=schemas(api))


def fields_of(api: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    schema = resolved(api, schema)
    required = schema.get("required", [])
    return [_field(api, name, about, name in required) for name, about in schema.get("properties", {}).items()]


def _field(api: dict[str, Any], name: str, about: Any, required: bool) -> dict[str, Any]:
    text, link = type_of(api, about)
    said = about.get("description", "") if isinstance(about, dict) else ""
    return {
        "name": name,
        "type": text,
        "link": link,
        "required": required,
        "text": said,
        "limits": limits_of(about),
        "where": "",
    }


def schemas(api: dict[str, Any]) -> list[dict[str, Any]]:
    """`sent` ones are bodies: which of their fields are required matters; answers have all of theirs."""
    known = api.get("components", {}).get("schemas", {})
    return [
        {
            "name": name,
            "text": schema.get("description", ""),
            "fields": fields_of(api, schema),
            "type": type_of(api, schema)[0],
            "sent": schema.get("additionalProperties") is False,
        }
        for name, schema in sorted(known.items())
    ]


def errors(api: dict[str, Any]) -> list[dict[str, Any]]:
    """Those that operations have in common, each once."""
    known = api.get("components", {}).get("responses", {})
    return [
        {"status": status, "text": about["description"], "bodies": _bodies(api, about)}
        for status, about in known.items()
    ]


def _bodies(api: dict[str, Any], holder: dict[str, Any]) -> list[dict[str, str]]:
    """What a request or an answer may carry, by media type."""
    found = []
    for media, kind in resolved(api, holder).get("content", {}).items():
        text, link = type_of(api, kind.get("schema"))
        found.append({"media": media, "type": text, "link": link})
    return found


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
    sent = operation.get("requestBody")
    bodies = _bodies(api, sent) if sent else []
    fields = [fields_of(api, kind.get("schema", {})) for kind in resolved(api, sent or {}).get("content", {}).values()]
    responses = operation.get("responses", {})
    return {
        "path": path,
        "method": method.upper(),
        "summary": operation.get("summary", ""),
        "text": operation.get("description", ""),
        "roles": operation.get("x-roles", []),
        "parameters": [_parameter(api, p) for p in parameters],
        "body": bodies[0] if bodies else None,
        "fields": fields[0] if fields else [],
        "answers": [
            {"status": status, "text": resolved(api, about).get("description", ""), "bodies": _bodies(api, about)}
            for status, about in responses.items()
            if "$ref" not in about
        ],
        "errors": [status for status, about in responses.items() if "$ref" in about],
    }


def _parameter(api: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    schema = {"description": given.get("description", ""), **given.get("schema", {})}
    return {**_field(api, given["name"], schema, given.get("required", False)), "where": given["in"]}

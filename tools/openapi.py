"""docs/openapi.json from the staff API's declarations; `make openapi` writes it, a test fails when it drifts."""

import json
from pathlib import Path
from types import NoneType
from typing import Any

import msgspec
from pydantic.json_schema import models_json_schema

from api.errors import STATUS
from api.staff.given import Nothing
from api.staff.handler import ROUTES
from api.staff.routing import Route

TARGET = Path(__file__).parents[1] / "docs" / "openapi.json"
REF = "#/components/schemas/{name}"

PROBLEM = {
    "title": "Problem",
    "description": "RFC 9457. `code` is stable; `remedy` and `errors` say how to mend the request.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "remedy", "instance", "errors"],
    "properties": {
        **{name: {"type": "string"} for name in ("type", "title", "detail", "code", "remedy", "instance")},
        "status": {"type": "integer"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "problem", "remedy"],
                "properties": {name: {"type": "string"} for name in ("field", "problem", "remedy")},
            },
        },
    },
}

IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Repeating the request with the same key and body makes nothing new and answers 201 with what the "
    "first one made, as it is now; the same key with another body is refused (422). Remembered for 90 days.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
}


def _parameters(route: Route) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for part in route.parts:
        if part.startswith("{"):
            schema = {"type": "string", "format": "date"} if part == "{date}" else {"type": "string"}
            found.append({"name": part[1:-1], "in": "path", "required": True, "schema": schema})
    if not route.has_body and route.takes is not Nothing:
        asked = route.takes.model_json_schema()
        for name, schema in asked["properties"].items():
            plain = {k: v for k, v in _inlined(schema, asked.get("$defs", {})).items() if k != "title"}
            required = name in asked.get("required", ())
            found.append({"name": name, "in": "query", "required": required, "schema": plain})
    if route.creates:
        found.append(IDEMPOTENCY_KEY)
    if route.version:
        found.append(
            {
                "name": "If-Match",
                "in": "header",
                "required": route.version == "required",
                "description": "The ETag that the edit was decided on; 412 when it is not the present one.",
                "schema": {"type": "string"},
            }
        )
    return found


def _inlined(schema: Any, defs: dict[str, Any]) -> Any:
    if isinstance(schema, dict) and "$ref" in schema:
        return {k: v for k, v in defs[schema["$ref"].rsplit("/", 1)[1]].items() if k != "description"}
    return schema


def _problems(route: Route) -> dict[str, Any]:
    codes = {401, 403, 422, 500, 503}
    codes |= {404} if "{" in route.path or route.takes is not Nothing else set()
    codes |= {400, 413} if route.has_body else set()
    codes |= {409} if route.method != "GET" else set()
    codes |= {412} if route.version else set()
    codes |= {428} if route.version == "required" else set()
    return {str(code): {"$ref": f"#/components/responses/{code}"} for code in sorted(codes)}


def _operation(route: Route, answer: dict[str, Any] | None) -> dict[str, Any]:
    documented = route.does.__doc__ or ""
    good: dict[str, Any] = {"description": "Nothing to say" if answer is None else "As asked"}
    if answer is not None:
        good["content"] = {"application/json": {"schema": answer}}
        good["headers"] = {"ETag": {"description": "The version, where there is one", "schema": {"type": "string"}}}
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.name.replace("_", " ").capitalize(),
        "tags": [route.parts[2]],
        "x-roles": sorted(route.roles),
        "parameters": _parameters(route),
        "responses": {str(route.status): good, **_problems(route)},
    }
    if documented:
        operation["description"] = " ".join(documented.split())
    if route.has_body and route.takes is not Nothing:
        schema = {"$ref": REF.format(name=route.takes.__name__)}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation


def document() -> dict[str, Any]:
    """The whole of the staff API, OpenAPI 3.1."""
    shapes = list(dict.fromkeys(route.answers for route in ROUTES if route.answers is not NoneType))
    references, views = msgspec.json.schema_components(shapes, ref_template=REF)
    answers = dict(zip(shapes, references, strict=True))
    taken = list(dict.fromkeys(route.takes for route in ROUTES if route.has_body and route.takes is not Nothing))
    _, given = models_json_schema([(model, "validation") for model in taken], ref_template=REF.replace("name", "model"))
    bodies = given["$defs"]
    shared = {name for name in views if name in bodies and views[name] != bodies[name]} - {"Attendance", "Kind"}
    if shared:
        raise ValueError(f"two schemas of one name: {sorted(shared)}")
    paths: dict[str, Any] = {}
    for route in ROUTES:
        operation = _operation(route, answers.get(route.answers))
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Créneau, staff API",
            "version": "1",
            "description": "One clinic. Instants are RFC 3339 with an offset; answers give them in UTC, and beside them "
            "`local_...` with the clinic's offset. Lists page by `cursor`. `x-roles` says which groups may call.",
        },
        "security": [{"staff": []}],
        "paths": {path: paths[path] for path in sorted(paths)},
        "components": {
            "securitySchemes": {
                "staff": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "An access token of the clinic's Cognito user pool, never an id token.",
                }
            },
            "responses": {
                str(status): {"description": title, "content": content} for status, title in sorted(STATUS.values())
            },
            "schemas": dict(sorted({**bodies, **views, "Problem": PROBLEM}.items())),
        },
    }


def text() -> str:
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text())

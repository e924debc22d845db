"""docs/openapi.json from the staff API's declarations; `make openapi` writes it, a test fails when it drifts."""

import inspect
import json
import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_type_hints

import msgspec
from pydantic.json_schema import models_json_schema

from api.errors import STATUS
from api.staff.given import Nothing, Paged
from api.staff.handler import ROUTES
from api.staff.routing import Route
from api.staff.shown import View
from tools.openapi_words import ABOUT, GATEWAY, IDEMPOTENCY_KEY, PATH, PROBLEM, SAID

TARGET = Path(__file__).parents[1] / "docs" / "openapi.json"
REF = "#/components/schemas/{name}"


def _parameters(route: Route) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for part in route.parts:
        if part.startswith("{"):
            name = part[1:-1]
            schema = {"type": "string", "format": "date"} if name == "date" else {"type": "string"}
            said = {"description": PATH[name]} if name in PATH else {}
            found.append({"name": name, "in": "path", "required": True, **said, "schema": schema})
    if not route.has_body and route.takes is not Nothing:
        asked = route.takes.model_json_schema()
        for name, schema in asked["properties"].items():
            plain = {k: v for k, v in _inlined(schema, asked.get("$defs", {})).items() if k != "title"}
            said = {"description": plain.pop("description")} if "description" in plain else {}
            required = name in asked.get("required", ())
            found.append({"name": name, "in": "query", "required": required, **said, "schema": plain})
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
    if isinstance(schema, list):
        return [_inlined(each, defs) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {k: v for k, v in defs[schema["$ref"].rsplit("/", 1)[1]].items() if k not in ("description", "title")}
    return {k: _inlined(v, defs) for k, v in schema.items()}


def _problems(route: Route) -> dict[str, Any]:
    codes = {401, 403, 422, 500, 503}
    codes |= {404} if "{" in route.path or route.takes is not Nothing else set()
    codes |= {400, 413} if route.has_body else set()
    codes |= {409} if route.method != "GET" else set()
    codes |= {412} if route.version else set()
    codes |= {428} if route.version == "required" else set()
    return {str(code): {"$ref": f"#/components/responses/{code}"} for code in sorted(codes)}


def _operation(route: Route, answer: dict[str, Any] | None) -> dict[str, Any]:
    asks = "" if route.has_body or route.takes in (Nothing, Paged) else inspect.getdoc(route.takes)
    documented = "\n\n".join(text for text in (inspect.getdoc(route.does), asks) if text)
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
        operation["description"] = documented
    if route.has_body and route.takes is not Nothing:
        schema = {"$ref": REF.format(name=route.takes.__name__)}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation


def _responses() -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": {"$ref": REF.format(name="Problem")}}}
    found: dict[str, Any] = {}
    for status, title in sorted(STATUS.values()):
        content = (
            {"application/json": {"schema": {"$ref": REF.format(name="NotSignedIn")}}, **problem}
            if status == 401
            else problem
        )
        said = f"{title}. {SAID[status]}" if status in SAID else title
        found[str(status)] = {"description": said, "content": content}
    found["405"]["headers"] = {"Allow": {"description": "The methods of the address", "schema": {"type": "string"}}}
    return found


def _alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """The same, or the same choice of words."""
    return one == other or ("enum" in one and set(one["enum"]) == set(other.get("enum", ())))


def _as_given(views: dict[str, Any], bodies: dict[str, Any]) -> None:
    """A field means the same when it is read as when it is sent: it is described once, where it is sent."""
    for name, view in views.items():
        for field, sent in bodies.get(f"{name.removesuffix('View')}Given", {}).get("properties", {}).items():
            if "description" in sent and field in view.get("properties", {}):
                view["properties"][field].setdefault("description", sent["description"])


def _whole(views: dict[str, Any]) -> None:
    """Every field of an answer is in it, whatever its value: none has a default."""
    for view in views.values():
        if "properties" in view:
            view["required"] = list(view["properties"])
            for field in view["properties"].values():
                field.pop("default", None)


def _mark_instants(views: dict[str, Any], shapes: Iterable[type[View]]) -> None:
    for shape in shapes:
        fields = views.get(shape.__name__, {}).get("properties", {})
        for name, hint in get_type_hints(shape).items():
            if name in fields and datetime in (hint, *get_args(hint)):
                kinds = fields[name].get("anyOf", [fields[name].get("additionalProperties", fields[name])])
                next(k for k in kinds if k.get("type") == "string")["format"] = "date-time"


def document() -> dict[str, Any]:
    """The whole of the staff API, OpenAPI 3.1."""
    shapes = list(dict.fromkeys(route.answers for route in ROUTES if route.answers is not NoneType))
    references, views = msgspec.json.schema_components(shapes, ref_template=REF)
    answers = dict(zip(shapes, references, strict=True))
    taken = list(dict.fromkeys(route.takes for route in ROUTES if route.has_body and route.takes is not Nothing))
    _, given = models_json_schema([(model, "validation") for model in taken], ref_template=REF.replace("name", "model"))
    bodies = given["$defs"]
    shared = {name for name in views if name in bodies and not _alike(views[name], bodies[name])}
    if shared:
        raise ValueError(f"two schemas of one name: {sorted(shared)}")
    _whole(views)
    _mark_instants(views, View.__subclasses__())
    _as_given(views, bodies)
    paths: dict[str, Any] = {}
    for route in ROUTES:
        operation = _operation(route, answers.get(route.answers))
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Créneau, staff API",
            "version": "1",
            "description": ABOUT,
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
            "responses": _responses(),
            "schemas": dict(sorted({**bodies, **views, "Problem": PROBLEM, "NotSignedIn": GATEWAY}.items())),
        },
    }


def text() -> str:
    """Pages of a list are named for what they list: msgspec's name for one is `Listed_ThingView_`."""
    return (
        re.sub(r"Listed_(\w+?)(?:View)?_(?!\w)", r"\1List", json.dumps(document(), indent=1, ensure_ascii=False)) + "\n"
    )


if __name__ == "__main__":
    TARGET.write_text(text())

"""Replaces MiniStack's private functions one by one, keeping a digest of each one that we lean on."""

import functools
import hashlib
import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ministack.services.cloudformation import provisioners

PINNED = Path(__file__).with_name("fingerprints.json")
_digests: dict[str, str] = {}


def lean_on(owner: Any, *names: str) -> None:
    """Notes the present shape of things that we call or replace, so that a change upstream is seen."""
    for name in names:
        thing = functools.reduce(getattr, name.split("."), owner)
        thing = getattr(thing, "ministack_original", thing)
        if inspect.isfunction(thing):
            text = inspect.getsource(thing)
        else:
            text = thing if isinstance(thing, str) else type(thing).__name__
        _digests[f"{owner.__name__}.{name}"] = hashlib.sha256(text.encode()).hexdigest()[:16]


def replaces(owner: Any, name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The decorated function takes the place of owner.name and receives the original as its first argument."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        lean_on(owner, name)
        original = functools.reduce(getattr, name.split("."), owner)

        @functools.wraps(original)
        def call(*args: Any, **kwargs: Any) -> Any:
            return function(original, *args, **kwargs)

        call.ministack_original = getattr(original, "ministack_original", original)  # type: ignore[attr-defined]
        *path, last = name.split(".")
        setattr(functools.reduce(getattr, path, owner), last, call)
        return function

    return decorate


def completes_resource(type_name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The decorated function finishes what MiniStack leaves out when CloudFormation creates or updates a resource.

    It receives the physical id, the properties before (empty at creation or replacement) and the properties now.
    """

    def decorate(finish: Callable[..., None]) -> Callable[..., None]:
        handler = provisioners._RESOURCE_HANDLERS[type_name]
        create, update = handler["create"], handler["update"]
        lean_on(provisioners, create.__name__, update.__name__)

        @functools.wraps(create)
        def finished_create(logical_id: str, properties: dict[str, Any], stack_name: str) -> Any:
            result = create(logical_id, properties, stack_name)
            finish(result[0], {}, properties)
            return result

        @functools.wraps(update)
        def finished_update(physical_id: str, old: dict[str, Any], new: dict[str, Any], *rest: Any) -> Any:
            result = update(physical_id, old, new, *rest)
            finish(result[0], old if result[0] == physical_id else {}, new)
            return result

        handler["create"], handler["update"] = finished_create, finished_update
        return finish

    return decorate


def changed() -> list[str]:
    pinned = json.loads(PINNED.read_text()) if PINNED.exists() else {}
    return sorted(name for name in pinned.keys() | _digests.keys() if pinned.get(name) != _digests.get(name))


def pin() -> None:
    PINNED.write_text(json.dumps(dict(sorted(_digests.items())), indent=1) + "\n")

"""A clinic that sends custom SMS, in memory, for the tests of what goes to many."""

from typing import Any

from creneau.agenda.catalogue import Patient
from creneau.messaging.message import Message, message_ref
from creneau.shared.settings import SETTINGS, Settings
from creneau.shared.store import require
from tests.support.world import World

MOBILE = "+41791234567"


def custom_world(**sms: Any) -> World:
    """Monday 2 March 2026, 08:00; SMS and their custom module on, whatever is dispatched goes nowhere."""
    world = World().clinic()
    world.app.dispatch_message = lambda _: "queued"  # type: ignore[assignment]
    set_sms(world, **{"enabled": True, "custom_module": True, **sms})
    return world


def set_sms(world: World, **sms: Any) -> None:
    present = require(world.store, SETTINGS)
    world.put(present.with_(sms=present.sms.with_(**sms)))


def settings(world: World, part: str, **changes: Any) -> None:
    present = world.store.get(SETTINGS) or Settings()
    world.put(present.with_(**{part: getattr(present, part).with_(**changes)}))


def somebody(world: World, id: str, *consents: str, **more: Any) -> str:
    """Registered with a mobile number, and with these consents since now."""
    given: dict[str, Any] = {"first_name": "P", "last_name": id, "phone": MOBILE, "language": "fr"} | more
    world.put(Patient(id=id, consents=dict.fromkeys(consents, world.now), **given))
    return id


def message(world: World, id: str) -> Message:
    return require(world.store, message_ref(id))


def messages(world: World) -> dict[str, Message]:
    return {m.id: m for m in world.all(Message)}

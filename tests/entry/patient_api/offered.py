"""An offer that waits for its answer, with the link that opens it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from creneau.agenda.catalogue import Address, Location, Patient, patient_ref
from creneau.agenda.slot import Slot
from creneau.shared.link import Link, hash_of, token_of
from creneau.shared.settings import SETTINGS, Look, Settings
from creneau.shared.store import require
from tests.support.world import Live, World, line, released

LOCATION = Location(
    id="loc_1",
    name="Cabinet du Lac",
    address=Address(street="Rue du Lac 12", postcode="1003", town="Lausanne", country="CH"),
    phone="+41 21 555 01 23",
)


@dataclass
class Offered:
    world: World
    slot: Slot
    token: str
    key: str = "k" * 32

    @property
    def live(self) -> Live:
        return self.world.offers(self.slot)[0]

    @property
    def path(self) -> str:
        return f"/o/{self.token}"

    def link(self, byte: int, **changes: Any) -> str:
        """A token of another link to the same offer."""
        token = token_of(bytes([byte]) * 16)
        live = self.live
        link = Link(
            hash=hash_of(token),
            purpose="offer",
            subject={"round_id": live.round_id, "appointment_id": live.appointment_id},
            key=self.key,
            created_at=self.world.now,
            ttl=int((self.world.now + timedelta(days=75)).timestamp()),
        )
        self.world.put(link.with_(**changes))
        return token

    def speak(self, language: str) -> None:
        patient = require(self.world.store, patient_ref(self.live.patient_id))
        self.world.put(patient.with_(language=language))

    def patient(self) -> Patient:
        return require(self.world.store, patient_ref(self.live.patient_id))


def offered(**waitlist: Any) -> Offered:
    world = World().clinic(**waitlist)
    world.put(LOCATION)
    settings = world.store.get(SETTINGS) or Settings()
    world.put(settings.with_(look=Look(phone="+41 21 555 00 00", phone_hours="lun–ven 8 h–17 h")))
    line(world, 3)
    slot = released(world)
    world.grace()
    made = Offered(world, slot, "")
    made.token = made.link(7)
    return made

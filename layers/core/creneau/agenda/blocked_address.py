"""An address that bounced, complained or opted out: not written to until staff clear it, whosever record it is in (M-12)."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from creneau.agenda.catalogue import Contact, Patient
from creneau.shared.model import Stored
from creneau.shared.store import Collection, Ref


class BlockedAddress(Stored, frozen=True, kw_only=True):
    """`id` is the address's key, so that it holds no address itself. `because`: `bounced`, `complained`, `opted_out`.

    `look_at`: when the sweeper must see that every record with the address is marked, None once it is.
    """

    id: str
    because: str
    blocked_at: datetime
    cleared_at: datetime | None = None
    cleared_by: str = ""
    look_at: datetime | None = None

    @property
    def is_blocked(self) -> bool:
        return self.cleared_at is None


def address_key(address: str) -> str:
    """One key for all the ways to write an email address, or a number in its one form."""
    local, at, domain = address.strip().casefold().rpartition("@")
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode("ascii")
    return hashlib.sha256(f"{local}{at}{domain}".encode()).hexdigest()[:32]


def blocked_ref(key: str) -> Ref[BlockedAddress]:
    return Ref(BlockedAddress, (key,))


def patients_of_address(key: str) -> Collection[Patient]:
    """Those whose messages go to that email address."""
    return Collection("patients_of_address", Patient, (key,))


def patients_of_number(key: str) -> Collection[Patient]:
    """Those whose SMS go to that number."""
    return Collection("patients_of_number", Patient, (key,))


def keys_of(patient: Patient) -> list[str]:
    """Of every address and number in the record, each once."""
    people: list[Patient | Contact] = [patient, *patient.contacts]
    return list(dict.fromkeys(address_key(a) for who in people for a in (who.email, who.phone) if a))


def marked(patient: Patient, blocked: Mapping[str, bool]) -> Patient:
    """The record with each address and number marked as `blocked` says by its key; those not in it stay as they are."""
    contacts = tuple(contact.with_(**_marks(contact, blocked)) for contact in patient.contacts)
    return patient.with_(**_marks(patient, blocked), contacts=contacts)


def _marks(who: Patient | Contact, blocked: Mapping[str, bool]) -> dict[str, bool]:
    email, phone = (address_key(a) if a else "" for a in (who.email, who.phone))
    return {
        "email_blocked": bool(who.email) and blocked.get(email, who.email_blocked),
        "phone_blocked": bool(who.phone) and blocked.get(phone, who.phone_blocked),
    }

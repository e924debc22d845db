"""Where and in which agendas is worked: locations, agendas, resources, as sent and shown."""

from api.staff.given import AddressGiven, Given, Id, Line, Name, Phone
from api.staff.shown import View
from creneau.agenda.catalogue import Address


class LocationView(View, frozen=True, kw_only=True):
    id: str
    name: str
    address: Address
    phone: str
    version: int


class AgendaView(View, frozen=True, kw_only=True):
    """One practitioner in one location."""

    id: str
    practitioner_id: str
    location_id: str
    name: str
    version: int


class ResourceView(View, frozen=True, kw_only=True):
    id: str
    name: str
    location_id: str
    version: int


class LocationGiven(Given):
    name: Name
    address: AddressGiven
    phone: Phone = ""


class AgendaGiven(Given):
    practitioner_id: Id
    location_id: Id
    name: Line = ""


class ResourceGiven(Given):
    name: Name
    location_id: Id

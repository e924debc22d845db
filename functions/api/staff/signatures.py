"""The signatures that end emails: one default, others for agendas, services, resources and occasions (G-01 to G-04)."""

from types import NoneType
from typing import Annotated

from pydantic import Field

from api.staff.given import Given, Id, Line, Nothing, Text
from api.staff.routing import ADMIN, STAFF, Call, Routes
from api.staff.shown import Listed, View
from creneau.messaging.signature import DEFAULT_ID, LINKS_LIMIT, SIGNATURES, Occasion, Signature, Signatures
from creneau.shared.errors import NotFound

routes = Routes()

Links = Annotated[tuple[Id, ...], Field(max_length=LINKS_LIMIT)]


class SignatureView(View, frozen=True, kw_only=True):
    """`version` is that of all signatures together. The default one's id is `default`; it has a text and nothing else."""

    id: str
    title: str
    text: str
    agenda_ids: tuple[str, ...]
    service_ids: tuple[str, ...]
    resource_ids: tuple[str, ...]
    occasions: tuple[str, ...]
    version: int


class SignatureGiven(Given):
    """`text` as patients read it, at most 1,000 characters on 12 lines. Of several signatures the one of `occasions`
    applies, else that of the resource, the service, the agenda, else the default one."""

    title: Line = ""
    text: Text
    agenda_ids: Links = ()
    service_ids: Links = ()
    resource_ids: Links = ()
    occasions: Annotated[tuple[Occasion, ...], Field(max_length=len(Occasion))] = ()


def _signature(id: str, given: SignatureGiven) -> Signature:
    return Signature(id=id, **given.model_dump())


def _default(all: Signatures) -> Signature:
    return Signature(id=DEFAULT_ID, title="", text=all.default)


def _one(all: Signatures, id: str) -> SignatureView:
    found = _default(all) if id == DEFAULT_ID else all.find(id)
    if found is None:
        raise NotFound(f"there is no signature {id}", code="not_found", remedy="use an id as listed")
    return _shown(found, all.version)


def _shown(signature: Signature, version: int) -> SignatureView:
    return SignatureView(
        id=signature.id,
        title=signature.title,
        text=signature.text,
        agenda_ids=signature.agenda_ids,
        service_ids=signature.service_ids,
        resource_ids=signature.resource_ids,
        occasions=signature.occasions,
        version=version,
    )


def _all(call: Call) -> Signatures:
    return call.app.store.get(SIGNATURES) or Signatures()


@routes("GET", "/v1/signatures", STAFF, answers=Listed[SignatureView])
def list_signatures(call: Call, _: Nothing) -> Listed[SignatureView]:
    """The default one first, then all others: there are 50 at most."""
    all = _all(call)
    return Listed(items=[_shown(each, all.version) for each in (_default(all), *all.others)])


@routes("POST", "/v1/signatures", ADMIN, takes=SignatureGiven, answers=SignatureView, creates=True)
def add_signature(call: Call, given: SignatureGiven) -> SignatureView:
    id = call.new_id("sig")
    return _one(call.app.edit_signatures.add(_signature(id, given)), id)


@routes("GET", "/v1/signatures/{signature_id}", STAFF, answers=SignatureView)
def read_signature(call: Call, _: Nothing) -> SignatureView:
    return _one(_all(call), call.id("signature_id"))


@routes(
    "PUT",
    "/v1/signatures/{signature_id}",
    ADMIN,
    takes=SignatureGiven,
    answers=SignatureView,
    version="required",
)
def change_signature(call: Call, given: SignatureGiven) -> SignatureView:
    id = call.id("signature_id")
    return _one(call.app.edit_signatures.change(_signature(id, given), call.required_version), id)


@routes("DELETE", "/v1/signatures/{signature_id}", ADMIN, answers=NoneType, version="optional")
def remove_signature(call: Call, _: Nothing) -> None:
    """Emails are then signed by the next that applies; never the default one."""
    call.app.edit_signatures.remove(call.id("signature_id"), call.expected_version)

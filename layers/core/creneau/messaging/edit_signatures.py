"""Staff add, change and remove signatures; what can't be meant, or would leave open which one applies, is refused."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from creneau.agenda.catalogue import agenda_ref, resource_ref, service_ref
from creneau.messaging.signature import (
    DEFAULT_ID,
    LINES_LIMIT,
    MOST,
    SIGNATURES,
    TEXT_LIMIT,
    Occasion,
    Signature,
    Signatures,
)
from creneau.shared.again import Again
from creneau.shared.edit import check_version
from creneau.shared.errors import Fault, Invalid, NotFound, Refused
from creneau.shared.settings import SETTINGS, Settings
from creneau.shared.store import Put, Ref, Snapshot, Store

_LINKS: dict[str, Callable[[str], Ref[Any]]] = {
    "agenda_ids": agenda_ref,
    "service_ids": service_ref,
    "resource_ids": resource_ref,
}


@dataclass(frozen=True)
class EditSignatures:
    """All signatures share one version: an edit is decided on all of them, since it may take a link that another has.

    Raises Invalid, NotFound, Refused, Stale. Answers all of them as they are afterwards.
    """

    store: Store
    again: Again

    def add(self, new: Signature) -> Signatures:
        """Adding the same id again answers what is there."""
        return self.again(lambda: self._add(new))

    def change(self, new: Signature, expected_version: int) -> Signatures:
        """The default one has no title and no links: it is what remains."""
        return self.again(lambda: self._change(new, expected_version))

    def remove(self, id: str, expected_version: int | None = None) -> Signatures:
        return self.again(lambda: self._remove(id, expected_version))

    def _change(self, new: Signature, expected_version: int) -> Signatures:
        before, read = self._read(new)
        check_version(before, expected_version)
        if new.id == DEFAULT_ID:
            _check_default(new)
            return self._put(before.with_(default=new.text))
        known = _known(before, new.id)
        _check(new, before, read, known.occasions)
        return self._put(before.with_(others=tuple(new if s.id == new.id else s for s in before.others)))

    def _add(self, new: Signature) -> Signatures:
        before, read = self._read(new)
        if before.find(new.id) is not None:
            return before
        if len(before.others) >= MOST:
            raise Refused(f"there are {MOST} signatures already", code="too_many", remedy="remove one first")
        _check(new, before, read, ())
        return self._put(before.with_(others=(*before.others, new)))

    def _remove(self, id: str, expected_version: int | None) -> Signatures:
        before = self.store.get(SIGNATURES) or Signatures()
        if id == DEFAULT_ID:
            raise Refused(
                "the default signature can't be removed", code="default_signature", remedy="empty its text instead"
            )
        check_version(before, expected_version)
        _known(before, id)
        return self._put(before.with_(others=tuple(s for s in before.others if s.id != id)))

    def _read(self, new: Signature) -> tuple[Signatures, Snapshot]:
        """With whatever it is linked to."""
        linked = [ref(id) for field, ref in _LINKS.items() for id in dict.fromkeys(getattr(new, field))]
        read = self.store.snapshot([SIGNATURES, SETTINGS, *linked])
        return read.get(SIGNATURES) or Signatures(), read

    def _put(self, after: Signatures) -> Signatures:
        self.store.commit([Put(after)])
        return after.with_(version=after.version + 1)


def _known(before: Signatures, id: str) -> Signature:
    found = before.find(id)
    if found is None:
        raise NotFound(f"there is no signature {id}", code="not_found", remedy="use an id as listed")
    return found


def _check_default(new: Signature) -> None:
    faults = list(_faults_of_text(new.text))
    for field in (*_LINKS, "occasions"):
        if getattr(new, field):
            faults.append(Fault(field, "the default signature is for all that no other is for", "leave it empty"))
    _refuse(faults)


def _check(new: Signature, before: Signatures, read: Snapshot, had: tuple[Occasion, ...]) -> None:
    faults = list(_faults_of_text(new.text))
    if not new.title:
        faults.append(Fault("title", "it is empty", "give a name by which staff know it"))
    if not new.text:
        faults.append(Fault("text", "it is empty", "give a text, or remove the signature"))
    for field, ref in _LINKS.items():
        ids: tuple[str, ...] = getattr(new, field)
        for n, id in enumerate(ids):
            if read.get(ref(id)) is None:
                name = ref(id).model.__name__
                faults.append(Fault(f"{field}[{n}]", f"there is no {name} {id}", "use an id as listed"))
            elif id in ids[:n]:
                faults.append(Fault(f"{field}[{n}]", "it is named twice", "name each once"))
    _refuse(faults)
    _check_free(new, before)
    if Occasion.PENDING in new.occasions and Occasion.PENDING not in had:
        _check_confirmed_by_hand(read.get(SETTINGS) or Settings())


def _faults_of_text(text: str) -> Iterator[Fault]:
    if len(text) > TEXT_LIMIT:
        yield Fault("text", f"it has more than {TEXT_LIMIT} characters", "shorten it")
    if text.count("\n") >= LINES_LIMIT:
        yield Fault("text", f"it has more than {LINES_LIMIT} lines", "shorten it")


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise Invalid(faults[0].problem, code="invalid", remedy=faults[0].remedy, faults=tuple(faults))


def _check_free(new: Signature, before: Signatures) -> None:
    """Each thing, and each occasion, has one signature: which applies never hangs on the order of a list."""
    for other in before.others:
        for field in (*_LINKS, "occasions"):
            taken = set(getattr(new, field)) & set(getattr(other, field))
            if other.id != new.id and taken:
                remedy = f"take it from {other.id} first"
                problem = f"{min(taken)} has the signature {other.title!r}"
                raise Refused(problem, code="signature_taken", remedy=remedy, faults=(Fault(field, problem, remedy),))


def _check_confirmed_by_hand(settings: Settings) -> None:
    """G-03."""
    if not settings.booking.manual_confirmation:
        raise Refused(
            "no appointment awaits confirmation while manual confirmation is off",
            code="manual_confirmation_off",
            remedy="turn on booking.manual_confirmation in the settings first",
            faults=(Fault("occasions", "manual confirmation is off", "leave out pending"),),
        )

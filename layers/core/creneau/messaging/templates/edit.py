"""Staff make, change, copy and delete templates of the clinic's own, and reword any: the book follows in the same write."""

from dataclasses import dataclass
from datetime import datetime

from creneau.messaging.delay import Delay
from creneau.messaging.message import Channel, Kind
from creneau.messaging.sms.senders import check_sender
from creneau.messaging.template import (
    FIRST_DELAYS,
    MOST,
    TEMPLATE_BOOK,
    Line,
    Template,
    TemplateBook,
    may_be_worded,
    template_ref,
)
from creneau.messaging.templates.rules import (
    faults_of_attach,
    faults_of_delays,
    faults_of_key,
    faults_of_shape,
    faults_of_wordings,
    refuse,
    variants_of,
)
from creneau.messaging.templates.show import Shown, ShowTemplates
from creneau.messaging.wording.wording import Wording, faults_in
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.edit import stale
from creneau.shared.errors import Fault, NotFound, Refused
from creneau.shared.model import Value
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Delete, Put, Store, Write
from creneau.shared.time import Clock


class Draft(Value, frozen=True, kw_only=True):
    """All that a template of the clinic's own is given; `delays` and `sender` only where its kind has them. `attach` says
    whether the PDFs go with emails about invoices (D-01)."""

    kind: Kind
    channel: Channel
    title: str
    description: str = ""
    sender: str = ""
    delays: tuple[Delay, ...] = ()
    active: bool = True
    attach: bool = True
    wordings: dict[str, Wording] = {}


class Changes(Value, frozen=True, kw_only=True):
    """What differs; None: as it is."""

    title: str | None = None
    description: str | None = None
    sender: str | None = None
    delays: tuple[Delay, ...] | None = None
    attach: bool | None = None


@dataclass(frozen=True)
class EditTemplates:
    """Each edit is decided on the version that the caller read. Raises Invalid, NotFound, Refused, Stale.

    Answers the template as it is afterwards. Nothing here looks at messages: who plans them watches the book.
    """

    store: Store
    show: ShowTemplates
    clinic: Clinic
    clock: Clock
    again: Again

    # -- templates of the clinic's own
    def create(self, id: str, draft: Draft, by: Actor) -> Shown:
        """Creating the same id again answers what is there."""
        refuse(self._faults(draft))
        return self.again(lambda: self._create(id, draft, by))

    def duplicate(self, of: str, id: str, title: str, by: Actor) -> Shown:
        """A copy, off until it is turned on: nobody is to get both. A system template's copy is the clinic's own."""
        source = self.show.one(of)
        draft = Draft(
            kind=source.line.kind,
            channel=source.line.channel,
            title=title,
            description=source.template.description if source.template else "",
            sender=source.line.sender,
            delays=source.line.delays or FIRST_DELAYS.get(source.line.kind, ()),
            active=False,
            attach=source.line.attach,
            wordings={key: wording for key, wording, _ in source.wordings() if "." not in key},
        )
        refuse(faults_of_shape(draft.kind, draft.channel))
        return self.again(lambda: self._create(id, draft, by))

    def change(self, id: str, changes: Changes, expected_version: int, by: Actor) -> Shown:
        def step() -> Shown:
            line, template = self._own(id, expected_version)
            sender = line.sender if changes.sender is None else changes.sender
            delays = line.delays if changes.delays is None else changes.delays
            attach = line.attach if changes.attach is None else changes.attach
            faults = [*faults_of_delays(line.kind, delays), *faults_of_attach(line.kind, attach)]
            refuse([*faults, *self._faults_of_sender(line.channel, sender)])
            line = line.with_(sender=self._sender(sender), delays=delays, attach=attach)
            template = template.with_(
                title=template.title if changes.title is None else changes.title,
                description=template.description if changes.description is None else changes.description,
            )
            return self._put(line, template, by)

        return self.again(step)

    def delete(self, id: str) -> None:
        """History keeps its name; what it had planned goes no more."""

        def step() -> None:
            line, template = self._own(id, None)
            self.store.commit([Delete(template), Put(self._book().without(line.id))])

        self.again(step)

    # -- the words of any template
    def reword(self, id: str, key: str, wording: Wording, expected_version: int, by: Actor) -> Shown:
        """`key`: a language, or a language and a variant. What waits to be sent is sent in the new words."""

        def step() -> Shown:
            line, template = self._any(id, expected_version, by)
            self._check_may_word(line.kind, line.channel)
            refuse(faults_of_key(key, variants_of(id), "key") or faults_in(wording, line.kind, line.channel))
            template = template.with_(wordings={**template.wordings, key: wording})
            return self._put(line.with_(wording=line.wording + 1), template, by)

        return self.again(step)

    def unword(self, id: str, key: str, expected_version: int, by: Actor) -> Shown:
        """A system template goes back to the shipped words; one of the clinic's own must keep a language."""

        def step() -> Shown:
            line, template = self._any(id, expected_version, by)
            rest = {name: wording for name, wording in template.wordings.items() if name != key}
            if len(rest) == len(template.wordings):
                raise NotFound("it was not written", code="not_found", remedy="see the template's wordings")
            if not rest and not template.is_system:
                raise Refused(
                    "it is the only wording", code="last_wording", remedy="delete the template, or turn it off"
                )
            return self._put(line.with_(wording=line.wording + 1), template.with_(wordings=rest), by)

        return self.again(step)

    # -- steps
    def _create(self, id: str, draft: Draft, by: Actor) -> Shown:
        before = self.store.get(template_ref(id))
        if before is not None:
            return self.show.one(id)
        self._check_may_word(draft.kind, draft.channel)
        if sum(not line.is_system for line in self._book().stored) >= MOST:
            raise Refused(f"there are {MOST} templates already", code="too_many", remedy="delete one first")
        now = self.clock()
        line = Line(
            id=id,
            kind=draft.kind,
            channel=draft.channel,
            active=draft.active,
            since=now,
            delays=draft.delays,
            sender=self._sender(draft.sender),
            wording=1,
            attach=draft.attach,
        )
        template = _written(id, draft.kind, draft.channel, now).with_(
            title=draft.title, description=draft.description, wordings=draft.wordings
        )
        return self._put(line, template, by)

    def _put(self, line: Line, template: Template, by: Actor) -> Shown:
        template = template.with_(changed_at=self.clock(), changed_by=by.id)
        writes: list[Write] = [Put(template), Put(self._book().with_line(line))]
        self.store.commit(writes)
        return Shown(line, template.with_(version=template.version + 1))

    def _book(self) -> TemplateBook:
        return self.store.get(TEMPLATE_BOOK) or TemplateBook()

    def _own(self, id: str, expected_version: int | None) -> tuple[Line, Template]:
        shown = self.show.one(id)
        if shown.template is None or shown.line.is_system:
            raise Refused(
                "it is a system template: only its wordings can be changed, and whether it is on",
                code="system_template",
                remedy="duplicate it and change the copy",
            )
        _check(shown, expected_version)
        return shown.line, shown.template

    def _any(self, id: str, expected_version: int, by: Actor) -> tuple[Line, Template]:
        shown = self.show.one(id)
        _check(shown, expected_version)
        line = shown.line
        return line, shown.template or _written(id, line.kind, line.channel, self.clock())

    def _sender(self, given: str) -> str:
        """In its one form."""
        return check_sender(given, self.clinic.country).sender

    def _check_may_word(self, kind: Kind, channel: Channel) -> None:
        if not may_be_worded(kind, channel, (self.store.get(SETTINGS) or Settings()).sms):
            raise Refused(
                "reminders by SMS go in the standard words while the module of custom SMS is turned off",
                code="custom_sms_off",
                remedy="turn sms.custom_module on in the settings",
            )

    # -- faults
    def _faults(self, draft: Draft) -> list[Fault]:
        wrong = faults_of_shape(draft.kind, draft.channel)
        return wrong or [
            *faults_of_delays(draft.kind, draft.delays),
            *faults_of_attach(draft.kind, draft.attach),
            *self._faults_of_sender(draft.channel, draft.sender),
            *faults_of_wordings(draft.kind, draft.channel, draft.wordings),
        ]

    def _faults_of_sender(self, channel: Channel, sender: str) -> list[Fault]:
        if not sender:
            return []
        if channel is not Channel.SMS:
            return [Fault("sender", "emails have no sender of their own", "leave it out")]
        return list(check_sender(sender, self.clinic.country).faults)


def _written(id: str, kind: Kind, channel: Channel, now: datetime) -> Template:
    return Template(id=id, kind=kind, channel=channel, created_at=now, changed_at=now)


def _check(shown: Shown, expected_version: int | None) -> None:
    if expected_version is not None and shown.version != expected_version:
        raise stale(shown.version, expected_version)

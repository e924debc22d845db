"""Templates as staff see them: what each is, and its words, the clinic's own or as shipped (M-08)."""

from collections.abc import Iterator
from dataclasses import dataclass

from creneau.messaging.message import Channel, Kind
from creneau.messaging.template import TEMPLATE_BOOK, Line, Template, TemplateBook, template_ref
from creneau.messaging.templates.rules import faults_of_key, refuse, variants_of, wording_keys
from creneau.messaging.wording.shipped import shipped
from creneau.messaging.wording.wording import Wording
from creneau.shared.errors import NotFound
from creneau.shared.settings import SETTINGS, Settings
from creneau.shared.store import Store


@dataclass(frozen=True)
class Shown:
    """`template` is what the clinic wrote, None: a system one as shipped."""

    line: Line
    template: Template | None

    @property
    def version(self) -> int:
        """What an edit is decided on; 0: nothing was written yet."""
        return self.template.version if self.template else 0

    def wordings(self) -> Iterator[tuple[str, Wording, bool]]:
        """By name, with whether the clinic wrote it: a system template has all, one of its own those it was given."""
        written = self.template.wordings if self.template else {}
        for key in wording_keys(variants_of(self.line.id)):
            if key in written:
                yield key, written[key], True
            elif self.line.is_system:
                yield key, as_shipped(self.line.kind, self.line.channel, key), False

    def wording(self, key: str) -> Wording:
        """One of them. Raises Invalid, and NotFound when one of the clinic's own is not written in that language."""
        refuse(faults_of_key(key, variants_of(self.line.id), "key"))
        found = next((wording for name, wording, _ in self.wordings() if name == key), None)
        if found is None:
            raise NotFound("it is not written in that language", code="not_written", remedy="write it first")
        return found


def as_shipped(kind: Kind, channel: Channel, key: str) -> Wording:
    language, _, variant = key.partition(".")
    return shipped(kind, channel, language, variant)


@dataclass(frozen=True)
class ShowTemplates:
    store: Store

    def __call__(self) -> list[Shown]:
        """The system templates, then the clinic's own in the order in which they were made."""
        read = self.store.snapshot([SETTINGS, TEMPLATE_BOOK])
        settings, book = read.get(SETTINGS) or Settings(), read.get(TEMPLATE_BOOK) or TemplateBook()
        lines = list(book.lines(settings.messaging))
        written = [line for line in lines if line.wording]
        found = self.store.get_many([template_ref(line.id) for line in written])
        templates = {template.id: template for template in found if template is not None}
        return [Shown(line, templates.get(line.id)) for line in lines if line.is_system or line.id in templates]

    def one(self, id: str) -> Shown:
        """Raises NotFound."""
        read = self.store.snapshot([SETTINGS, TEMPLATE_BOOK, template_ref(id)])
        settings, book = read.get(SETTINGS) or Settings(), read.get(TEMPLATE_BOOK) or TemplateBook()
        line, template = book.line(id, settings.messaging), read.get(template_ref(id))
        if line is None or (template is None and not line.is_system):
            raise no_template(id)
        return Shown(line, template)


def no_template(id: str) -> NotFound:
    return NotFound(f"there is no template {id}", code="not_found", remedy="use an id as listed")

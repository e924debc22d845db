"""Staff turn a template on or off; what happens from then on is told by it, or no longer (M-08, M-18)."""

from dataclasses import dataclass

from creneau.messaging.template import BY_AUTOMATIC_INVOICING, BY_HAND, CANNOT_BE_OFF, TEMPLATE_BOOK, TemplateBook
from creneau.messaging.templates.show import Shown, ShowTemplates
from creneau.shared.again import Again
from creneau.shared.errors import Refused
from creneau.shared.settings import SETTINGS, Settings
from creneau.shared.store import Put, Store, Unchanged
from creneau.shared.time import Clock


@dataclass(frozen=True)
class SwitchTemplate:
    """Repeating it changes nothing. Raises NotFound, and Refused for one that is always on.

    Whether a system template is on is a setting; of the clinic's own it is in the book.
    """

    store: Store
    show: ShowTemplates
    clock: Clock
    again: Again

    def __call__(self, id: str, active: bool) -> Shown:
        return self.again(lambda: self._step(id, active))

    def _step(self, id: str, active: bool) -> Shown:
        shown = self.show.one(id)
        if not active and id in CANNOT_BE_OFF:
            raise always_on(id)
        if shown.line.active is active:
            return shown
        if shown.line.is_system:
            self._in_settings(id, active)
        else:
            self._in_book(shown, active)
        return self.show.one(id)

    def _in_settings(self, id: str, active: bool) -> None:
        settings = self.store.get(SETTINGS) or Settings()
        off = tuple(other for other in settings.messaging.off if other != id)
        messaging = settings.messaging.turned(off if active else (*off, id), self.clock())
        self.store.commit([Put(settings.with_(messaging=messaging))])

    def _in_book(self, shown: Shown, active: bool) -> None:
        book = self.store.get(TEMPLATE_BOOK) or TemplateBook()
        line = shown.line.with_(active=active, since=self.clock() if active else shown.line.since)
        writes = [Unchanged(shown.template)] if shown.template else []
        self.store.commit([Put(book.with_line(line)), *writes])


def always_on(id: str) -> Refused:
    if id in BY_HAND:
        return Refused("it is only sent by hand", code="always_on", remedy="don't send it")
    if id in BY_AUTOMATIC_INVOICING:
        remedy = "turn billing.automatic off, or choose another mode or channel"
        return Refused("automatic invoicing sends it", code="always_on", remedy=remedy)
    return Refused("offers are always told", code="always_on", remedy="to make none, turn the waitlist off")

"""Staff let a template of reminders act on invoices issued before it was on: previewed first, and once (D-02)."""

from dataclasses import dataclass

from creneau.messaging.payments.forecast import Forecast, ForecastReminders
from creneau.messaging.payments.plan_payer_reminders import is_automatic
from creneau.messaging.template import TEMPLATE_BOOK, Line, TemplateBook
from creneau.shared.again import Again
from creneau.shared.errors import NotFound, Refused, Stale
from creneau.shared.settings import SETTINGS, Settings
from creneau.shared.store import Put, Store
from creneau.shared.time import Clock


@dataclass(frozen=True)
class TakeAlong:
    """Raises NotFound, Refused (it is off, or no template of the clinic's own for reminders), Stale (`forecast_changed`)."""

    store: Store
    forecast: ForecastReminders
    clock: Clock
    again: Again

    def preview(self, template_id: str) -> Forecast:
        """What it would send, all that it sends by itself included; writes nothing."""
        line, _ = self._line(template_id)
        return self.forecast(line.with_(existing_since=self.clock()))

    def __call__(self, template_id: str, emails: int) -> Forecast:
        """`emails` is the preview's `in_all`: with another one today, nothing is changed."""
        shown = self.preview(template_id)
        if shown.in_all != emails:
            raise Stale(
                "it would send other reminders now", code="forecast_changed", remedy="look at the preview again"
            )
        self.again(lambda: self._step(template_id))
        return shown

    def _step(self, template_id: str) -> None:
        line, book = self._line(template_id)
        self.store.commit([Put(book.with_line(line.with_(existing_since=self.clock())))])

    def _line(self, template_id: str) -> tuple[Line, TemplateBook]:
        read = self.store.snapshot([SETTINGS, TEMPLATE_BOOK])
        settings, book = read.get(SETTINGS) or Settings(), read.get(TEMPLATE_BOOK) or TemplateBook()
        line = book.line(template_id, settings.messaging)
        if line is None:
            raise NotFound("there is no such template", code="not_found", remedy="see the list of templates")
        if not is_automatic(line):
            raise Refused("it sends nothing by itself", code="not_automatic", remedy="use a template of your own")
        if not line.active:
            raise Refused("it is off", code="template_off", remedy="turn it on first")
        return line, book

"""Which templates can be chosen for the SMS that follow a booking: those of its kind, on or off (A-09, M-04, M-05)."""

from collections.abc import Mapping
from dataclasses import dataclass

from creneau.messaging.message import Channel, Kind
from creneau.messaging.template import TEMPLATE_BOOK, TemplateBook
from creneau.shared.errors import Fault, Invalid
from creneau.shared.settings import SETTINGS, Settings
from creneau.shared.store import Store

FOR_PRACTITIONERS = {"sms_template_id": Kind.CONFIRMED, "booking_sms_template_id": Kind.ONLINE_BOOKING}
FOR_BOOKINGS = {"sms_template_id": Kind.CONFIRMED}
"""The fields by which one is chosen, and what for."""


@dataclass(frozen=True)
class CheckTemplates:
    """Raises Invalid for each field that names none, or one for something else. Reads only when one is named."""

    store: Store

    def __call__(self, fields: Mapping[str, Kind], given: Mapping[str, object]) -> None:
        """`given`: what a caller sent, by field."""
        chosen = {field: str(given[field]) for field in fields if given.get(field) is not None}
        if not chosen:
            return
        read = self.store.snapshot([SETTINGS, TEMPLATE_BOOK])
        book, settings = read.get(TEMPLATE_BOOK) or TemplateBook(), read.get(SETTINGS) or Settings()
        faults = []
        for field, id in chosen.items():
            line = book.line(id, settings.messaging)
            if line is None or (line.kind, line.channel) != (fields[field], Channel.SMS):
                remedy = (
                    f"choose {fields[field]}.sms, or an SMS template of your own for that, as listed by /v1/templates"
                )
                faults.append(Fault(field, "there is no such template for this", remedy))
        if faults:
            raise Invalid(faults[0].problem, code="invalid", remedy=faults[0].remedy, faults=tuple(faults))

"""Templates: by what a message is written and, for reminders and reviews, when it is due (M-08)."""

from collections.abc import Iterator
from datetime import datetime

from creneau.messaging.delay import Delay, Unit
from creneau.messaging.message import NEVER_OFF, Channel, Kind
from creneau.messaging.wording.wording import Wording
from creneau.shared.model import Stored, Value
from creneau.shared.settings import MessagingSettings, SmsSettings
from creneau.shared.store import Ref

_DAY = Delay(number=1, unit=Unit.DAYS)

SYSTEM: dict[str, tuple[Delay, ...]] = {
    "received.email": (),
    "confirmed.email": (),
    "confirmed.sms": (),
    "refused.email": (),
    "moved.email": (),
    "cancelled.email": (),
    "offer.email": (),
    "reminder.email": (_DAY,),
    "reminder.sms": (_DAY,),
    "online_booking.sms": (),
    "custom.sms": (),
    "birthday.sms": (),
    "review.email": (_DAY,),
    "voucher.email": (),
    "invoice.email": (),
    "invoice.sms": (),
    "payment_link.email": (),
    "payment_link.sms": (),
    "payment_reminder.email": (),
}
"""The system templates, one per kind and channel, and their fixed delays: before the visit, after it for a review."""

VARIANTS = {"moved.email": ("accepted",), "cancelled.email": ("by_patient",), "invoice.email": ("credit_note",)}
"""Second wordings that the facts choose: the patient accepted an offer, or cancelled themselves; a credit note."""

CUSTOM = frozenset(
    {"reminder.email", "reminder.sms", "confirmed.sms", "online_booking.sms", "custom.sms", "birthday.sms"}
    | {"review.email", "voucher.email", "invoice.email", "payment_reminder.email"}
)
"""The kinds and channels of which a clinic may have templates of its own."""

BY_HAND = frozenset({"custom.sms", "voucher.email", "invoice.email", "payment_reminder.email"})
"""Only sent when staff say so: there is nothing to turn off. By itself a clinic's own template of that kind goes."""

BY_AUTOMATIC_INVOICING = frozenset({"invoice.sms", "payment_link.email", "payment_link.sms"})
"""Sent as the settings of automatic invoicing say, and on their account alone (C-02)."""

CANNOT_BE_OFF = BY_HAND | BY_AUTOMATIC_INVOICING | NEVER_OFF

DELAYS_OF = {Kind.REMINDER: (1, 10), Kind.REVIEW: (1, 1), Kind.INVOICE: (1, 1), Kind.PAYMENT_REMINDER: (1, 10)}
"""How many delays a template of a kind has, at least and at most; the others have none."""

FIRST_DELAYS = {
    Kind.INVOICE: (Delay(number=0, unit=Unit.HOURS),),
    Kind.PAYMENT_REMINDER: (Delay(number=1, unit=Unit.MONTHS),),
}
"""What the copy of a system template without delays begins with: it can't be without."""

ATTACHING = frozenset({Kind.INVOICE, Kind.PAYMENT_REMINDER})
"""Kinds whose emails carry the PDFs of their invoices, unless their template says not (D-01)."""

MOST = 200
"""Templates of a clinic's own; the book is one item of the table."""


class Line(Value, frozen=True, kw_only=True):
    """What planning needs of a template. `wording` counts the edits of its wording, 0: as shipped.

    `since`: when it was last turned on; `existing_since`: from when on it acts on invoices issued before that, too, which
    staff say by itself (D-02). `sender` is empty for the clinic's own (`settings.sms.sender`). `attach`: whether its emails
    carry the PDFs of their invoices (D-01).
    """

    id: str
    kind: Kind
    channel: Channel
    active: bool = True
    since: datetime | None = None
    delays: tuple[Delay, ...] = ()
    sender: str = ""
    wording: int = 0
    existing_since: datetime | None = None
    attach: bool = True

    @property
    def is_system(self) -> bool:
        return self.id in SYSTEM

    def acts_on(self, issued: datetime) -> bool:
        """Whether it reminds of an invoice issued at that instant: one issued since it is on, or taken along later."""
        if not self.active:
            return False
        if self.since is None or issued >= self.since:
            return True
        return self.existing_since is not None and self.existing_since >= self.since

    def tells(self, at: datetime) -> bool:
        """Whether what happened at that instant is told by it: not while it is off, nor later, when it is on again."""
        return self.active and (self.since is None or at >= self.since)


class TemplateBook(Stored, frozen=True, kw_only=True):
    """All templates, without their words; there is one. A system template stands in it once its wording was edited;
    whether it is on is in `settings.messaging.off`, and never here: ask `line` and `lines`."""

    stored: tuple[Line, ...] = ()

    def line(self, id: str, settings: MessagingSettings) -> Line | None:
        """None when there is no such template, or no longer."""
        found = next((line for line in self.stored if line.id == id), None)
        if id not in SYSTEM:
            return found
        kind, channel = id.split(".")
        return Line(
            id=id,
            kind=Kind(kind),
            channel=Channel(channel),
            active=id not in settings.off,
            since=settings.on_since.get(id),
            delays=SYSTEM[id],
            wording=found.wording if found else 0,
        )

    def lines(
        self, settings: MessagingSettings, kind: Kind | None = None, channel: Channel | None = None
    ) -> Iterator[Line]:
        """The system templates and the clinic's own, of a kind and channel (None: of all), active or not."""
        ids = (*SYSTEM, *(line.id for line in self.stored if line.id not in SYSTEM))
        for line in (self.line(id, settings) for id in ids):
            if line and kind in (None, line.kind) and channel in (None, line.channel):
                yield line

    def by_itself(self, settings: MessagingSettings, kind: Kind, channel: Channel) -> Line | None:
        """The one by which a message goes that nobody chose a template for: the clinic's own before the system's."""
        on = [line for line in self.lines(settings, kind, channel) if line.active]
        return min(on, key=lambda line: (line.is_system, line.id), default=None)

    def with_line(self, line: Line) -> "TemplateBook":
        """With that line in place of the one of the same id, or as the last."""
        known = any(old.id == line.id for old in self.stored)
        stored = tuple(line if old.id == line.id else old for old in self.stored)
        return self.with_(stored=stored if known else (*stored, line))

    def without(self, id: str) -> "TemplateBook":
        return self.with_(stored=tuple(line for line in self.stored if line.id != id))


class Template(Stored, frozen=True, kw_only=True):
    """A template of the clinic's own, or the edited wordings of a system one. `title` and `description` are for staff.

    `wordings` by language, `fr`, or language and variant, `fr.accepted` (see `VARIANTS`).
    """

    id: str
    kind: Kind
    channel: Channel
    title: str = ""
    description: str = ""
    wordings: dict[str, Wording] = {}
    created_at: datetime
    changed_at: datetime
    changed_by: str = ""

    @property
    def is_system(self) -> bool:
        return self.id in SYSTEM


TEMPLATE_BOOK = Ref(TemplateBook, ("template_book",))


def may_be_worded(kind: Kind, channel: Channel, sms: SmsSettings) -> bool:
    """Whether the clinic's own words go: a reminder by SMS is standard unless the custom module is on (S-04)."""
    return (kind, channel) != (Kind.REMINDER, Channel.SMS) or sms.custom_module


def template_ref(id: str) -> Ref[Template]:
    return Ref(Template, (id,))

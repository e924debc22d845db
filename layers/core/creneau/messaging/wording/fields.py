"""The fields that a wording may hold: what each tells about whom, and in which messages it can stand (M-08)."""

from enum import StrEnum

from creneau.messaging.message import Channel, Kind
from creneau.shared.model import Value


class Privacy(StrEnum):
    """What a field tells. `health` stands in the body of an email and nowhere else: others see the rest on a screen."""

    PUBLIC = "public"
    PERSONAL = "personal"
    HEALTH = "health"


class Part(StrEnum):
    """A place where a wording stands."""

    SUBJECT = "subject"
    BODY = "body"
    SMS = "sms"


EVERY = frozenset(Kind)
MONEY = frozenset({Kind.INVOICE, Kind.PAYMENT_LINK, Kind.PAYMENT_REMINDER})
"""Messages to a payer."""

VISITS = EVERY - MONEY - {Kind.CUSTOM, Kind.BIRTHDAY, Kind.VOUCHER}
EMAIL, ALL = frozenset({Channel.EMAIL}), frozenset(Channel)


class Field(Value, frozen=True, kw_only=True):
    """The paragraph (in an SMS, the line) that holds an empty field is left out; one that often is empty is `optional`.

    A `block` is a box or a button and stands alone in its paragraph; an `address` of the web becomes a link.
    """

    name: str
    privacy: Privacy
    kinds: frozenset[Kind] = EVERY
    channels: frozenset[Channel] = ALL
    optional: bool = False
    block: bool = False
    address: bool = False

    def fits(self, kind: Kind, channel: Channel) -> bool:
        return kind in self.kinds and channel in self.channels

    def may_stand_in(self, part: Part) -> bool:
        return part is Part.BODY or not (self.block or self.privacy is Privacy.HEALTH)


def _public(name: str, *, optional: bool = False, address: bool = False) -> Field:
    return Field(name=name, privacy=Privacy.PUBLIC, optional=optional, address=address)


def _personal(name: str, kinds: frozenset[Kind], *, optional: bool = False, address: bool = False) -> Field:
    return Field(name=name, privacy=Privacy.PERSONAL, kinds=kinds, optional=optional, address=address)


def _health(name: str) -> Field:
    return Field(name=name, privacy=Privacy.HEALTH, kinds=VISITS, channels=EMAIL, optional=True)


def _brief(name: str, kinds: frozenset[Kind], *, optional: bool = False) -> Field:
    """Short, in characters of an SMS."""
    return Field(name=name, privacy=Privacy.PERSONAL, kinds=kinds, channels=frozenset({Channel.SMS}), optional=optional)


def _block(name: str, kinds: frozenset[Kind], privacy: Privacy = Privacy.PERSONAL, *, optional: bool = False) -> Field:
    return Field(name=name, privacy=privacy, kinds=kinds, channels=EMAIL, optional=optional, block=True)


_JOINED = frozenset({Kind.CONFIRMED, Kind.MOVED, Kind.REMINDER})
_MOVED, _OFFER = frozenset({Kind.MOVED}), frozenset({Kind.OFFER})
_REVIEW, _VOUCHER, _INVOICE = frozenset({Kind.REVIEW}), frozenset({Kind.VOUCHER}), frozenset({Kind.INVOICE})
_PAYMENT = MONEY - _INVOICE
_OF_PATIENTS = EVERY - _VOUCHER - MONEY
_UNASKED = frozenset({Kind.CUSTOM, Kind.BIRTHDAY, Kind.REVIEW})

FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        _public("clinic.name"),
        _public("clinic.phone", optional=True),
        _public("clinic.website", optional=True, address=True),
        _personal("recipient.name", EVERY),
        _personal("patient.name", _OF_PATIENTS),
        _personal("patient.first_name", _OF_PATIENTS),
        _personal("patient.last_name", _OF_PATIENTS),
        _personal("practitioner.name", _OF_PATIENTS, optional=True),
        _personal("appointment.start", VISITS),
        _personal("appointment.date", VISITS),
        _personal("appointment.time", VISITS),
        _brief("appointment.short", VISITS),
        _brief("appointment.how", frozenset({Kind.CONFIRMED, Kind.REMINDER}), optional=True),
        _personal("appointment.practitioner", VISITS, optional=True),
        _personal("appointment.place", VISITS, optional=True),
        _personal("appointment.video_link", _JOINED, optional=True, address=True),
        _block("appointment.video_button", _JOINED, optional=True),
        _block("appointment.details", VISITS, Privacy.HEALTH),
        _health("appointment.service"),
        _health("appointment.minutes"),
        _health("appointment.price"),
        _health("appointment.instructions"),
        _personal("previous.start", _MOVED, optional=True),
        _block("previous.details", _MOVED, optional=True),
        _personal("offer.start", _OFFER),
        _personal("offer.answer_before", _OFFER),
        _block("offer.details", _OFFER),
        _block("offer.button", _OFFER),
        _personal("review.link", _REVIEW, address=True),
        _block("review.button", _REVIEW),
        _personal("voucher.code", _VOUCHER),
        _personal("voucher.amount", _VOUCHER),
        _personal("voucher.expires_on", _VOUCHER, optional=True),
        _block("voucher.details", _VOUCHER),
        _personal("invoice.number", _INVOICE),
        _personal("invoice.issued_on", _INVOICE),
        _personal("invoice.due_on", _INVOICE, optional=True),
        _personal("invoice.total", _INVOICE),
        _personal("invoice.balance", _INVOICE),
        _personal("issuer.name", _INVOICE),
        _block("invoice.details", _INVOICE),
        _personal("owed.amount", _PAYMENT),
        _block("owed.details", _PAYMENT),
        _personal("pay.link", MONEY, optional=True, address=True),
        _block("pay.button", MONEY, optional=True),
        _personal("opt_out.link", _UNASKED, optional=True, address=True),
    )
}

NEEDED: dict[Kind, tuple[str, ...]] = {
    Kind.OFFER: ("offer.button",),
    Kind.BIRTHDAY: ("opt_out.link",),
    Kind.REVIEW: ("review.button", "review.link"),
    Kind.VOUCHER: ("voucher.details", "voucher.code"),
    Kind.PAYMENT_LINK: ("pay.button", "pay.link"),
    Kind.PAYMENT_REMINDER: ("owed.details",),
}
"""Fields without which a message of a kind is of no use, or not allowed (M-14): one of them must be there."""


def fields_of(kind: Kind, channel: Channel) -> list[Field]:
    """Those that a wording of that kind and channel may hold, in the order of the table."""
    return [field for field in FIELDS.values() if field.fits(kind, channel)]

"""Staff issue a voucher, which goes out by email, and send it again (M-19)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from creneau.agenda.blocked_address import BlockedAddress, address_key, blocked_ref
from creneau.messaging.explained import refused
from creneau.messaging.may_send import may_send
from creneau.messaging.message import Channel, Kind, Message, Recipient, message_id
from creneau.messaging.signature import SIGNATURES, Signatures
from creneau.messaging.template import TEMPLATE_BOOK, TemplateBook
from creneau.messaging.verdict import Facts, Suppress, decided, with_verdict
from creneau.messaging.voucher import (
    CODE_BYTES,
    Voucher,
    VoucherCode,
    code_of,
    code_ref,
    faults_of,
    given_of,
    voucher_ref,
)
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.errors import Fault, Invalid, Refused, invalid
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Put, Ref, Snapshot, Store, require
from creneau.shared.time import Clock, local_date


@dataclass(frozen=True)
class IssueVoucher:
    """Writes it with its first message. The same id again answers what was issued.

    Raises Invalid with all that is wrong, and Refused when another voucher has that code, or its address bounced before.
    """

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again
    random_bytes: Callable[[int], bytes]

    def __call__(self, voucher: Voucher, by: Actor) -> Voucher:
        """An empty code: a new one that nobody guesses."""
        return self.again(lambda: self._step(voucher, by))

    def _step(self, wanted: Voucher, by: Actor) -> Voucher:
        now = self.clock()
        voucher = wanted.with_(
            code=wanted.code or code_of(self.random_bytes(CODE_BYTES)), created_at=now, created_by=by.id
        )
        read = self.store.snapshot(
            [voucher_ref(voucher.id), code_ref(voucher.code), SETTINGS, TEMPLATE_BOOK, SIGNATURES, _blocked(voucher)]
        )
        present = read.get(voucher_ref(voucher.id))
        if present is not None:
            return present
        self._check(voucher, read, now)
        if read.get(code_ref(voucher.code)) is not None:
            raise Refused("another voucher has this code", code="code_taken", remedy="choose another, or give none")
        message = told(voucher, facts_of(read, voucher, self.clinic), by, now)
        self.store.commit([Put(voucher), Put(VoucherCode(id=voucher.code, voucher_id=voucher.id)), Put(message)])
        return voucher.with_(version=1)

    def _check(self, voucher: Voucher, read: Snapshot, now: datetime) -> None:
        faults = faults_of(voucher, self.clinic, local_date(now, self.clinic.zone))
        book, settings = read.get(TEMPLATE_BOOK) or TemplateBook(), read.get(SETTINGS) or Settings()
        line = book.line(voucher.template_id, settings.messaging) if voucher.template_id else None
        if voucher.template_id and (line is None or line.kind is not Kind.VOUCHER or not line.active):
            faults.append(
                Fault("template_id", "there is no such template of vouchers, or it is off", "use one as listed")
            )
        signatures = read.get(SIGNATURES) or Signatures()
        if voucher.signature_id and signatures.find(voucher.signature_id) is None:
            faults.append(Fault("signature_id", "there is no such signature", "use an id as listed, or leave it out"))
        if faults:
            raise Invalid(faults[0].problem, code="invalid", remedy=faults[0].remedy, faults=tuple(faults))


@dataclass(frozen=True)
class SendVoucher:
    """Once more, to the same address. `sendings`: how many the caller knows of, so that repeating it sends once.

    Raises NotFound, Invalid when there were not so many, and Refused once it expired or its address bounced.
    """

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(self, voucher_id: str, sendings: int, by: Actor) -> Voucher:
        return self.again(lambda: self._step(voucher_id, sendings, by))

    def _step(self, voucher_id: str, sendings: int, by: Actor) -> Voucher:
        now = self.clock()
        voucher = require(self.store, voucher_ref(voucher_id))
        if voucher.sendings > sendings:
            return voucher
        if voucher.sendings < sendings:
            raise invalid(
                "sendings", f"more than the {voucher.sendings} that there are", "give how many `message_ids` were read"
            )
        after = voucher.with_(sendings=voucher.sendings + 1)
        facts = facts_of(self.store.snapshot([SETTINGS, TEMPLATE_BOOK, _blocked(voucher)]), voucher, self.clinic)
        self.store.commit([Put(after), Put(told(after, facts, by, now))])
        return after.with_(version=after.version + 1)


def _blocked(voucher: Voucher) -> Ref[BlockedAddress]:
    return blocked_ref(address_key(voucher.email))


def facts_of(read: Snapshot, voucher: Voucher, clinic: Clinic) -> Facts:
    settings, book = read.get(SETTINGS) or Settings(), read.get(TEMPLATE_BOOK) or TemplateBook()
    return Facts(
        clinic=clinic,
        settings=settings,
        book=book,
        patient=None,
        appointment=None,
        blocked=read.get(_blocked(voucher)),
    )


def told(voucher: Voucher, facts: Facts, by: Actor, now: datetime) -> Message:
    """Its latest message, with the first decision about it. Refused when it would not leave."""
    occurrence = str(voucher.sendings)
    message = Message(
        id=message_id(Kind.VOUCHER, Channel.EMAIL, voucher.id, occurrence),
        channel=Channel.EMAIL,
        kind=Kind.VOUCHER,
        practitioner_id=by.practitioner_id,
        recipient=Recipient.ADDRESS,
        address=voucher.email,
        template_id=voucher.template_id,
        given=given_of(voucher),
        occurrence=occurrence,
        due_at=now,
        created_at=now,
    )
    verdict = may_send(message, facts, now)
    if isinstance(verdict, Suppress):
        raise refused(verdict.reason)
    return with_verdict(message, verdict, decided(verdict, "plan", facts, now))

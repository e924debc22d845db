"""Finalising: the issuer's next number, and a document that never changes again (B-06, promises 24 and 29)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from creneau.billing.chosen_template import found
from creneau.billing.counter import MOST_AT_ONCE, Counter, counter_ref, number
from creneau.billing.credit import GiveBack, credited
from creneau.billing.documents.mentions import wanting
from creneau.billing.final import finalised
from creneau.billing.invoice import DocumentKind, Invoice, check_draft, invoice_ref
from creneau.billing.issuer import Issuer, invoice_template_ref, issuer_ref
from creneau.billing.prepaid import counted, paid_before
from creneau.shared.again import Again
from creneau.shared.edit import check_version
from creneau.shared.errors import DomainError, Invalid, invalid
from creneau.shared.model import Value
from creneau.shared.refusal import Refusal
from creneau.shared.settings import Clinic
from creneau.shared.store import Put, Ref, Store, Write, require
from creneau.shared.time import Clock, local_date


class NotFinal(Refusal, frozen=True, kw_only=True):
    """A draft of a batch that could not be made final, and what to mend."""

    invoice_id: str
    faults: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of_draft(cls, invoice_id: str, error: DomainError) -> Self:
        faults = tuple((f.field, f.problem) for f in error.faults)
        return cls.of(error, invoice_id=invoice_id, faults=faults)


class Finalised(Value, frozen=True, kw_only=True):
    invoices: tuple[Invoice, ...]
    not_final: tuple[NotFinal, ...] = ()


@dataclass(frozen=True)
class Finalise:
    """Number and document in one transaction, so that there is never a number without its document, nor a gap.

    It is made of what the table held at one instant, `finalised_at` or just after: an edit of its issuer between that and
    the write is in the next number, never in an earlier one, as the counter did not change meanwhile.
    Finalising again answers the document that is there. Raises NotFound, Stale, Refused, Invalid.
    """

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(self, invoice_id: str, expected_version: int | None = None) -> Invoice:
        final = self.again(lambda: self._step(invoice_id, expected_version))
        if final.corrects is not None:
            GiveBack(self.store, self.again)(final.corrects)
        return final

    def _step(self, invoice_id: str, expected_version: int | None) -> Invoice:
        now = self.clock()
        today = local_date(now, self.clinic.zone)
        draft = require(self.store, invoice_ref(invoice_id))
        if draft.is_final:
            return draft
        check_version(draft, expected_version)
        check_draft(draft)
        corrected = invoice_ref(draft.corrects) if draft.corrects else None
        refs: list[Ref[Any]] = [issuer_ref(draft.issuer_id), counter_ref(draft.issuer_id, today.year)]
        template = invoice_template_ref(draft.template_id) if draft.template_id else None
        read = self.store.snapshot([*refs, *([template] if template else []), *([corrected] if corrected else [])])
        issuer: Issuer = read[issuer_ref(draft.issuer_id)]
        words = found(read.get(template)) if template else None
        before = read.get(counter_ref(draft.issuer_id, today.year)) or Counter(
            issuer_id=draft.issuer_id, year=today.year
        )
        counter = before.next(today)
        of = read[corrected] if corrected else None
        if of is not None and of.frozen is not None:  # what is taken back is taxed as it was
            then = of.frozen.issuer
            issuer = issuer.with_(tax_status=then.tax_status, taxes=then.taxes, exemption=then.exemption)
        final = finalised(
            draft,
            issuer,
            words,
            number(issuer.prefix, counter),
            counter.last_issued_on or today,
            now,
            of.frozen.number if of is not None and of.frozen else "",
            of.frozen.issued_on if of is not None and of.frozen else None,
        )
        _check_law(final)
        prepaid = paid_before(self.store, draft)
        writes: list[Write] = [Put(counter), *counted(final, prepaid, now)]
        if of is not None and draft.kind is DocumentKind.CREDIT_NOTE:
            writes.append(Put(credited(of, final, now)))
        self.store.commit(writes)
        return final.with_(version=final.version + 1, paid=sum(p.amount for p in prepaid))

    def all(self, invoice_ids: Sequence[str]) -> Finalised:
        """One by one in the order given: each gets its number, or says what is wrong with it. Invalid: too many at once."""
        if len(invoice_ids) > MOST_AT_ONCE:
            raise invalid("invoice_ids", f"more than {MOST_AT_ONCE}", "finalise them in parts")
        done, wrong = list[Invoice](), list[NotFinal]()
        for id in dict.fromkeys(invoice_ids):
            try:
                done.append(self(id))
            except DomainError as error:
                wrong.append(NotFinal.of_draft(id, error))
        return Finalised(invoices=tuple(done), not_final=tuple(wrong))


def _check_law(final: Invoice) -> None:
    """Invalid when something is missing without which the issuer's country has no such document."""
    faults = wanting(final.frozen, final.kind) if final.frozen else []
    if faults:
        raise Invalid(faults[0].problem, code="invalid", remedy=faults[0].remedy, faults=tuple(faults))

"""What staff ask to be invoiced, and what that comes to (B-01 to B-05, B-10)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from creneau.agenda.catalogue import Patient, Practitioner, Service, patient_ref, practitioner_ref
from creneau.agenda.collections import catalogue
from creneau.billing.all_of import all_of
from creneau.billing.billable import Billable
from creneau.billing.check_lines import check_lines
from creneau.billing.chosen_template import check_template
from creneau.billing.chosen_visits import consultations_chosen
from creneau.billing.consultations import (
    SeenMoreOften,
    by_age,
    consultations_to_make,
    lines_of,
    services_of,
)
from creneau.billing.counter import MOST_AT_ONCE
from creneau.billing.issuer import Issuer, Term, issuer_ref
from creneau.billing.payer import Payer, payer_of_contact, usual_payer
from creneau.billing.read_visits import Read, ReadVisits
from creneau.billing.recap import Grouping, Item, LeftOut, Recap, recap_of, why_left_out
from creneau.shared.actor import Actor
from creneau.shared.errors import Refused, invalid
from creneau.shared.model import Value
from creneau.shared.settings import Clinic
from creneau.shared.store import Store, require
from creneau.shared.time import Clock

MOST_CONSULTATIONS = 1000
MOST_SERVICES = 5_000

TITLES = {"fr": "Consultation", "de": "Konsultation", "it": "Consultazione", "en": "Consultation"}
"""What a consultation that an appointment made is called, until somebody names it otherwise."""


class Asked(Value, frozen=True, kw_only=True):
    """Either one patient's visits (`patient_id`; `also` names appointments of a day that has its consultation already) or
    a batch: consultations by id, and visits that made none, by their appointments' ids. `payer`: who pays in place of each
    patient; `contact_id`: the patient's contact who does; neither: who pays for the patient by their record.
    """

    patient_id: str | None = None
    also: tuple[str, ...] = ()
    consultation_ids: tuple[str, ...] = ()
    appointment_ids: tuple[str, ...] = ()
    grouping: Grouping = Grouping.PER_CONSULTATION
    issuer_id: str | None = None
    template_id: str | None = None
    payer: Payer | None = None
    contact_id: str | None = None
    term: Term | None = None
    language: str | None = None
    note: str = ""
    finalise: bool = False


@dataclass(frozen=True)
class PlanInvoices:
    """What would be made of what is asked; writes nothing. `mine` tells a taken consultation that counts as open: the
    batch's own. Raises NotFound, Invalid, Refused."""

    store: Store
    clinic: Clinic
    clock: Clock

    @property
    def _read(self) -> ReadVisits:
        return ReadVisits(self.store, self.clock)

    def __call__(self, asked: Asked, by: Actor, mine: str = "") -> Recap:
        now = self.clock()
        chosen = len(asked.consultation_ids) + len(asked.appointment_ids)
        if bool(asked.patient_id) == bool(chosen):
            remedy = "give patient_id, or consultation_ids and appointment_ids"
            raise invalid("patient_id", "name a patient, or consultations and visits", remedy)
        if chosen > MOST_CONSULTATIONS:
            field = "consultation_ids" if asked.consultation_ids else "appointment_ids"
            raise invalid(field, f"more than {MOST_CONSULTATIONS}", "make two batches of them")
        return self._of_patient(asked, by, mine, now) if asked.patient_id else self._of_batch(asked, by, mine)

    def _of_patient(self, asked: Asked, by: Actor, mine: str, now: datetime) -> Recap:
        read = self._read.of_patient(require(self.store, patient_ref(asked.patient_id or "")))
        for n, id in enumerate(asked.also):
            if id not in {v.id for v in read.visits}:
                raise invalid(f"also[{n}]", "not an appointment of this patient that has ended", "use one of the recap")
        title = TITLES[self.clinic.language]
        made, more = consultations_to_make(
            read.visits, read.known, frozenset(asked.also), title, now, by.id, self.clinic.zone
        )
        there = [b for b in read.known if b.consultation or b.is_sale or b.kept]
        return self._recap([*there, *made], {read.patient.id: read}, asked, by, mine, (), more)

    def _of_batch(self, asked: Asked, by: Actor, mine: str) -> Recap:
        there, visits, gone = self._read.named(asked.consultation_ids, asked.appointment_ids)
        reads = self._read.of_batch(there.values(), visits)
        for patient_id, read in reads.items():
            chosen = [v.id for v in visits if v.patient_id == patient_id]
            title = TITLES[self.clinic.language]
            made, none = consultations_chosen(
                chosen, read.visits, read.known, title, self.clock(), by.id, self.clinic.zone
            )
            there |= {b.id: b for b in made}
            gone += none
        gone += [LeftOut(id=b.id, reason="patient_unknown") for b in there.values() if b.patient_id not in reads]
        gone += [LeftOut(id=v.id, reason="patient_unknown") for v in visits if v.patient_id not in reads]
        return self._recap([b for b in there.values() if b.patient_id in reads], reads, asked, by, mine, gone, ())

    def _recap(
        self,
        there: list[Billable],
        reads: Mapping[str, Read],
        asked: Asked,
        by: Actor,
        mine: str,
        gone: Iterable[LeftOut],
        more: Iterable[SeenMoreOften],
    ) -> Recap:
        left_out, wanted = list(gone), list[Billable]()
        for billable in there:
            reason = why_left_out(billable, mine, self.clock())
            if reason:
                left_out.append(LeftOut(id=billable.id, reason=reason))
            else:
                wanted.append(billable)
        own = [b for b in wanted if by.keeps_books_of(b.practitioner_id)]
        if asked.patient_id and own:  # a colleague's visits of the same patient are the colleague's to invoice
            left_out += [LeftOut(id=b.id, reason="another_practitioner") for b in wanted if b not in own]
            wanted = own
        practitioners = self._practitioners(wanted)
        for practitioner_id in dict.fromkeys(b.practitioner_id for b in wanted):
            by.require_books_of(practitioner_id)
        if not wanted:
            return recap_of((), asked.grouping, None, None, left_out, more)
        issuer = self._issuer(asked, practitioners, by)
        remedy = "remove services that nobody uses"
        others = self._who_pay([reads[b.patient_id].patient for b in wanted])
        services = by_age(all_of(self.store, catalogue(Service), MOST_SERVICES, "services", remedy))
        items = [
            Item(
                billable=b,
                payer=self._payer(reads[b.patient_id].patient, asked, others),
                lines=tuple(
                    lines_of(
                        b,
                        services_of(
                            b,
                            reads[b.patient_id].visits,
                            reads[b.patient_id].known,
                            practitioners.get(b.practitioner_id),
                            services,
                            self.clinic.zone,
                        ),
                        reads[b.patient_id].patient.name,
                    )
                ),
            )
            for b in wanted
        ]
        template_id = self._template_id(asked, practitioners)
        recap = recap_of(items, asked.grouping, asked.payer, issuer, left_out, more, template_id)
        self._check(recap, asked)
        return recap

    def _check(self, recap: Recap, asked: Asked) -> None:
        """Whatever would stop the drafts half-way is said before the first one is written."""
        for planned in recap.invoices:
            check_lines(planned.lines)
        if asked.finalise and len(recap.invoices) > MOST_AT_ONCE:
            raise invalid(
                "finalise",
                f"more than {MOST_AT_ONCE} invoices can't be made final at once",
                f"make drafts, then finalise them {MOST_AT_ONCE} at a time",
            )

    def _practitioners(self, billables: Iterable[Billable]) -> dict[str, Practitioner]:
        ids = list(dict.fromkeys(b.practitioner_id for b in billables))
        found = self.store.get_many([practitioner_ref(i) for i in ids])
        return {p.id: p for p in found if p is not None}

    def _issuer(self, asked: Asked, practitioners: Mapping[str, Practitioner], by: Actor) -> Issuer:
        presets = {p.issuer_id for p in practitioners.values()}
        chosen = asked.issuer_id or (next(iter(presets)) if len(presets) == 1 else None)
        if chosen is None:
            raise invalid(
                "issuer_id",
                "several practitioners, not of one issuer" if len(presets) > 1 else "no issuer is preset",
                "choose the issuer, or preset one per practitioner",
            )
        issuer = require(self.store, issuer_ref(chosen))
        if issuer.practitioner_id is not None:
            by.require_books_of(issuer.practitioner_id)
        if not issuer.active:
            raise Refused("this issuer invoices no more", code="issuer_inactive", remedy="choose another issuer")
        return issuer

    def _template_id(self, asked: Asked, practitioners: Mapping[str, Practitioner]) -> str | None:
        """The one asked for; else the practitioners' own where all have the same."""
        presets = {p.invoice_template_id for p in practitioners.values()}
        chosen = asked.template_id or (next(iter(presets)) if len(presets) == 1 else None)
        check_template(self.store, chosen)
        return chosen

    def _who_pay(self, patients: Iterable[Patient]) -> dict[str, Patient]:
        """The other patients whom their records name as who pays."""
        ids = sorted({p.payer_patient_id for p in patients if p.payer_patient_id})
        found = self.store.get_many([patient_ref(id) for id in ids]) if ids else []
        return {p.id: p for p in found if p is not None}

    def _payer(self, patient: Patient, asked: Asked, others: Mapping[str, Patient]) -> Payer:
        if asked.contact_id is None:
            return usual_payer(patient, others.get(patient.payer_patient_id or ""))
        contact = next((c for c in patient.contacts if c.id == asked.contact_id), None)
        if contact is None:
            raise invalid("contact_id", "the patient has no such contact", "use one of the patient's contacts")
        return payer_of_contact(patient, contact)

"""What staff ask to be invoiced, and everything that must be read to say what that comes to (B-01 to B-05, B-10)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from creneau.agenda.appointment import Appointment
from creneau.agenda.catalogue import Patient, Practitioner, Service, patient_ref, practitioner_ref
from creneau.agenda.collections import appointments_of_patient, catalogue
from creneau.billing.all_of import all_of
from creneau.billing.billable import Billable, billable_ref, billables_of_patient
from creneau.billing.check_lines import check_lines
from creneau.billing.chosen_template import check_template
from creneau.billing.consultations import (
    SeenMoreOften,
    billable_visits,
    by_age,
    consultations_to_make,
    lines_of,
    services_of,
)
from creneau.billing.counter import MOST_AT_ONCE
from creneau.billing.issuer import Issuer, Term, issuer_ref
from creneau.billing.payer import Payer, payer_of_contact, payer_of_patient
from creneau.billing.recap import Grouping, Item, LeftOut, Recap, recap_of
from creneau.shared.actor import Actor
from creneau.shared.errors import Refused, invalid
from creneau.shared.model import Value
from creneau.shared.settings import Clinic
from creneau.shared.store import Store, require
from creneau.shared.time import Clock

MOST_CONSULTATIONS = 1000
MOST_UNKNOWN = 300
"""Patients of a batch whose visits are read, four calls each, to learn what their consultations are billed as."""
MOST_OF_A_PATIENT = 5_000
MOST_SERVICES = 5_000

TITLES = {"fr": "Consultation", "de": "Konsultation", "it": "Consultazione", "en": "Consultation"}
"""What a consultation that an appointment made is called, until somebody names it otherwise."""


class Asked(Value, frozen=True, kw_only=True):
    """Either one patient's visits (`patient_id`; `also` names appointments of a day that has its consultation already) or
    consultations by id. `payer`: who pays in place of each patient; `contact_id`: the patient's contact who does.
    """

    patient_id: str | None = None
    also: tuple[str, ...] = ()
    consultation_ids: tuple[str, ...] = ()
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
class Read:
    """What one patient's part of a recap rests on."""

    patient: Patient
    visits: list[Appointment]
    known: list[Billable]


@dataclass(frozen=True)
class PlanInvoices:
    """What would be made of what is asked; writes nothing. `mine` tells a taken consultation that counts as open: the
    batch's own. Raises NotFound, Invalid, Refused."""

    store: Store
    clinic: Clinic
    clock: Clock

    def __call__(self, asked: Asked, by: Actor, mine: str = "") -> Recap:
        now = self.clock()
        if bool(asked.patient_id) == bool(asked.consultation_ids):
            raise invalid(
                "patient_id", "name a patient, or consultations", "give one of patient_id and consultation_ids"
            )
        if len(asked.consultation_ids) > MOST_CONSULTATIONS:
            raise invalid("consultation_ids", f"more than {MOST_CONSULTATIONS}", "make two batches of them")
        return self._of_patient(asked, by, mine, now) if asked.patient_id else self._of_batch(asked, by, mine)

    def _of_patient(self, asked: Asked, by: Actor, mine: str, now: datetime) -> Recap:
        read = self._read(require(self.store, patient_ref(asked.patient_id or "")), now)
        for n, id in enumerate(asked.also):
            if id not in {v.id for v in read.visits}:
                raise invalid(f"also[{n}]", "not an appointment of this patient that has ended", "use one of the recap")
        title = TITLES[self.clinic.language]
        made, more = consultations_to_make(
            read.visits, read.known, frozenset(asked.also), title, now, by.id, self.clinic.zone
        )
        there = [b for b in read.known if b.consultation or b.is_sale or b.kept]
        mended = [_with_consultation(b, read.known) for b in made]
        return self._recap([*there, *mended], {read.patient.id: read}, asked, by, mine, (), more)

    def _of_batch(self, asked: Asked, by: Actor, mine: str) -> Recap:
        ids = list(dict.fromkeys(asked.consultation_ids))
        found = dict(zip(ids, self.store.get_many([billable_ref(i) for i in ids]), strict=True))
        there = [b for b in found.values() if b is not None and (b.consultation or b.due is not None)]
        gone = [LeftOut(id=id, reason="unknown") for id in ids if id not in {b.id for b in there}]
        patient_ids = list(dict.fromkeys(b.patient_id for b in there))
        patients = self.store.get_many([patient_ref(i) for i in patient_ids])
        alone = {b.patient_id for b in there if not (b.service_id or b.visit_id or b.due)}  # these stand for a visit
        if len(alone) > MOST_UNKNOWN:
            raise invalid(
                "consultation_ids",
                f"more than {MOST_UNKNOWN} patients have consultations without a service",
                "name the service on these consultations, or make two batches of them",
            )
        reads = {
            p.id: self._read(p, self.clock()) if p.id in alone else Read(p, [], []) for p in patients if p is not None
        }
        gone += [LeftOut(id=b.id, reason="patient_unknown") for b in there if b.patient_id not in reads]
        return self._recap([b for b in there if b.patient_id in reads], reads, asked, by, mine, gone, ())

    def _read(self, patient: Patient, now: datetime) -> Read:
        remedy = "invoice them by consultation, without asking for this patient's visits"
        booked = all_of(self.store, appointments_of_patient(patient.id), MOST_OF_A_PATIENT, "appointments", remedy)
        known = all_of(self.store, billables_of_patient(patient.id), MOST_OF_A_PATIENT, "consultations", remedy)
        return Read(patient, billable_visits(booked, now), known)

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
            reason = _against(billable, mine, self.clock())
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
        services = by_age(all_of(self.store, catalogue(Service), MOST_SERVICES, "services", remedy))
        items = [
            Item(
                billable=b,
                payer=self._payer(reads[b.patient_id].patient, asked),
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

    def _payer(self, patient: Patient, asked: Asked) -> Payer:
        if asked.contact_id is None:
            return payer_of_patient(patient)
        contact = next((c for c in patient.contacts if c.id == asked.contact_id), None)
        if contact is None:
            raise invalid("contact_id", "the patient has no such contact", "use one of the patient's contacts")
        return payer_of_contact(patient, contact)


def _against(billable: Billable, mine: str, now: datetime) -> str:
    """Why it can't be invoiced; empty: it can."""
    if not billable.wanted:
        return "marked_not_invoiceable"
    if billable.taken_by is not None and not (mine and billable.taken_by.startswith(mine)):
        return "invoiced_already"
    if billable.is_void:
        return "void"
    if billable.covered_by is not None:
        return "covered_by_package"
    if billable.due is not None and billable.due.at > now and not billable.consultation:
        return "not_due_yet"
    return ""


def _with_consultation(made: Billable, known: Iterable[Billable]) -> Billable:
    """On the billable that the visit has already, where it has one: its payment due (B-11)."""
    there = next((b for b in known if b.id == made.id), None)
    return made if there is None else there.with_consultation(made)

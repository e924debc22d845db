"""What a template would say: to a made-up patient, or about a real appointment; nothing is stored or sent (M-08)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from creneau.agenda.appointment import appointment_ref
from creneau.agenda.catalogue import location_ref, patient_ref, practitioner_ref, service_ref
from creneau.messaging.facts import Known
from creneau.messaging.message import ABOUT, About, Channel, Kind
from creneau.messaging.render import Rendered
from creneau.messaging.signature import SIGNATURES, UNSIGNED
from creneau.messaging.template import VARIANTS
from creneau.messaging.templates import sample
from creneau.messaging.templates.rules import faults_of_key, faults_of_pair, refuse
from creneau.messaging.values import values_of
from creneau.messaging.wording.fields import Field, Part, fields_of
from creneau.messaging.wording.wording import Wording, checked
from creneau.messaging.wording_choice import Chosen
from creneau.messaging.write import signature_of, write_email, write_sms
from creneau.shared.errors import invalid
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Ref, Store, require
from creneau.shared.time import Clock, after_days


@dataclass(frozen=True)
class Previewed:
    """An email, or the text of an SMS; `language` is the wording's."""

    language: str
    email: Rendered | None = None
    sms: str = ""


@dataclass(frozen=True)
class Example:
    """A field, and what it would stand for; a box or a button has nothing to show here."""

    field: Field
    text: str
    in_subject: bool


@dataclass(frozen=True)
class Preview:
    """`public_base_url` begins patients' links. Raises Invalid, and NotFound when the appointment is not there."""

    store: Store
    clinic: Clinic
    clock: Clock
    public_base_url: str = ""

    def __call__(
        self, kind: Kind, channel: Channel, wording: Wording, key: str, appointment_id: str | None = None
    ) -> Previewed:
        """`key` names the wording, as in `fr.accepted`; a real appointment is told in that language too."""
        refuse([*faults_of_pair(kind, channel), *faults_of_key(key, VARIANTS.get(f"{kind}.{channel}", ()), "key")])
        checked(wording, kind, channel, "wording.")
        language, _, variant = key.partition(".")
        known = self._known(kind, channel, language, variant, appointment_id)
        chosen, links = Chosen(wording, language), sample.links(self.public_base_url)
        if channel is Channel.SMS:
            return Previewed(language=language, sms=write_sms(known, chosen, links))
        email = write_email(known, chosen, links, signature_of(known))
        return Previewed(language=language, email=email)

    def examples(self, kind: Kind, channel: Channel, language: str) -> Sequence[Example]:
        """The fields of such a message, with what each says in a sample."""
        refuse([*faults_of_pair(kind, channel), *faults_of_key(language, (), "language")])
        known = self._known(kind, channel, language, "", None)
        links = sample.links(self.public_base_url)
        texts = values_of(known, channel, language, links).texts
        remote = values_of(sample.by_video(known), channel, language, links).texts
        return [
            Example(
                field=field,
                text=texts.get(field.name) or remote.get(field.name, ""),
                in_subject=channel is Channel.EMAIL and field.may_stand_in(Part.SUBJECT) and not field.optional,
            )
            for field in fields_of(kind, channel)
        ]

    def _known(self, kind: Kind, channel: Channel, language: str, variant: str, appointment_id: str | None) -> Known:
        settings, now = self.store.get(SETTINGS) or Settings(), self.clock()
        known = sample.sample(kind, channel, language, variant, self.clinic, settings, now)
        known = replace(known, signatures=self.store.get(SIGNATURES) or UNSIGNED)
        if appointment_id is None:
            return known
        if ABOUT[kind] not in (About.APPOINTMENT, About.ROUND):
            raise invalid("appointment_id", f"messages of kind {kind} are not about an appointment", "leave it out")
        return self._of_appointment(known, appointment_id)

    def _of_appointment(self, known: Known, appointment_id: str) -> Known:
        """The same message about a real appointment; an offer is made of an earlier place that is made up."""
        about = require(self.store, appointment_ref(appointment_id))
        refs: list[Ref[Any]] = [
            patient_ref(about.patient_id),
            practitioner_ref(about.practitioner_id),
            location_ref(about.location_id),
            service_ref(about.service_id),
            *([appointment_ref(about.moved_from)] if about.moved_from else []),
        ]
        patient, practitioner, location, service, *previous = self.store.get_many(refs)
        start = after_days(about.start, -1, self.clinic.zone)
        return replace(
            known,
            patient=patient,
            appointment=known.appointment and about,
            previous=(previous[0] if previous else about) if known.message.kind is Kind.MOVED else None,
            practitioner=practitioner,
            location=location,
            service=service,
            offer=known.offer and sample.offer(start, self.clock(), self.clinic),
        )

"""One message's facts as its reader's language says them: what is hidden is empty here already (M-07)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from creneau.agenda.catalogue import Location, Patient, Predefined, Service
from creneau.messaging.facts import Known
from creneau.messaging.lines import address_lines, lines_of, web_address
from creneau.messaging.locale import Speech
from creneau.messaging.message import Channel, Kind, Recipient
from creneau.messaging.words import one_line
from creneau.shared.settings import Clinic

_JOINED = frozenset({Kind.CONFIRMED, Kind.MOVED, Kind.REMINDER})
_ELSEWHERE = _JOINED | {Kind.RECEIVED}


@dataclass(frozen=True)
class Said:
    """One message's facts and the way its reader's language says them; what is hidden is empty here already."""

    known: Known
    channel: Channel
    speech: Speech
    labels: Mapping[str, str]
    links: Mapping[str, str]

    @property
    def clinic(self) -> Clinic:
        return self.known.clinic

    @property
    def brief(self) -> bool:
        """An SMS leaves out what its reader knows without: the year, the opening hours."""
        return self.channel is Channel.SMS

    def shows(self, piece: str) -> bool:
        return piece not in self.known.settings.messaging.hide

    @property
    def service(self) -> Service | None:
        return self.known.service

    @property
    def mode(self) -> str:
        return self.service.category if self.service else Predefined.IN_PERSON

    @property
    def practitioner(self) -> str:
        found = self.known.practitioner
        return one_line(found.name) if found and self.shows("practitioner") else ""

    @property
    def on_behalf_of(self) -> str:
        """The patient's name, where somebody else reads the message for them."""
        patient = self.known.patient
        others = patient is not None and patient.reader is not patient
        to_patient = self.known.message.recipient is Recipient.PATIENT
        return one_line(patient.name)[: Patient.NAME_LIMIT] if patient and others and to_patient else ""

    def in_words(self, at: datetime) -> str:
        return self.speech.in_words(at, year=not self.brief)

    def minutes(self, lasts: timedelta) -> str:
        return self.speech.minutes(int(lasts / timedelta(minutes=1))) if self.shows("duration") else ""

    @property
    def price(self) -> str:
        price = self.service.price if self.service and self.shows("price") else None
        return self.speech.money(price) if price else ""

    @property
    def service_name(self) -> str:
        return one_line(self.service.name) if self.service and self.shows("service") else ""

    @property
    def instructions(self) -> tuple[str, ...]:
        return lines_of(self.service.instructions) if self.service and self.shows("instructions") else ()

    @property
    def video_link(self) -> str:
        remote = self.mode == Predefined.TELECONSULTATION and self.known.message.kind in _JOINED
        return web_address(self.service.video_link) if self.service and remote else ""

    @property
    def place(self) -> tuple[str, ...]:
        """A-02: a home visit takes place where the patient lives; A-03: a teleconsultation nowhere."""
        shown = self.shows("address")
        if self.mode == Predefined.TELECONSULTATION:
            return (self.labels["online"],)
        if self.mode == Predefined.HOME_VISIT:
            home = self.known.patient.address if self.known.patient and shown else None
            return (self.labels["at_home"], *(address_lines(home, self.clinic.country) if home else ()))
        return _at(self.known.location, self.clinic) if self.known.location and shown else ()

    @property
    def manner(self) -> tuple[str, ...]:
        if self.known.message.kind not in _ELSEWHERE:
            return ()
        brief = "sms_" if self.brief else ""
        match self.mode:
            case Predefined.HOME_VISIT:
                return (self.labels[f"{brief}at_home"],)
            case Predefined.TELECONSULTATION:
                return (self.labels[f"{brief}online"], *([self.video_link] if self.video_link else []))
        return ()


def _at(location: Location, clinic: Clinic) -> tuple[str, ...]:
    return (one_line(location.name), *address_lines(location.address, clinic.country))

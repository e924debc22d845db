"""What the fields of one message stand for: hidden pieces left out (M-07), all in the reader's language (M-11)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from creneau.agenda.appointment import Appointment
from creneau.agenda.catalogue import Address, Location, Patient, Predefined, Service
from creneau.messaging.facts import Known
from creneau.messaging.locale import Speech
from creneau.messaging.message import Channel, Kind, Recipient
from creneau.messaging.reader import reader_of
from creneau.messaging.wording.blocks import Block, Box, Button, Row, Values, labels
from creneau.messaging.wording.how import how
from creneau.messaging.words import fit, one_line
from creneau.shared.money import Money
from creneau.shared.settings import Clinic, language_of
from creneau.shared.time import from_local

_TOWN_FIRST = frozenset({"GB", "IE", "CA", "US"})
_JOINED = frozenset({Kind.CONFIRMED, Kind.MOVED, Kind.REMINDER})
_ELSEWHERE = _JOINED | {Kind.RECEIVED}
_OVER = frozenset({Kind.CANCELLED, Kind.REFUSED})


@dataclass(frozen=True)
class _Said:
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
        return _web(self.service.video_link) if self.service and remote else ""

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


def language_for(known: Known) -> str:
    """The reader's, else the clinic's."""
    reader = reader_of(known.message, known.patient, known.practitioner)
    return language_of(reader.language if reader else None, known.clinic.language)


def values_of(known: Known, channel: Channel, language: str, links: Mapping[str, str]) -> Values:
    """`links` are the message's secret ones, by what they are for: `offer`, `review`, `opt_out`.

    ValueError when the message names what does not exist: `may_send` is asked first.
    """
    speech = Speech(language, known.clinic.country, known.clinic.zone_name)
    said = _Said(known, channel, speech, labels(language), links)
    texts, blocks = _clinic(said) | _people(said) | _given(said), dict[str, Block]()
    preheader = ""
    if known.appointment is not None:
        texts |= _visit(said, known.appointment)
        blocks |= _visit_blocks(said, known.appointment)
        over = known.message.kind in _OVER
        preheader = ", ".join(t for t in (texts["appointment.start"], "" if over else said.practitioner) if t)
    if known.message.kind is Kind.OFFER:
        texts |= _offer(said)
        blocks |= _offer_blocks(said)
        preheader = said.labels["answer_before"].format(before=texts["offer.answer_before"])
    if "voucher.code" in texts:
        until = _rows((said.labels["valid_until"], texts.get("voucher.expires_on", "")))
        blocks["voucher.details"] = Box(when=texts["voucher.code"], label=said.labels["code"], rows=until)
    if review := links.get("review"):
        texts["review.link"] = review
        blocks["review.button"] = Button(href=review, label=said.labels["review"])
    return Values(language=language, texts=texts, blocks=blocks, manner=said.manner, preheader=preheader)


def _clinic(said: _Said) -> dict[str, str]:
    look, location = said.known.settings.look, said.known.location
    phone = said.speech.phone(one_line((location.phone if location else "") or look.phone))
    hours = "" if said.brief else one_line(look.phone_hours)
    return {
        "clinic.name": one_line(said.clinic.name),
        "clinic.phone": f"{phone} ({hours})" if phone and hours else phone,
        "clinic.website": _web(look.website),
        "opt_out.link": said.links.get("opt_out", ""),
    }


def _people(said: _Said) -> dict[str, str]:
    known = said.known
    reader = reader_of(known.message, known.patient, known.practitioner)
    patient = known.patient
    texts = {
        "recipient.name": one_line(reader.name)[: Patient.NAME_LIMIT] if reader else "",
        "practitioner.name": one_line(known.practitioner.name) if known.practitioner else "",
    }
    if patient is not None:
        texts |= {
            "patient.name": one_line(patient.name)[: Patient.NAME_LIMIT],
            "patient.first_name": one_line(patient.first_name)[: Patient.NAME_LIMIT],
            "patient.last_name": one_line(patient.last_name)[: Patient.NAME_LIMIT],
        }
    return texts


def _given(said: _Said) -> dict[str, str]:
    """What only a voucher carries: `code`, `amount` in minor units with its `currency`, `expires_on` as an ISO date."""
    given = said.known.message.given
    if said.known.message.kind is not Kind.VOUCHER:
        return {}
    texts = {"voucher.code": one_line(given.get("code", ""))}
    if "amount" in given:
        amount = Money(amount=int(given["amount"]), currency=given.get("currency", said.clinic.currency))
        texts["voucher.amount"] = said.speech.money(amount)
    if "expires_on" in given:
        noon = datetime.combine(date.fromisoformat(given["expires_on"]), time(12))
        texts["voucher.expires_on"] = said.speech.date(from_local(noon, said.clinic.zone))
    return texts


def _visit(said: _Said, appointment: Appointment) -> dict[str, str]:
    start, previous = appointment.start, said.known.previous
    return {
        "appointment.start": said.in_words(start),
        "appointment.date": said.speech.date(start, year=not said.brief),
        "appointment.time": said.speech.time(start),
        "appointment.short": said.speech.in_brief(start),
        "appointment.how": how(said.labels, said.practitioner, said.on_behalf_of, said.mode, said.video_link),
        "appointment.practitioner": said.practitioner,
        "appointment.place": ", ".join(said.place),
        "appointment.video_link": said.video_link,
        "appointment.service": said.service_name,
        "appointment.minutes": said.minutes(appointment.interval.lasts_for),
        "appointment.price": said.price,
        "appointment.instructions": "\n".join(said.instructions),
        "previous.start": said.in_words(previous.start) if previous else "",
    }


def _visit_blocks(said: _Said, appointment: Appointment) -> dict[str, Block]:
    kind, label, when = said.known.message.kind, said.labels, said.speech.in_words(appointment.start)
    blocks: dict[str, Block] = {}
    if kind in _OVER:
        rows = _rows((label["for"], said.on_behalf_of), (label["with"], said.practitioner))
        details = Box(when=when, rows=rows, struck=True)
    elif kind is Kind.OFFER:
        details = Box(when=when, label=label["kept"], quiet=True)
    else:
        rows = _rows(
            (label["for"], said.on_behalf_of),
            (label["with"], said.practitioner),
            (label["what"], said.service_name),
            (label["where"], said.place),
            (label["lasts"], said.minutes(appointment.interval.lasts_for)),
            (label["price"], said.price),
            (label["note"], said.instructions),
        )
        details = Box(when=when, label=label["new_date"] if kind is Kind.MOVED else "", rows=rows)
    blocks["appointment.details"] = details
    if said.known.previous is not None:
        old = said.speech.in_words(said.known.previous.start)
        blocks["previous.details"] = Box(when=old, label=label["old_date"], struck=True)
    if said.video_link:
        blocks["appointment.video_button"] = Button(href=said.video_link, label=label["join"])
    return blocks


def _offer(said: _Said) -> dict[str, str]:
    offer = said.known.offer
    if offer is None:
        raise ValueError(f"{said.known.message.id} is about no offer")
    return {"offer.start": said.in_words(offer.start), "offer.answer_before": said.speech.deadline(offer.expires_at)}


def _offer_blocks(said: _Said) -> dict[str, Block]:
    offer, label = said.known.offer, said.labels
    if offer is None:
        return {}
    rows = _rows((label["for"], said.on_behalf_of), (label["with"], said.practitioner), (label["where"], said.place))
    return {
        "offer.details": Box(when=said.speech.in_words(offer.start), label=label["offered"], rows=rows),
        "offer.button": Button(href=said.links.get("offer", ""), label=label["see_offer"]),
    }


def _rows(*rows: tuple[str, str | tuple[str, ...]]) -> tuple[Row, ...]:
    """Those that have something to say."""
    return tuple(
        Row(label=label, lines=(about,) if isinstance(about, str) else about) for label, about in rows if about
    )


def _at(location: Location, clinic: Clinic) -> tuple[str, ...]:
    return (one_line(location.name), *address_lines(location.address, clinic.country))


def address_lines(address: Address, home: str) -> tuple[str, ...]:
    """As letters are addressed in its country; the country is named when it is not the clinic's."""
    parts = (address.postcode, address.town)
    town = " ".join(reversed(parts) if address.country in _TOWN_FIRST else parts)
    country = address.country if address.country != home else ""
    return tuple(line for line in (*lines_of(address.street), one_line(town), one_line(country)) if line)


def lines_of(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in fit(text).split("\n") if line.strip())


def _web(address: str) -> str:
    """Only what a browser opens as a page."""
    plain = one_line(address)
    return plain if plain.startswith(("https://", "http://")) and " " not in plain else ""

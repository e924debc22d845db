"""What the fields of one message stand for: hidden pieces left out (M-07), all in the reader's language (M-11)."""

from collections.abc import Mapping
from datetime import date, datetime, time

from creneau.agenda.appointment import Appointment
from creneau.agenda.catalogue import Patient
from creneau.messaging.facts import Known
from creneau.messaging.invoice_values import invoice_values
from creneau.messaging.lines import web_address
from creneau.messaging.locale import Speech
from creneau.messaging.message import Channel, Kind
from creneau.messaging.payments.values import money_values
from creneau.messaging.reader import reader_of
from creneau.messaging.said import Said
from creneau.messaging.wording.blocks import Block, Box, Button, Row, Values, labels
from creneau.messaging.wording.fields import MONEY
from creneau.messaging.wording.how import how
from creneau.messaging.words import one_line
from creneau.shared.money import Money
from creneau.shared.settings import language_of
from creneau.shared.time import from_local

_OVER = frozenset({Kind.CANCELLED, Kind.REFUSED})


def language_for(known: Known) -> str:
    """The reader's, else the clinic's."""
    reader = reader_of(known.message, known.patient, known.practitioner, known.payee)
    return language_of(reader.language if reader else None, known.clinic.language)


def values_of(known: Known, channel: Channel, language: str, links: Mapping[str, str]) -> Values:
    """`links` are the message's secret ones, by what they are for: `offer`, `opt_out`, `pay`, and `files` where the PDFs are
    to be had by it; `review` in a sample.

    ValueError when the message names what does not exist: `may_send` is asked first.
    """
    speech = Speech(language, known.clinic.country, known.clinic.zone_name)
    said = Said(known, channel, speech, labels(language), links)
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
    if known.invoice is not None:
        told = invoice_values(known.invoice, said)
        texts |= told.texts
        blocks |= told.blocks
        preheader = told.preheader
    if known.message.kind in MONEY:
        told = money_values(known, said)
        texts |= told.texts
        blocks |= told.blocks
        preheader = told.preheader or preheader
    if "voucher.code" in texts:
        until = _rows((said.labels["valid_until"], texts.get("voucher.expires_on", "")))
        blocks["voucher.details"] = Box(when=texts["voucher.code"], label=said.labels["code"], rows=until)
    own = known.settings.look.review_url if known.message.kind is Kind.REVIEW else ""
    if review := links.get("review", own):
        texts["review.link"] = review
        blocks["review.button"] = Button(href=review, label=said.labels["review"])
    return Values(
        language=language,
        texts=texts,
        blocks=blocks,
        manner=said.manner,
        preheader=preheader,
        must=("pay.button",) if "files" in links and "pay.button" in blocks else (),
    )


def _clinic(said: Said) -> dict[str, str]:
    look, location = said.known.settings.look, said.known.location
    phone = said.speech.phone(one_line((location.phone if location else "") or look.phone))
    hours = "" if said.brief else one_line(look.phone_hours)
    return {
        "clinic.name": one_line(said.clinic.name),
        "clinic.phone": f"{phone} ({hours})" if phone and hours else phone,
        "clinic.website": web_address(look.website),
        "opt_out.link": said.links.get("opt_out", ""),
    }


def _people(said: Said) -> dict[str, str]:
    known = said.known
    reader = reader_of(known.message, known.patient, known.practitioner, known.payee)
    patient = known.patient
    texts = {
        "recipient.name": one_line(reader.name)[: Patient.NAME_LIMIT] if reader else "",
        "practitioner.name": said.practitioner,
    }
    if patient is not None:
        texts |= {
            "patient.name": one_line(patient.name)[: Patient.NAME_LIMIT],
            "patient.first_name": one_line(patient.first_name)[: Patient.NAME_LIMIT],
            "patient.last_name": one_line(patient.last_name)[: Patient.NAME_LIMIT],
        }
    return texts


def _given(said: Said) -> dict[str, str]:
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


def _visit(said: Said, appointment: Appointment) -> dict[str, str]:
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


def _visit_blocks(said: Said, appointment: Appointment) -> dict[str, Block]:
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


def _offer(said: Said) -> dict[str, str]:
    offer = said.known.offer
    if offer is None:
        raise ValueError(f"{said.known.message.id} is about no offer")
    return {"offer.start": said.in_words(offer.start), "offer.answer_before": said.speech.deadline(offer.expires_at)}


def _offer_blocks(said: Said) -> dict[str, Block]:
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

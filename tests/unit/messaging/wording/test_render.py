"""A wording filled in: what is empty is left out, what is stored is never markup, and an SMS costs no more than it must."""

import re
import time
from dataclasses import replace

import pytest

from creneau.messaging.message import Channel, Kind
from creneau.messaging.template import SYSTEM, Template
from creneau.messaging.values import values_of
from creneau.messaging.wording.blocks import Block, Box, Button, Row, Values
from creneau.messaging.wording.fields import FIELDS, Part, fields_of
from creneau.messaging.wording.render import Frame, render_email, render_sms
from creneau.messaging.wording.shipped import shipped
from creneau.messaging.wording.wording import Wording
from creneau.messaging.wording_choice import Chosen
from creneau.messaging.write import chosen_for, write_email, write_sms
from creneau.shared.settings import LANGUAGES
from tests.support.known import AT_HOME, LINKS, NOW, VIDEO, known

FRAME = Frame(clinic_name="Cabinet", colour="#0b6e75", ink="#ffffff", signature=("Cabinet",))
TEXTS = {"clinic.name": "Cabinet", "recipient.name": "Claire", "clinic.phone": "021 555"}


def values(**texts: str) -> Values:
    return Values(language="en", texts={**TEXTS, **{k.replace("__", "."): v for k, v in texts.items()}})


def email(body: str, given: Values | None = None):
    return render_email(Wording(subject="S", body=body), given or values(), FRAME)


def own(kind: Kind, channel: Channel, **wordings: Wording) -> Template:
    return Template(id="tpl_1", kind=kind, channel=channel, wordings=wordings, created_at=NOW, changed_at=NOW)


@pytest.mark.rule("M-08")
def test_fields_are_filled_in_and_paragraphs_kept():
    mail = email("# Hello {{ recipient.name }}\n\nline one\nline two {{ clinic.name }}\n\nend")
    assert mail.text == "Hello Claire\n\nline one\nline two Cabinet\n\nend\n\n\nCabinet\n"
    assert "line one<br>line two Cabinet</p>" in mail.html
    assert "Hello Claire</h1>" in mail.html


@pytest.mark.rule("M-08")
def test_without_a_heading_there_is_none():
    assert "<h1" not in email("hello").html
    assert "<h1" not in email("# {{ clinic.website }}\n\nhello").html


@pytest.mark.rule("M-07", "M-08")
def test_a_paragraph_with_an_empty_field_is_left_out_whole():
    mail = email("before\n\nCall us\nat {{ clinic.website }}.\n\nafter")
    assert mail.text == "before\n\nafter\n\n\nCabinet\n"
    assert "Call" not in mail.html


@pytest.mark.rule("M-07", "M-08")
def test_in_an_sms_only_the_line_is_left_out():
    assert render_sms(Wording(body="before\nwith {{ clinic.website }}\nafter"), values()) == "before\nafter"


def test_an_sms_is_never_empty():
    assert render_sms(Wording(body="Hi {{ recipient.name }}!"), values(recipient__name="")) == "Hi !"


@pytest.mark.rule("M-08")
def test_boxes_and_buttons_stand_where_their_fields_do():
    box = Box(when="Monday", label="New date", rows=(Row(label="With", lines=("Dr A", "Dr B")),))
    button = Button(href="https://x.example/o/1?a=1&b=2", label="See <it>")
    blocks: dict[str, Block] = {"offer.details": box, "offer.button": button}
    given = Values(language="en", texts=TEXTS, blocks=blocks)
    mail = email("a\n\n{{ offer.details }}\n\nb:\n\n{{ offer.details }}\n\n{{ offer.button }}", given)
    assert mail.text.startswith(
        "a\n\nNew date:\n  Monday\n  With: Dr A, Dr B\n\nb:\n\n  Monday\n  With: Dr A, Dr B\n\nSee <it>:\nhttps://x.exam"
    )
    assert mail.html.count("Dr A<br>Dr B") == 2
    assert 'href="https://x.example/o/1?a=1&amp;b=2"' in mail.html
    assert "See &lt;it&gt;</a>" in mail.html


def test_a_web_address_is_a_link_if_it_is_one():
    assert (
        '<a href="https://c.example"' in email("{{ clinic.website }}", values(clinic__website="https://c.example")).html
    )
    assert "<a " not in email("{{ clinic.website }}", values(clinic__website="javascript:alert(1)")).html


@pytest.mark.rule("S-01")
def test_an_sms_has_no_typographic_character_that_costs_twice():
    given = values(recipient__name="Léa\u00a0D’Œuvre\u202f–\u2009«x»…")
    text = render_sms(Wording(body="À {{ recipient.name }} ’ “y” 10\u00a0h"), given)
    assert text == 'À Léa D\'Œuvre - "x"... \' "y" 10 h'


# -- the injection corpus: every field of every message, hostile
CORPUS = [
    "=1+1",
    "x\r\nBcc: all@evil.example",
    "x\u2028Bcc: all@evil.example",
    "<script>alert(1)</script>&\"'",
    "{{7*7}} {{ clinic.name }} {% x %}",
    "a\u202eb\x00",
    "y" * 10_000,
    "😀 émoji",
    "javascript:alert(1)",
    "",
]
HOSTILE_PARTS = (
    ("patient", ("first_name", "last_name")),
    ("practitioner", ("name",)),
    ("location", ("name", "phone")),
    ("service", ("name", "instructions", "video_link")),
)


def hostile(kind: Kind, channel: Channel, language: str, word: str):
    about = known(kind, channel, language, of_service={"category": "teleconsultation"})
    parts = {}
    for part, names in HOSTILE_PARTS:
        value = getattr(about, part)
        if value is not None:
            parts[part] = value.with_(**dict.fromkeys(names, word))
    look = about.settings.look.with_(phone=word, phone_hours=word, website=word, colour=word)
    settings = about.settings.with_(look=look)
    message = about.message
    if kind is Kind.VOUCHER:
        message = message.with_(given={**message.given, "code": word, "name": word})
    if about.invoice is not None:
        parts["invoice"] = about.invoice.with_(number=word, issuer_name=word, payer_name=word)
    return replace(about, settings=settings, message=message, **parts)


def every_field(kind: Kind, channel: Channel) -> Wording:
    """A wording that holds each field that it may."""
    fields = fields_of(kind, channel)
    body = "\n\n".join(["here", *(f"{{{{ {field.name} }}}}" for field in fields)])
    subject = " ".join(f"{{{{ {f.name} }}}}" for f in fields if f.may_stand_in(Part.SUBJECT) and not f.optional)
    return Wording(subject=subject if channel is Channel.EMAIL else "", body=body)


@pytest.mark.rule("M-08")
@pytest.mark.parametrize("word", CORPUS)
@pytest.mark.parametrize("template", list(SYSTEM))
def test_no_stored_word_is_markup_command_or_header(template, word):
    kind, channel = Kind(template.split(".")[0]), Channel(template.split(".")[1])
    about = hostile(kind, channel, "fr", word)
    chosen = chosen_for(about)
    for each in (Chosen(every_field(kind, channel), "fr"), chosen):
        if channel is Channel.SMS:
            texts = [write_sms(about, each, LINKS)]
        else:
            mail = write_email(about, each, LINKS, (word[:50] or "x",))
            texts = [mail.subject, mail.text, mail.html]
            assert not re.search(r"[\r\n\u2028]", mail.subject)
            assert "<script" not in mail.html
            assert not re.search(r'href="(?!https?://)', mail.html)
            assert set(re.findall(r"border-left:4px solid ([^;]+);", mail.html)) <= {"#0b6e75", "#9aa5a9"}
        for text in texts:
            assert not set(text) & {"\x00", "\u202e", "\u2028", "\r"}
            assert "49" not in re.sub(r"#\w+|&#?\w+;|\d+px", "", text) or "7*7" not in word


@pytest.mark.rule("M-08")
@pytest.mark.parametrize("word", CORPUS)
def test_no_word_of_a_clinic_is_markup(word):
    body = word.replace("{{", "{ {").replace("{%", "{ %") or "x"
    mail = render_email(Wording(subject=body.replace("\n", " "), body=body), values(), FRAME)
    assert "<script" not in mail.html
    assert "49" not in re.sub(r"#\w+|&#?\w+;|\d+px", "", mail.html)


# -- whatever a clinic writes
@pytest.mark.rule("A-02", "A-03")
@pytest.mark.parametrize("kind", [Kind.CONFIRMED, Kind.REMINDER])
@pytest.mark.parametrize("channel", list(Channel))
def test_a_wording_that_leaves_out_where_is_told_it(kind, channel):
    bare = own(
        kind, channel, fr=Wording(subject="Rappel" if channel is Channel.EMAIL else "", body="Votre rendez-vous")
    )

    def said(category: str) -> str:
        about = known(kind, channel, template=bare, of_service={"category": category}, of_patient={"address": AT_HOME})
        if channel is Channel.SMS:
            return write_sms(about, chosen_for(about), LINKS)
        return write_email(about, chosen_for(about), LINKS, ("x",)).text

    assert "domicile" in said("home_visit")
    assert VIDEO in said("teleconsultation")
    assert "vidéo" in said("teleconsultation")
    assert "domicile" not in said("in_person")
    assert VIDEO not in said("in_person")


@pytest.mark.rule("A-03")
def test_what_a_wording_says_itself_is_not_told_twice():
    said = Wording(subject="x", body="{{ appointment.details }}\n\n{{ appointment.video_button }}")
    about = known(
        Kind.REMINDER, template=own(Kind.REMINDER, Channel.EMAIL, fr=said), of_service={"category": "teleconsultation"}
    )
    mail = write_email(about, chosen_for(about), LINKS, ("x",))
    assert mail.text.count(VIDEO) == mail.html.count(f'href="{VIDEO}"') == 1
    assert mail.text.count("À distance") == 1


# -- in which language
@pytest.mark.rule("M-08", "M-11")
def test_the_clinics_words_in_the_readers_language_else_as_shipped():
    edited = Template(
        id="reminder.email",
        kind=Kind.REMINDER,
        channel=Channel.EMAIL,
        wordings={"de": Wording(subject="Unser Wort", body="Hallo")},
        created_at=NOW,
        changed_at=NOW,
    )
    for language, subject in (("de", "Unser Wort"), ("it", shipped(Kind.REMINDER, Channel.EMAIL, "it").subject)):
        chosen = chosen_for(known(Kind.REMINDER, language=language, template=edited))
        assert (chosen.language, chosen.wording.subject) == (language, subject)


@pytest.mark.rule("M-08", "M-11")
def test_an_own_template_falls_back_to_the_clinics_language_then_to_any():
    words = {language: Wording(subject=language, body="x") for language in LANGUAGES}

    def language_of(wanted: str, *written: str) -> str:
        template = own(Kind.REMINDER, Channel.EMAIL, **{language: words[language] for language in written})
        chosen = chosen_for(known(Kind.REMINDER, language=wanted, template=template))
        assert chosen.wording.subject == chosen.language
        return chosen.language

    assert language_of("it", "de", "fr", "it") == "it"
    assert language_of("it", "de", "fr") == "fr"
    assert language_of("it", "en", "de") == "de"


@pytest.mark.rule("M-11")
def test_dates_are_told_in_the_language_of_the_words():
    template = own(Kind.REMINDER, Channel.EMAIL, de=Wording(subject="Termin {{ appointment.date }}", body="x"))
    about = known(Kind.REMINDER, language="it", template=template)
    assert "Dienstag" in write_email(about, chosen_for(about), LINKS, ("x",)).subject


@pytest.mark.rule("M-08")
def test_the_words_for_an_accepted_offer_are_edited_by_themselves():
    edited = Template(
        id="moved.email",
        kind=Kind.MOVED,
        channel=Channel.EMAIL,
        wordings={"fr.accepted": Wording(subject="Bravo", body="x")},
        created_at=NOW,
        changed_at=NOW,
    )
    accepted = known(Kind.MOVED, template=edited, of_appointment={"offer_round_id": "r"})
    assert chosen_for(accepted).wording.subject == "Bravo"
    assert chosen_for(known(Kind.MOVED, template=edited)).wording.subject != "Bravo"


def test_every_field_has_something_to_say_somewhere():
    """A field that no message ever fills would drop its paragraph for ever."""
    seen: set[str] = set()
    for template in SYSTEM:
        kind, channel = Kind(template.split(".")[0]), Channel(template.split(".")[1])
        about = known(kind, channel, of_service={"category": "teleconsultation"})
        given = values_of(about, channel, "fr", LINKS)
        seen |= {name for name, text in given.texts.items() if text} | set(given.blocks)
        for field in fields_of(kind, channel):
            if not field.optional:
                assert given.texts.get(field.name) or field.name in given.blocks, (template, field.name)
    assert seen >= set(FIELDS)


def test_writing_an_email_takes_a_millisecond_or_so():
    about = known(Kind.OFFER)
    write_email(about, chosen_for(about), LINKS, ("x",))
    best = min(_taken(about) for _ in range(20))
    assert best < 0.003


def _taken(about) -> float:
    start = time.perf_counter()
    write_email(about, chosen_for(about), LINKS, ("x",))
    return time.perf_counter() - start

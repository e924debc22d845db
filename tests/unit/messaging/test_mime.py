"""The email as it leaves: parsed back, and nothing smuggled into its headers."""

import email
import re
from email.header import decode_header, make_header
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from creneau.agenda.appointment import appointment_ref
from creneau.agenda.catalogue import Address, location_ref, patient_ref, practitioner_ref, service_ref
from creneau.messaging.address import sendable
from creneau.messaging.calendar import Method
from creneau.messaging.mime import ATTACHED_LIMIT, Attachment, CalendarPart, build, file_name
from creneau.messaging.render import Rendered
from creneau.messaging.signature import Signatures
from creneau.messaging.words import fit, one_line
from creneau.shared.money import Money
from creneau.shared.settings import SETTINGS, Settings
from tests.support.post import CLINIC, body, read_mail

RENDERED = Rendered(language="fr", subject="Rendez-vous confirmé", text="Bonjour\n", html="<p>Bonjour</p>")
ICS = CalendarPart(content=b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n", method=Method.REQUEST)
PDF = Attachment(name="Facture 2027-12.pdf", media_type="application/pdf", content=b"%PDF-1.7\r\n\x00\xff" * 20)
CORPUS = [
    "=1+1",
    "x\r\nBcc: all@evil.example",
    "x\nBcc: all@evil.example",
    "x\u2028Bcc: all@evil.example",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "a\u202eb",
    "a\x00b",
    "é" * 5000,
    "😀 émoji",
    "\ud800lone",
    '"quoted" <a@b.example>, c@d.example',
    "",
]


def test_an_email_is_both_text_and_html():
    mail = read_mail(build(RENDERED, CLINIC, "claire@mail.example", "confirmed.email.apt_1.0"))
    assert mail.get_content_type() == "multipart/alternative"
    assert [p.get_content_type() for p in mail.iter_parts()] == ["text/plain", "text/html"]
    assert (body(mail).strip(), body(mail, "html").strip()) == ("Bonjour", "<p>Bonjour</p>")
    assert mail["From"] == "Cabinet du Lac <rendez-vous@cabinet.example>"
    assert mail["To"] == "claire@mail.example"
    assert mail["Reply-To"].addresses[0].addr_spec == "rendez-vous@cabinet.example"
    assert mail["Subject"] == "Rendez-vous confirmé"
    assert mail["X-Creneau-Message"] == "confirmed.email.apt_1.0"
    assert mail["Content-Language"] == "fr"
    assert (mail["Message-ID"], mail["Date"]) == (None, None)


@pytest.mark.parametrize(
    "subject",
    [
        "Earlier appointment available: Wednesday 30\u00a0September 2026 at 10:00\u00a0am",
        "Earlier appointment available: Wednesday 30 September 2026 at 10:00 am",
        "Rendez-vous plus tôt disponible : mercredi 30 septembre 2026 à 10 h 00 " * 3,
        "A short one",
        "=?utf-8?q?not_ours?=",
    ],
)
def test_a_subject_is_read_as_it_was_written(subject):
    """Wherever it is broken: a mail program puts lines together by dropping the break alone (RFC 5322)."""
    mime = build(RENDERED.with_(subject=subject), CLINIC, "claire@mail.example", "m")
    assert read_mail(mime)["Subject"] == one_line(subject)[:200].rstrip()
    assert max(len(line) for line in mime.split(b"\r\n\r\n")[0].split(b"\r\n")) <= 78


def sender_of(mime: bytes) -> tuple[str, str]:
    """By the older reader: the newer one puts a blank between encoded words, where RFC 2047 (6.2) says there is none."""
    raw = email.message_from_bytes(mime)["From"].replace("\r\n ", " ")
    name, _, address = raw.rpartition("<")
    return str(make_header(decode_header(name.strip().strip('"')))), address.strip(">")


@given(text=st.text(st.characters(codec="utf-8")), name=st.text(st.characters(codec="utf-8"), max_size=60))
@example(text=".\n..\nFrom x\n \n\t\n=_\n--=_\n", name=".")
@example(text="x" * 77 + " \n" + "é" * 80, name='a "b" \\ <c@d.example>')
@example(text="", name="=?utf-8?q?x?=")
def test_whatever_is_said_is_read_as_it_was_said(text, name):
    """By the standard library's reader, whose lines end as the writer's did not."""
    rendered = RENDERED.with_(subject=name, text=text, html=text)
    file = Attachment(name=f"{name}.pdf", media_type="application/pdf", content=text.encode())
    mime = build(rendered, CLINIC.with_(name=name), "claire@mail.example", "m", [file], calendar=ICS)
    mail = read_mail(mime)
    said = re.sub("\r\n?", "\n", text)
    for kind in ("plain", "html"):
        part = mail.get_body((kind,))
        assert part is not None
        assert not part.defects
        payload: Any = part.get_payload(decode=True)
        assert payload.decode().replace("\r\n", "\n") == said
    assert mail["Subject"] == one_line(name)[:200].rstrip()
    assert sender_of(mime) == (one_line(name), CLINIC.sender)
    assert [a.get_filename() for a in mail.iter_attachments()] == ["invite.ics", file_name(file.name)]
    assert list(mail.iter_attachments())[1].get_content() == file.content
    assert not mail.defects


def test_a_long_id_stands_in_its_header_as_it_is():
    id = "offer.email.agd_01JABCDEFGHJKMNPQRSTVWXYZ0.20270302T083000Z.20270302T090000Z.1.1.apt_01JABCDEFGHJKMNPQRSTVW-1-1"
    assert f"X-Creneau-Message: {id}\r\n".encode() in build(RENDERED, CLINIC, "claire@mail.example", id)
    with pytest.raises(ValueError, match="is not a message's id"):
        build(RENDERED, CLINIC, "claire@mail.example", "x\r\nBcc: all@evil.example")


def test_every_line_is_short_enough_and_ends_as_the_standard_says():
    mime = build(RENDERED.with_(text="é" * 4000 + "\n", html="ü" * 4000), CLINIC, "claire@mail.example", "m")
    lines = mime.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(b"\n" in line or b"\r" in line for line in lines)


@pytest.mark.rule("M-13")
def test_a_calendar_file_comes_as_an_invitation_and_as_a_file():
    """Mail programs take the alternative into the calendar; the file is for those that do not."""
    mail = read_mail(build(RENDERED, CLINIC, "claire@mail.example", "m", calendar=ICS))
    assert mail.get_content_type() == "multipart/mixed"
    alternative, file = mail.iter_parts()
    text, html, calendar = alternative.iter_parts()
    assert [p.get_content_type() for p in (text, html, calendar)] == ["text/plain", "text/html", "text/calendar"]
    assert calendar["Content-Type"].params == {"method": "REQUEST", "charset": "UTF-8"}
    assert not calendar.is_attachment()
    assert calendar.get_payload(decode=True) == file.get_content() == ICS.content
    assert (file.get_content_type(), file.get_filename(), file.is_attachment()) == (
        "application/ics",
        "invite.ics",
        True,
    )
    assert (body(mail).strip(), body(mail, "html").strip()) == ("Bonjour", "<p>Bonjour</p>")


def test_attachments_are_read_back_byte_for_byte():
    other = Attachment(name="é" * 150 + ".pdf", media_type="application/pdf", content=bytes(range(256)) * 999)
    mime = build(RENDERED, CLINIC, "claire@mail.example", "m", [PDF, other], calendar=ICS)
    mail = read_mail(mime)
    files = [p for p in mail.iter_attachments() if p.get_content_type() == "application/pdf"]
    assert [f.get_filename() for f in files] == [PDF.name, "é" * 100 + ".pdf"]
    assert [f.get_content() for f in files] == [PDF.content, other.content]
    assert mail["Content-Language"] == "fr"
    assert max(map(len, mime.split(b"\r\n"))) <= 998


def test_too_much_is_not_attached():
    half = PDF.with_(content=b"x" * (ATTACHED_LIMIT // 2))
    build(RENDERED, CLINIC, "claire@mail.example", "m", [half, half])
    with pytest.raises(ValueError, match="bytes of attachments"):
        build(RENDERED, CLINIC, "claire@mail.example", "m", [half, half, PDF])


@pytest.mark.parametrize("kind", ["text/html", "application/pdf\r\nBcc: x@y.example", "pdf", "message/rfc822", ""])
def test_what_is_no_file_of_ours_is_not_attached(kind):
    with pytest.raises(ValueError, match="can't be attached"):
        build(RENDERED, CLINIC, "claire@mail.example", "m", [PDF.with_(media_type=kind)])


@pytest.mark.parametrize("hostile", [*CORPUS, "../../etc/passwd", "C:\\x.pdf", "..", "x" * 300 + ".pdf"])
def test_no_files_name_becomes_a_header_or_a_path(hostile):
    mail = read_mail(build(RENDERED, CLINIC, "claire@mail.example", "m", [PDF.with_(name=hostile)]))
    (file,) = mail.iter_attachments()
    assert file.get_filename() == file_name(hostile)
    assert not set(file_name(hostile)) & set('/\\:\r\n"')
    assert not file_name(hostile).startswith(".")
    assert len(file_name(hostile)) <= 111
    assert sorted(file.keys()) == ["Content-Disposition", "Content-Transfer-Encoding", "Content-Type"]
    assert mail["Bcc"] is None


@pytest.mark.rule("M-14")
@pytest.mark.promise(23)
def test_what_can_be_ended_says_how_to_every_mail_program():
    """RFC 2369 and 8058: whole, on one line each."""
    link = "https://abc123def4.execute-api.eu-central-2.amazonaws.com/u/AbCdEfGhIjKlMnOpQrStUv"
    mime = build(RENDERED, CLINIC, "claire@mail.example", "m", opt_out=link)
    assert f"\r\nList-Unsubscribe: <{link}>\r\n".encode() in mime
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in mime
    assert read_mail(mime)["Subject"] == RENDERED.subject
    assert read_mail(build(RENDERED, CLINIC, "claire@mail.example", "m"))["List-Unsubscribe"] is None


@pytest.mark.parametrize(
    "link", ["mailto:x@y.example", "https://x.example/u/a>\r\nBcc: b@c.example", "https://x.example/u/ü"]
)
def test_only_a_link_of_ours_ends_them(link):
    with pytest.raises(ValueError, match="opt-out link"):
        build(RENDERED, CLINIC, "claire@mail.example", "m", opt_out=link)


@pytest.mark.parametrize("hostile", CORPUS)
def test_no_word_becomes_a_header(hostile):
    clinic = CLINIC.with_(name=hostile or "x")
    mail = read_mail(build(RENDERED.with_(subject=hostile), clinic, "claire@mail.example", "m"))
    plain = build(RENDERED, CLINIC, "claire@mail.example", "m")
    assert sorted(mail.keys()) == sorted(read_mail(plain).keys())
    assert mail["Bcc"] is None
    assert [a.addr_spec for a in mail["From"].addresses] == ["rendez-vous@cabinet.example"]


@pytest.mark.parametrize("hostile", CORPUS)
def test_no_stored_field_breaks_an_email(post, hostile):
    """Every stored field that a message shows, hostile."""
    patient = {"first_name": hostile, "last_name": hostile}
    id = post.plan_offers(post.offer(1, **patient)).message_ids[0]
    post.edit(practitioner_ref("prc_1"), name=hostile)
    address = Address(street=hostile, postcode=hostile, town=hostile, country="CH")
    post.edit(location_ref("loc_1"), name=hostile, address=address, phone=hostile)
    price = Money(amount=1, currency="CHF")
    post.edit(service_ref("srv_1"), name=hostile, instructions=hostile, video_link=hostile, price=price)
    present = post.store.get(SETTINGS) or Settings()
    look = present.look.with_(phone_hours=hostile, phone=hostile, colour=hostile)
    post.put(present.with_(look=look), Signatures(default=hostile))
    for message in (id, post.planned("apt_1")):
        assert post.deliver(message).outcome == "sent"
    for mail in post.mails():
        assert mail["Bcc"] is None
        assert "<script>alert" not in body(mail, "html")
        for part in (body(mail), body(mail, "html")):
            assert not set(part) & {"\x00", "\u202e", "\u2028"}
        assert [a.addr_spec for a in mail["To"].addresses] == ["pat_1@mail.example"]
    assert post.store.get(appointment_ref("apt_1")) is not None


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("claire@mail.example", "claire@mail.example"),
        (" Claire.Martin+rdv@Mail.Example ", "Claire.Martin+rdv@Mail.Example"),
        ("o'neil@mail.example", "o'neil@mail.example"),
        ("info@müller.example", "info@xn--mller-kva.example"),
        ("cläire@mail.example", None),
        ("claire@mail.example\r\nBcc: x@y.example", None),
        ("claire@mail.example, x@y.example", None),
        ("Claire <claire@mail.example>", None),
        ('"a b"@mail.example', None),
        ("claire@mail", None),
        ("claire", None),
        ("@mail.example", None),
        ("a..b@mail.example", None),
        ("a@-mail.example", None),
        ("x" * 65 + "@mail.example", None),
        ("a@" + "b." * 130 + "example", None),
        ("a@b..example", None),
        ("", None),
    ],
)
def test_which_addresses_can_be_written_to(address, kept):
    assert sendable(address) == kept


@pytest.mark.parametrize(
    ("given", "lines", "line"),
    [
        ("a\r\nb\u2028c", "a\nb\nc", "a b c"),
        ("\u202ea\x00\x07b\u2066\ufeff", "ab", "ab"),
        ("  a \t b ", "a \t b", "a b"),
        ("👩‍⚕️", "👩‍⚕️", "👩‍⚕️"),
        ("\ud800x", "x", "x"),
    ],
)
def test_words_are_made_fit(given, lines, line):
    assert fit(given) == lines
    assert one_line(given) == line


def test_an_email_goes_to_the_address_as_the_internet_writes_it(post):
    post.patient()
    post.appointment()
    id = post.planned()
    post.edit(patient_ref("pat_1"), email="info@müller.example")
    post.deliver(id)
    assert post.mailer.sent[0].to == "info@xn--mller-kva.example" == post.mails()[0]["To"]

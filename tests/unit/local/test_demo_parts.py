"""How the demo reads pages and emails, talks, waits, and remembers."""

import io
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from local.demo.browser import Page, _Reader
from local.demo.mail import Mail
from local.demo.record import Record, read
from local.demo.telling import Teller
from local.waiting import InVain, until

NOW = datetime(2026, 6, 1, 8, 30, tzinfo=UTC)


def page_of(html: str) -> Page:
    page = Page("http://127.0.0.1:1/o/abc", 200)
    _Reader(page).feed(html)
    return page


def test_a_page_is_read_as_its_reader_sees_it():
    page = page_of(
        "<html><head><title>T</title><style>p{}</style></head><body><nav><a href='?lang=de'>Deutsch</a></nav>"
        "<h1>Früher&nbsp;kommen?</h1><p>Am <strong>Montag</strong><br>um 9</p>"
        "<form method=post><input type=hidden name=nonce value=n1>"
        "<label><input type=radio name=answer value=accept><span>Ja</span></label>"
        "<label><input type=radio name=answer value=decline><span>Nein</span></label><button>OK</button></form></body>"
    )
    assert (page.title, page.heading) == ("T", "Früher kommen?")
    assert page.text == ["Früher kommen?", "Am Montagum 9", "Ja", "Nein", "OK"]
    assert page.links == ["http://127.0.0.1:1/o/abc?lang=de"]
    assert page.fields == {"nonce": "n1"}
    assert page.choices == [("answer", "accept"), ("answer", "decline")]


def mail_with(text: str, html: str) -> Mail:
    return Mail("m", "a@patients.example", "s", NOW, "offer.email.r.a", text, html)


def test_the_link_is_the_one_that_both_parts_of_the_email_have():
    link = "http://127.0.0.1:7/o/abcdefghijklmnopqrstuv"
    assert mail_with(f"Hier:\n{link}\n", f'<a href="{link}">x</a>').link_to("http://127.0.0.1:7") == link


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("none", "none"),
        ("http://127.0.0.1:7/o/a http://127.0.0.1:7/o/b", "http://127.0.0.1:7/o/a http://127.0.0.1:7/o/b"),
        ("http://127.0.0.1:7/o/a", "http://127.0.0.1:7/o/b"),
        ("http://evil.example/o/a", "http://evil.example/o/a"),
    ],
)
def test_an_email_with_no_link_or_two_is_not_as_promised(text, html):
    with pytest.raises(ValueError, match="email m"):
        mail_with(text, html).link_to("http://127.0.0.1:7")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def told(out: io.StringIO) -> str:
    teller = Teller(ZoneInfo("Europe/Zurich"), out)
    teller.step(NOW, "It begins")
    teller.table([("a", "b"), ("long", "c")])
    with teller.doing("Work"):
        pass
    return out.getvalue()


def test_without_a_terminal_the_story_is_plain_and_in_the_clinics_time():
    text = told(io.StringIO())
    assert "\x1b" not in text
    assert "1  Mon 01 Jun, 10:30   It begins" in text
    assert "     a     b\n     long  c\n" in text
    assert re.search(r"Work \.\.\. 0\.0 s\n", text)


def test_colours_are_for_terminals_that_want_them(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b" in told(Terminal())
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in told(Terminal())


def test_waiting_in_vain_says_for_what_and_what_there_was_instead():
    with pytest.raises(InVain, match=r"five emails\. Instead: three"):
        until(lambda: None, "five emails", 0.01, instead=lambda: "three")
    assert until(lambda: "here", "it") == "here"


def test_what_was_recorded_is_read_again(tmp_path):
    record = Record(tmp_path / "log")
    record.step("cancelled", NOW, appointment_id="apt_é")
    assert read(tmp_path / "log") == [{"step": "cancelled", "at": NOW.isoformat(), "appointment_id": "apt_é"}]
    Record(None).step("cancelled", NOW)

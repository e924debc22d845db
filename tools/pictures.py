"""What patients read, in every language, as they see it: emails, their pages, SMS, wide and light or narrow and dark.

`make pictures` writes them to `.cache/pictures`, one sheet of each kind and language; `_docs.png` among them is what
docs/messages.md shows.
"""

import shutil
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from api.pages.offer import offer_page
from api.pages.opt_out import opt_out_page
from api.pages.plain import trouble_page, unknown_page
from creneau.agenda.attendance import Attendance
from creneau.messaging.message import Channel, Kind
from creneau.messaging.opt_out import OptOutPage
from creneau.messaging.sms.segments import credits_of
from creneau.messaging.template import SYSTEM
from creneau.messaging.write import chosen_for, write_email, write_sms
from creneau.shared.link import Link
from creneau.shared.money import Money
from creneau.shared.settings import LANGUAGES, Look
from creneau.waitlist.answer import Outcome
from creneau.waitlist.offer_page import ClinicFacts, OfferPage, Standing
from tests.support.known import ANSWER_BEFORE, AT_HOME, CLINIC, INVOICE, LINKS, NOW, OWN, PRACTITIONER, START, known

SIGNATURE = ("Centre médical du Lac", "Rue du Lac 12, 1003 Lausanne", "021 555 01 23")
WORDS = {
    "fr": ("Claire", "Martin", "Consultation", "Apportez votre carte d’assuré."),
    "de": ("Ursula", "Meier", "Sprechstunde", "Bitte bringen Sie Ihre Versichertenkarte mit."),
    "it": ("Giulia", "Bernasconi", "Visita", "Porti la tessera sanitaria."),
    "en": ("Emily", "Carter", "Consultation", "Please bring your insurance card."),
}
LONG = "Élisabeth-Maximilienne Waldburg-Zeil-Trauchburg von und zu Hohenlohe-Schillingsfürst, Prinzessin zu Sayn"
MOST = Money(amount=99_999_999_999, currency="CHF")
FORMS: dict[str, tuple[Kind, dict[str, Any]]] = {
    **{id.removesuffix(".email"): (Kind(id.split(".")[0]), {}) for id in SYSTEM if id.endswith(Channel.EMAIL)},
    "moved_accepted": (Kind.MOVED, {"of_appointment": {"offer_round_id": "r"}}),
    "cancelled_by_patient": (Kind.CANCELLED, {"of_appointment": {"attendance": Attendance.CANCELLED_BY_PATIENT}}),
    "confirmed_at_home": (Kind.CONFIRMED, {"of_service": {"category": "home_visit"}}),
    "reminder_by_video": (Kind.REMINDER, {"of_service": {"category": "teleconsultation"}}),
    "credit_note": (
        Kind.INVOICE,
        {"invoice": INVOICE.with_(is_credit_note=True, balance=Money(amount=0, currency="CHF"))},
    ),
    "most": (
        Kind.INVOICE,
        {
            "invoice": INVOICE.with_(
                number="CABINET-2027-12345678", issuer_name=LONG, total=MOST, balance=MOST, issued_on=date(2027, 8, 1)
            )
        },
    ),
    "long": (Kind.CONFIRMED, {"practitioner": PRACTITIONER.with_(name=LONG), "of_service": {"name": LONG}}),
}
SEEN = {"wide": (640, "light"), "narrow": (390, "dark")}
TEXTS = tuple(Kind(id.split(".")[0]) for id in SYSTEM if id.endswith(Channel.SMS) and not id.startswith("custom"))
DOCS = (
    ("offer", "fr", "wide"),
    ("confirmed_at_home", "de", "wide"),
    ("moved", "it", "narrow"),
    ("reminder_by_video", "en", "narrow"),
)


def html_of(form: str, language: str) -> str:
    kind, given = FORMS[form]
    first, last, service, note = WORDS[language]
    of_service = {"name": service, "instructions": note} | given.get("of_service", {})
    of_patient = {"first_name": first, "last_name": last, "address": AT_HOME}
    about = known(kind, language=language, **(given | {"of_service": of_service, "of_patient": of_patient}))
    return write_email(about, chosen_for(about), LINKS, SIGNATURE).html


CLINIC_FACTS = ClinicFacts(
    name=CLINIC.name,
    town="Lausanne",
    language="fr",
    country="CH",
    zone_name=CLINIC.zone_name,
    colour=Look().colour,
    phone="+41215550123",
    phone_hours="8–12, 14–18",
)
STATES: dict[str, dict[str, Any]] = {
    **{str(outcome): {"outcome": outcome} for outcome in Outcome if outcome is not Outcome.TOO_LATE},
    "by_video": {"outcome": Outcome.OPEN, "mode": "teleconsultation"},
    "long": {"outcome": Outcome.OPEN, "practitioner": LONG},
    "gone": {"outcome": Outcome.WITHDRAWN, "standing": Standing.GONE, "waiting": False},
    "changed": {"outcome": Outcome.DECLINED, "standing": Standing.CHANGED, "waiting": False},
}


def page_of(state: str, language: str) -> str:
    given: dict[str, Any] = {
        "clinic": CLINIC_FACTS,
        "language": language,
        "offered_start": START,
        "answer_before": ANSWER_BEFORE,
        "own_start": OWN,
        "present_start": START if state == Outcome.ACCEPTED else OWN,
        "standing": Standing.AS_LEFT,
        "waiting": True,
        "told_by_email": True,
        "mode": "in_person",
        "practitioner": PRACTITIONER.name,
        "location": ("Cabinet du Lac", "Rue du Lac 12", "1003 Lausanne"),
    }
    offer = OfferPage(**(given | STATES[state]))
    return offer_page(offer, language, CLINIC, NOW, nonce="n").body


def plain_of(name: str, language: str) -> str:
    if name in ("opt_out", "opted_out"):
        link = Link(hash="l", purpose="opt_out", subject={}, key="k", created_at=NOW, ttl=0)
        told = OptOutPage(link=link, patient_id="p", ended=name == "opted_out", language=language)
        return opt_out_page(told, language, CLINIC_FACTS, nonce="n").body
    return (
        unknown_page(language, CLINIC_FACTS) if name == "unknown" else trouble_page(language, CLINIC_FACTS, 503)
    ).body


PAGES: dict[str, Callable[[str], str]] = {
    **{f"page_{state}": partial(page_of, state) for state in STATES},
    **{f"page_{name}": partial(plain_of, name) for name in ("opt_out", "opted_out", "unknown", "trouble")},
}
EMAILS: dict[str, Callable[[str], str]] = {form: partial(html_of, form) for form in FORMS}


def texts_of(language: str) -> str:
    """All SMS as on a telephone, each with what it is billed as."""
    first, last, service, _ = WORDS[language]
    shown = []
    for kind in TEXTS:
        of_patient = {"first_name": first, "last_name": last}
        of_service = {"name": service} if kind not in (Kind.BIRTHDAY,) else {}
        about = known(kind, Channel.SMS, language, of_patient=of_patient, of_service=of_service)
        text = write_sms(about, chosen_for(about), LINKS)
        shown.append(f"<small>{kind}: {len(text)} / {credits_of(text).count}</small><p>{escape(text)}</p>")
    style = "body{font:16px system-ui,sans-serif;padding:12px;background:#fff}p{background:#e9e9eb;border-radius:18px;"
    style += "padding:9px 14px;margin:2px 0 14px;white-space:pre-wrap;overflow-wrap:anywhere;max-width:300px}"
    style += "small{color:#666}"
    return f"<style>{style}</style>{''.join(shown)}"


def shots(
    browser: Browser, made: dict[str, Callable[[str], str]], language: str, seen: str, into: Path
) -> Iterator[Path]:
    width, scheme = SEEN[seen]
    page = browser.new_page(
        viewport={"width": width, "height": 200},
        color_scheme="dark" if scheme == "dark" else "light",
        device_scale_factor=1,
    )
    for form, html in made.items():
        page.set_content(html(language))
        path = into / f"{language}-{form}-{seen}.png"
        page.screenshot(path=path, full_page=True)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            print(f"{path.name} is wider than its window", file=sys.stderr)
        yield path
    page.close()


def sheet(page: Page, pictures: list[Path], path: Path, columns: int, width: int) -> None:
    images = "".join(
        f'<img width={width} src="data:image/png;base64,{b64encode(picture.read_bytes()).decode()}">'
        for picture in pictures
    )
    style = f"margin:0;padding:8px;background:#8a9599;display:grid;gap:8px;grid-template-columns:repeat({columns},{width}px)"
    page.set_viewport_size({"width": columns * (width + 8) + 8, "height": 200})
    page.set_content(f'<body style="{style};align-items:start">{images}')
    page.screenshot(path=path, full_page=True)


def main(into: Path) -> None:
    into.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        for language in LANGUAGES:
            for seen in SEEN:
                for name, made in (("emails", EMAILS), ("pages", PAGES)):
                    pictures = list(shots(browser, made, language, seen, into))
                    sheet(page, pictures, into / f"_{name}-{language}-{seen}.png", 6, 390)
        texts = [next(shots(browser, {"texts": texts_of}, language, "narrow", into)) for language in LANGUAGES]
        sheet(page, texts, into / "_texts.png", len(texts), 390)
        chosen = [into / f"{language}-{form}-{seen}.png" for form, language, seen in DOCS]
        sheet(page, chosen, into / "_docs.png", len(chosen), 300)
        browser.close()
    print(f"look at {into}/_*.png")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ".cache/pictures"))

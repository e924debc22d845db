"""Every email in every language as a patient sees it, wide and light or narrow and dark: one sheet of pictures per language.

`make pictures` writes them to `.cache/pictures`; `_docs.png` among them is what docs/messages.md shows.
"""

import shutil
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from creneau.agenda.attendance import Attendance
from creneau.messaging.message import Channel, Kind
from creneau.messaging.template import SYSTEM
from creneau.messaging.write import chosen_for, write_email
from creneau.shared.settings import LANGUAGES
from tests.support.known import AT_HOME, LINKS, known

SIGNATURE = ("Centre médical du Lac", "Rue du Lac 12, 1003 Lausanne", "021 555 01 23")
WORDS = {
    "fr": ("Claire", "Martin", "Consultation", "Apportez votre carte d’assuré."),
    "de": ("Ursula", "Meier", "Sprechstunde", "Bitte bringen Sie Ihre Versichertenkarte mit."),
    "it": ("Giulia", "Bernasconi", "Visita", "Porti la tessera sanitaria."),
    "en": ("Emily", "Carter", "Consultation", "Please bring your insurance card."),
}
FORMS: dict[str, tuple[Kind, dict[str, Any]]] = {
    **{id.removesuffix(".email"): (Kind(id.split(".")[0]), {}) for id in SYSTEM if id.endswith(Channel.EMAIL)},
    "moved_accepted": (Kind.MOVED, {"of_appointment": {"offer_round_id": "r"}}),
    "cancelled_by_patient": (Kind.CANCELLED, {"of_appointment": {"attendance": Attendance.CANCELLED_BY_PATIENT}}),
    "confirmed_at_home": (Kind.CONFIRMED, {"of_service": {"category": "home_visit"}}),
    "reminder_by_video": (Kind.REMINDER, {"of_service": {"category": "teleconsultation"}}),
}
SEEN = {"wide": (640, "light"), "narrow": (390, "dark")}
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


def shots(browser: Browser, language: str, seen: str, into: Path) -> Iterator[Path]:
    width, scheme = SEEN[seen]
    page = browser.new_page(
        viewport={"width": width, "height": 200},
        color_scheme="dark" if scheme == "dark" else "light",
        device_scale_factor=1,
    )
    for form in FORMS:
        page.set_content(html_of(form, language))
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
                sheet(page, list(shots(browser, language, seen, into)), into / f"_{language}-{seen}.png", 5, 390)
        chosen = [into / f"{language}-{form}-{seen}.png" for form, language, seen in DOCS]
        sheet(page, chosen, into / "_docs.png", len(chosen), 300)
        browser.close()
    print(f"look at {into}/_*.png")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ".cache/pictures"))

"""What is drawn: amounts that add up, every page with its head, no word lost, nothing of a text taken for anything else."""

import io
import re
import time
import unicodedata
from datetime import date

import creneau_fonts
import pikepdf
import pypdf
import pytest

from creneau.agenda.catalogue import Address
from creneau.billing.documents.document import Printed, as_if_final, document_of
from creneau.billing.documents.draw import draw, pictures
from creneau.billing.invoice import DocumentKind
from creneau.billing.issuer import InvoiceTemplate, TaxStatus
from creneau.billing.line import Line
from creneau.billing.payment import Method
from creneau.shared.settings import LANGUAGES
from tests.support.documents import NOW, issuer, lines, payment, pdf_of, printed, sample, text_of

pytestmark = pytest.mark.rule("B-07")


def minor(text: str) -> int:
    """An amount as any of the three countries writes it."""
    return int(re.sub(r"\D", "", text)) * (-1 if "-" in text else 1)


ABROAD = Address(street="5 avenue Foch", postcode="74000", town="Annecy", country="FR")
AMOUNT = r"-?\d[\d\u00a0’.,]*[.,]\d\d"


def pages_of(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


@pytest.mark.promise(28)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("country", ["FR", "CH", "CA"])
@pytest.mark.parametrize("tax", [TaxStatus.EXEMPT, TaxStatus.REGISTERED])
def test_the_total_is_the_sum_of_what_is_printed(country, tax, language):
    invoice = sample(country, language, tax=tax)
    assert invoice.frozen is not None
    document = printed(invoice)
    text = text_of(draw(document))
    for sum_ in document.sums:
        assert " ".join(sum_.amount.split()) in text
    rows = [minor(row[-1]) for row in document.table.rows]
    sums = [minor(sum_.amount) for sum_ in document.sums]
    if tax is TaxStatus.EXEMPT:
        assert sums == [sum(rows)]
    elif country == "CA":
        assert sums[0] == sum(rows)
        assert sums[-1] == sum(sums[:-1])
    else:
        assert sums[-1] == sum(rows) == sum(sums[:-1])
    assert sums[-1] == invoice.total


@pytest.mark.promise(28)
def test_five_hundred_lines_add_up_under_a_repeated_head():
    invoice = sample("CH", lines=tuple(Line(text=f"Soin {n}", price=n, on=date(2027, 3, 1)) for n in range(1, 501)))
    pages = pages_of(pdf_of(invoice))
    of_pages = [re.findall(r"Soin (\d+) 1 ([\d.]+) ([\d.]+)", page) for page in pages]
    rows = [row for rows in of_pages for row in rows]
    assert [int(n) for n, _, _ in rows] == list(range(1, 501))
    assert sum(minor(amount) for _, _, amount in rows) == invoice.total == 125_250
    for n, page in enumerate(pages, start=1):
        assert f"Page {n} / {len(pages)}" in page
        assert ("Désignation" in page) is bool(of_pages[n - 1])
        assert "F2027-0042" in page


def test_amounts_of_nothing_and_of_almost_a_milliard():
    assert "Total 0.00 CHF" in text_of(pdf_of(sample("CH", lines=(Line(text="Contrôle", price=0),))))
    most = sample("FR", lines=(Line(text="Soin", price=99_999_999_999),))
    assert "Total 999 999 999,99 €" in text_of(pdf_of(most))


@pytest.mark.parametrize("count", range(14, 30))
@pytest.mark.parametrize("country", ["FR", "CH"])
def test_no_page_holds_but_sums_or_a_way_to_pay(country, count):
    invoice = sample(country, lines=(Line(text="Séance", price=100, on=date(2027, 3, 1)),) * count)
    *_, last = pages_of(pdf_of(invoice))
    assert last.count("Séance") >= 2
    assert "Total" in last
    assert ("Section paiement" if country == "CH" else "IBAN") in last


def test_words_without_end_do_not_keep_the_lines_from_their_pages():
    words = InvoiceTemplate(id="t", name="t", terms="\n".join(f"Condition {n}" for n in range(400)))
    pages = pages_of(pdf_of(sample("CH", template=words)))
    assert "Séance" in pages[0]
    assert "Total" in pages[0]
    assert [n for n in range(400) if f"Condition {n}" not in "".join(pages)] == []


def test_a_payer_abroad_has_their_country_in_words():
    assert "74000 Annecy FRANKREICH" in text_of(pdf_of(sample("CH", "de", of_payer={"address": ABROAD})))
    assert "FRANKREICH" not in text_of(pdf_of(sample("FR", "de", of_payer={"address": ABROAD})))


def test_a_receipt_names_its_invoice():
    paid = (payment(19_235),)
    text = text_of(pdf_of(sample("CH").with_(paid=19_235), kind=Printed.RECEIPT, payments=paid))
    assert "Facture F2027-0042 du 15.03.2027" in text


def test_names_of_140_characters_are_whole():
    name = "Élisabeth-Maximilienne " * 6
    text = text_of(pdf_of(sample("FR", of_payer={"name": name}, of_issuer={"name": name})))
    assert text.replace("- ", "-").count("Élisabeth-Maximilienne") >= 12  # it may break after its hyphen


def test_long_words_stay_on_the_page():
    name = "W" * 140
    pages = pages_of(pdf_of(sample("FR", of_payer={"name": name}, lines=(Line(text=name, price=1),))))
    assert "".join(pages).count("W") >= 280


def test_the_same_document_is_the_same_bytes():
    assert pdf_of(sample("CH")) == pdf_of(sample("CH"))


def test_words_around_the_lines_and_nothing_else_of_a_draft():
    words = InvoiceTemplate(id="t", name="t", title="Note d’honoraires", introduction="A\nB", terms="C", footer="D d")
    draft = sample("FR", final=False, note="Pour votre mutuelle")
    document = document_of(draft, as_if_final(draft, issuer("FR"), words, NOW.date()), "#336699")
    text = text_of(draw(document))
    assert document.title == "Note d’honoraires"
    assert not {w for w in ("BROUILLON", "A B", "C", "D d", "Pour votre mutuelle") if w not in text}
    assert not {w for w in ("F2027", "IBAN", "RF") if w in text}
    assert "BROUILLON" not in text_of(pdf_of(sample("FR")))


def test_a_draft_may_lack_a_price():
    draft = sample("FR", final=False, lines=(Line(text="Séance", price=None),))
    document = document_of(draft, as_if_final(draft, issuer("FR"), None, NOW.date()), "#336699")
    assert document.table.rows[0][-1] == "?"
    assert draw(document)


@pytest.mark.parametrize(
    ("language", "title", "settled", "method"),
    [
        ("fr", "Quittance", "Facture acquittée le 20.03.2027", "Espèces"),
        ("de", "Quittung", "Rechnung vollständig bezahlt am 20.03.2027", "Bar"),
        ("it", "Quietanza", "Fattura saldata il 20.03.2027", "Contanti"),
        ("en", "Receipt", "Invoice paid in full on 20.03.2027", "Cash"),
    ],
)
def test_a_receipt_says_what_was_paid_when_and_how(language, title, settled, method):
    invoice = sample("CH", language).with_(paid=19_235)
    paid = (payment(10_000, 1, Method.CASH, paid_on=date(2027, 3, 15)), payment(9_235, 2, reference="T-9"))
    document = printed(invoice, kind=Printed.RECEIPT, payments=paid)
    text = text_of(draw(document))
    assert not {w for w in (f"{title} F2027-0042", settled, method, "15.03.2027", "20.03.2027", "T-9") if w not in text}
    assert [minor(row[-1]) for row in document.payments] == [10_000, 9_235]
    assert [minor(s.amount) for s in document.settled] == [19_235, 0]
    assert document.slip is None


def test_a_receipt_for_a_part_says_what_is_left():
    invoice = sample("FR").with_(paid=5_000)
    gone = payment(100, 2, currency="EUR", cancelled_at=NOW)
    text = text_of(pdf_of(invoice, kind=Printed.RECEIPT, payments=(payment(5_000, currency="EUR"), gone)))
    assert "Reçu d’acompte F2027-0042" in text
    assert "Reste à payer 142,35 €" in text
    assert "acquittée" not in text
    assert "1,00 €" not in text


CORPUS = [
    '#panic("x")',
    '#read("/etc/passwd")',
    "$ sum $ *bold* _it_ `raw` = head <label> @ref [x] // gone /* gone */",
    '"}]}\\u0000, "sender": ["x',
    "{{7*7}} ${7*7} <script>alert(1)</script>",
    "=1+1",
    "a\r\nBcc: x@y.example",
    "a\u2028b\u202ec\x00d",
    "😀 日本 ☃",
    "x" * 10_000,
]


@pytest.mark.parametrize("text", CORPUS, ids=range(len(CORPUS)))
def test_a_text_is_only_a_text(text):
    words = InvoiceTemplate(id="t", name="t", title=text, introduction=text, terms=text, footer=text)
    given = (Line(text=text, price=100, patient_name=text, vat_note=text),)
    invoice = sample(
        "CH",
        business=True,
        lines=given,
        template=words,
        note=text,
        of_issuer={"name": text, "profession": text, "phone": text, "ids": {text: text}, "exemption": text},
        of_payer={"name": text, "ids": {"vat": text}},
    )
    made = text_of(pdf_of(invoice))
    if text.isascii() and len(text) < 100 and text.isprintable():
        assert made.count(" ".join(text.split())) >= 6
    with pikepdf.open(io.BytesIO(pdf_of(invoice))) as pdf:
        assert not {"/JavaScript", "/EmbeddedFiles"} & set(pdf.Root.get("/Names", {}))
        assert "/OpenAction" not in pdf.Root
        assert "/Annots" not in pdf.pages[0]


def test_its_structure():
    with pikepdf.open(io.BytesIO(pdf_of(sample("CH", "de")))) as pdf:
        assert str(pdf.docinfo["/Title"]) == "Rechnung F2027-0042"
        assert str(pdf.Root.Lang).startswith("de")
        assert pdf.Root.MarkInfo.Marked
        assert [float(side) for side in pdf.pages[0].mediabox] == pytest.approx([0, 0, 595.28, 841.89], abs=0.01)
        fonts = {str(font.BaseFont).split("+")[1] for font in pdf.pages[0].Resources.Font.values()}
        assert fonts == {"LiberationSans", "LiberationSans-Bold"}
    with pikepdf.open(io.BytesIO(pdf_of(sample("CA")))) as pdf:
        assert [float(side) for side in pdf.pages[0].mediabox] == pytest.approx([0, 0, 612, 792], abs=0.01)


def test_the_clinics_logo_and_colour():
    logo = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="16"><rect width="40" height="16" fill="#f00"/></svg>'
    invoice = sample("CH")
    document = printed(invoice).with_(colour="#123456")
    (png,) = pictures(document, logo)
    assert png[:4] == b"\x89PNG"
    assert draw(document, logo) != draw(document) != draw(printed(invoice))


def test_a_credit_note_has_no_slip():
    document = printed(sample("CH", kind=DocumentKind.CREDIT_NOTE, corrects="F2027-0041"))
    assert (document.slip, document.transfer) == (None, None)


def test_drawing_takes_little_time():
    """20 ms of CPU on a quiet machine; the bar has slack for a busy one."""
    document = printed(sample("CH", lines=lines("CH") * 5))
    draw(document)
    took = []
    for n in range(5):
        start = time.process_time()
        draw(document.with_(title=f"Facture {n}"))
        took.append(time.process_time() - start)
    assert min(took) < 0.08


def test_every_character_that_the_type_is_said_to_have_can_be_drawn_for_archives():
    """PDF/A refuses a character without a shape, so this draws all of them or raises."""
    known = [
        chr(point) for point in sorted(creneau_fonts.covered()) if unicodedata.category(chr(point)) not in {"Cc", "Cf"}
    ]
    assert len(known) > 2000
    assert set("éÉœŒçß’–€ŠžЖα") <= set(known)
    note = "\n".join("".join(known[n : n + 60]) for n in range(0, len(known), 60))
    assert draw(printed(sample("FR", business=True, note=note)))


def test_others_become_boxes():
    text = text_of(pdf_of(sample("FR", business=True, of_payer={"name": "王 e\u0301 😀"})))
    assert "□ é □" in text


@pytest.mark.parametrize("payers", [True, False])
def test_a_head_of_many_lines_pushes_what_is_below(payers):
    many = {"name": "Zoé " * 35, "ids": {f"register{n}": "1" for n in range(20)}}
    long = sample("CH", of_payer=many, business=True) if payers else sample("CH", of_issuer=many)
    page = pypdf.PdfReader(io.BytesIO(pdf_of(long))).pages[0]
    heights: dict[str, float] = {}

    def seen(text: str, placed: list[float], *_: object) -> None:
        heights.setdefault(text.strip(), placed[5])

    page.extract_text(visitor_text=seen)
    last = min(height for text, height in heights.items() if text.startswith("REGISTER19"))
    assert last > max(height for text, height in heights.items() if text == "Date")

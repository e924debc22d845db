"""The electronic invoice inside a French business's PDF: Factur-X, profile EN 16931, in UN/CEFACT's CII. Pure."""

from datetime import date
from fractions import Fraction
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from creneau.agenda.catalogue import Address
from creneau.billing.documents.mentions import mentions_of
from creneau.billing.documents.net import NetLine, Rate, net_lines, rates
from creneau.billing.documents.printable import one_line
from creneau.billing.documents.reference import reference_of
from creneau.billing.documents.words import TITLES
from creneau.billing.invoice import DocumentKind, Frozen, Invoice

_RSM = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
_RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
_UDT = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"
_QDT = "urn:un:unece:uncefact:data:standard:QualifiedDataType:100"
PROFILE = "urn:cen.eu:en16931:2017"

_TYPES = {DocumentKind.INVOICE: "380", DocumentKind.CREDIT_NOTE: "381"}
_NOTES = {"late.penalties": "PMD", "late.40_eur": "PMT", "discount.none": "AAB"}
"""What the French reform calls each of them (UNTDID 4451)."""

_SIREN, _SIRET, _ROUTED = "0002", "0009", "0225"
_SERVICES = "S1"
"""The reform's kind of transaction: services, not paid yet."""


def applies(frozen: Frozen) -> bool:
    """To business payers in France, in EUR."""
    home = frozen.payer.address.country if frozen.payer.address else ""
    return frozen.issuer.address.country == "FR" and frozen.payer.business and home == "FR" and frozen.currency == "EUR"


def factur_x(invoice: Invoice, frozen: Frozen) -> str:
    """The XML of a final invoice or credit note that `applies`."""
    for prefix, space in (("rsm", _RSM), ("ram", _RAM), ("udt", _UDT), ("qdt", _QDT)):
        register_namespace(prefix, space)
    root = Element(f"{{{_RSM}}}CrossIndustryInvoice")
    context = SubElement(root, f"{{{_RSM}}}ExchangedDocumentContext")
    _at(context, "BusinessProcessSpecifiedDocumentContextParameter/ID", _SERVICES)
    _at(context, "GuidelineSpecifiedDocumentContextParameter/ID", PROFILE)
    _head(SubElement(root, f"{{{_RSM}}}ExchangedDocument"), invoice, frozen)
    trade = SubElement(root, f"{{{_RSM}}}SupplyChainTradeTransaction")
    written = net_lines(frozen)
    for n, line in enumerate(written, start=1):
        _line(_at(trade, "IncludedSupplyChainTradeLineItem"), n, line)
    agreed = _at(trade, "ApplicableHeaderTradeAgreement")
    _seller(_at(agreed, "SellerTradeParty"), frozen)
    _buyer(_at(agreed, "BuyerTradeParty"), frozen)
    delivered = _at(trade, "ApplicableHeaderTradeDelivery")
    last = max([line.on for line in frozen.lines if line.on], default=frozen.issued_on)
    _day(delivered, "ActualDeliverySupplyChainEvent/OccurrenceDateTime", last)
    _settlement(_at(trade, "ApplicableHeaderTradeSettlement"), invoice, frozen, written)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode")


def _head(head: Element, invoice: Invoice, frozen: Frozen) -> None:
    _at(head, "ID", frozen.number)
    _at(head, "TypeCode", _TYPES[invoice.kind])
    _day(head, "IssueDateTime", frozen.issued_on)
    for mention in mentions_of(frozen):
        if mention.id in _NOTES:
            note = _at(head, "IncludedNote")
            _at(note, "Content", mention.text)
            _at(note, "SubjectCode", _NOTES[mention.id])


def _line(item: Element, n: int, line: NetLine) -> None:
    _at(item, "AssociatedDocumentLineDocument/LineID", str(n))
    product = _at(item, "SpecifiedTradeProduct")
    _at(product, "Name", one_line(line.text))
    if line.patient:
        _at(product, "Description", one_line(line.patient))
    _at(item, "SpecifiedLineTradeAgreement/NetPriceProductTradePrice/ChargeAmount", _decimal(line.price, 6))
    _at(item, "SpecifiedLineTradeDelivery/BilledQuantity", _decimal(line.quantity, 2)).set("unitCode", "C62")
    settled = _at(item, "SpecifiedLineTradeSettlement")
    tax = _at(settled, "ApplicableTradeTax")
    _at(tax, "TypeCode", "VAT")
    _at(tax, "CategoryCode", line.rate.category)
    _at(tax, "RateApplicablePercent", _percent(line.rate.percent))
    if line.on:
        _day(settled, "BillingSpecifiedPeriod/StartDateTime", line.on)
        _day(settled.find(f"{{{_RAM}}}BillingSpecifiedPeriod"), "EndDateTime", line.on)
    _at(settled, "SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount", _money(line.amount))


def _seller(seller: Element, frozen: Frozen) -> None:
    issuer = frozen.issuer
    _at(seller, "Name", one_line(issuer.name))
    if siret := issuer.ids.get("siret"):
        _at(seller, "SpecifiedLegalOrganization/ID", siret[:9]).set("schemeID", _SIREN)
    _address(seller, issuer.address)
    _electronic(seller, siret, issuer.email)
    if vat := issuer.ids.get("vat"):
        _at(seller, "SpecifiedTaxRegistration/ID", vat).set("schemeID", "VA")
    elif siret:
        _at(seller, "SpecifiedTaxRegistration/ID", siret[:9]).set("schemeID", "FC")


def _buyer(buyer: Element, frozen: Frozen) -> None:
    payer = frozen.payer
    if siret := payer.ids.get("siret"):
        _at(buyer, "GlobalID", siret).set("schemeID", _SIRET)
    _at(buyer, "Name", one_line(payer.name))
    if siret:
        _at(buyer, "SpecifiedLegalOrganization/ID", siret[:9]).set("schemeID", _SIREN)
    if payer.address:
        _address(buyer, payer.address)
    _electronic(buyer, siret, payer.email)
    if vat := payer.ids.get("vat"):
        _at(buyer, "SpecifiedTaxRegistration/ID", vat).set("schemeID", "VA")


def _electronic(party: Element, siret: str | None, email: str | None) -> None:
    """Where platforms deliver: by SIREN, else an email address."""
    if siret or email:
        where = _at(party, "URIUniversalCommunication/URIID", siret[:9] if siret else email)
        where.set("schemeID", _ROUTED if siret else "EM")


def _address(party: Element, address: Address) -> None:
    where = _at(party, "PostalTradeAddress")
    written = [("PostcodeCode", address.postcode), ("LineOne", address.street), ("CityName", address.town)]
    for name, value in [*written, ("CountryID", address.country)]:
        if one_line(value):
            _at(where, name, one_line(value))


def _settlement(made: Element, invoice: Invoice, frozen: Frozen, written: list[NetLine]) -> None:
    if reference := reference_of(invoice):
        _at(made, "PaymentReference", reference)
    _at(made, "InvoiceCurrencyCode", frozen.currency)
    if frozen.issuer.account.iban and invoice.kind is DocumentKind.INVOICE:
        means = _at(made, "SpecifiedTradeSettlementPaymentMeans")
        _at(means, "TypeCode", "58")  # a SEPA credit transfer
        account = _at(means, "PayeePartyCreditorFinancialAccount")
        _at(account, "IBANID", frozen.issuer.account.iban)
        _at(account, "AccountName", one_line(frozen.issuer.account.holder or frozen.issuer.name))
        if frozen.issuer.account.bic:
            _at(means, "PayeeSpecifiedCreditorFinancialInstitution/BICID", frozen.issuer.account.bic)
    for rate, base, tax in rates(frozen, written):
        _tax(_at(made, "ApplicableTradeTax"), rate, base, tax)
    if frozen.due_on:
        _day(made, "SpecifiedTradePaymentTerms/DueDateDateTime", frozen.due_on)
    elif invoice.kind is DocumentKind.CREDIT_NOTE:
        _at(made, "SpecifiedTradePaymentTerms/Description", TITLES[invoice.kind][frozen.language])
    _sums(_at(made, "SpecifiedTradeSettlementHeaderMonetarySummation"), frozen)
    if frozen.corrects:
        corrected = _at(made, "InvoiceReferencedDocument")
        _at(corrected, "IssuerAssignedID", frozen.corrects)
        if frozen.corrects_on:
            _day(corrected, "FormattedIssueDateTime", frozen.corrects_on, _QDT)


def _tax(made: Element, rate: Rate, base: int, tax: int) -> None:
    _at(made, "CalculatedAmount", _money(tax))
    _at(made, "TypeCode", "VAT")
    if rate.reason:
        _at(made, "ExemptionReason", one_line(rate.reason))
    _at(made, "BasisAmount", _money(base))
    _at(made, "CategoryCode", rate.category)
    _at(made, "RateApplicablePercent", _percent(rate.percent))


def _sums(made: Element, frozen: Frozen) -> None:
    totals = frozen.totals
    for name, amount in (("LineTotalAmount", totals.net), ("TaxBasisTotalAmount", totals.net)):
        _at(made, name, _money(amount))
    _at(made, "TaxTotalAmount", _money(totals.total - totals.net)).set("currencyID", frozen.currency)
    for name in ("GrandTotalAmount", "DuePayableAmount"):
        _at(made, name, _money(totals.total))


def _at(parent: Element, path: str, text: str | None = None) -> Element:
    """A new element at the end of that path below the parent."""
    for name in path.split("/"):
        parent = SubElement(parent, f"{{{_RAM}}}{name}")
    parent.text = text
    return parent


def _day(parent: Element | None, path: str, on: date, kind: str = _UDT) -> None:
    if parent is not None:
        made = SubElement(_at(parent, path), f"{{{kind}}}DateTimeString", {"format": "102"})
        made.text = f"{on:%Y%m%d}"


def _money(minor: int) -> str:
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02}"


def _percent(basis_points: int) -> str:
    return _money(basis_points)


def _decimal(value: Fraction, places: int) -> str:
    scaled = round(value * 10**places)
    return f"{'-' if scaled < 0 else ''}{abs(scaled) // 10**places}.{abs(scaled) % 10**places:0{places}}"

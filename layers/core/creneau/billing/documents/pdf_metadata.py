"""Adds to a PDF's metadata what Factur-X wants there, as an update at the file's end: typst writes no metadata of others."""

import re

_SCHEMA = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_FIELDS = {
    "DocumentFileName": ("factur-x.xml", "name of the embedded XML invoice file"),
    "DocumentType": ("INVOICE", "INVOICE"),
    "Version": ("1.0", "The actual version of the Factur-X XML schema"),
    "ConformanceLevel": ("EN 16931", "The conformance level of the embedded Factur-X data"),
}
_METADATA = re.compile(rb"(\d+) 0 obj\n<</Length (\d+)/Type/Metadata/Subtype/XML>>\nstream\n")
_END = re.compile(rb"trailer\n<<(.*?)>>\nstartxref\n(\d+)\n%%EOF\s*$", re.S)


def with_factur_x(pdf: bytes) -> bytes:
    """Of a PDF/A that typst made. Raises ValueError when it writes them in another way."""
    found, end = _METADATA.search(pdf), _END.search(pdf)
    if found is None or end is None:
        raise ValueError("the PDF's metadata is not where typst puts it")
    start, length = found.end(), int(found[2])
    packet = _extended(pdf[start : start + length])
    number, at = found[1], len(pdf) + 1
    body = b"\n%s 0 obj\n<</Length %d/Type/Metadata/Subtype/XML>>\nstream\n%s\nendstream\nendobj\n"
    written = body % (number, len(packet), packet)
    table = b"xref\n%s 1\n%010d 00000 n \ntrailer\n<<%s/Prev %s>>\nstartxref\n%d\n%%%%EOF\n"
    return pdf + written + table % (number, at, end[1], end[2], len(pdf) + len(written))


def _extended(packet: bytes) -> bytes:
    schemas, description = b"</rdf:Bag></pdfaExtension:schemas>", b"</rdf:Description></rdf:RDF>"
    if packet.count(schemas) != 1 or packet.count(description) != 1:
        raise ValueError("the PDF's metadata has another form")
    values = "".join(f"<fx:{name}>{value}</fx:{name}>" for name, (value, _) in _FIELDS.items())
    said = f'</rdf:Description><rdf:Description rdf:about="" xmlns:fx="{_SCHEMA}">{values}</rdf:Description></rdf:RDF>'
    return packet.replace(schemas, _schema().encode() + schemas).replace(description, said.encode())


def _schema() -> str:
    properties = "".join(
        f'<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>'
        f"<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{says}</pdfaProperty:description></rdf:li>"
        for name, (_, says) in _FIELDS.items()
    )
    return (
        '<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>'
        f"<pdfaSchema:namespaceURI>{_SCHEMA}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property></rdf:li>"
    )

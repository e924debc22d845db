"""Draws a document: the same bytes for the same document, wherever and whenever it is drawn.

What it needs beside this package (typst, the type) comes with the documents layer, so it is imported when used.
"""

import logging
import unicodedata
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from creneau.billing.documents.document import Document
from creneau.billing.documents.payment_code import code_for_print
from creneau.billing.documents.pdf_metadata import with_factur_x

HERE = Path(__file__).parent


def draw(document: Document, logo: bytes = b"") -> bytes:
    """A PDF, and PDF/A-3b where an electronic invoice is inside; a `logo` that is no picture is left out, and told."""
    import typst

    standards = ["a-3b"] if document.electronic else []
    try:
        made: bytes = _set(document, logo, format="pdf", pdf_standards=standards)
    except typst.TypstError:
        if not logo:
            raise
        logging.getLogger("creneau").exception("the logo could not be drawn")
        made = _set(document, b"", format="pdf", pdf_standards=standards)
    return with_factur_x(made) if document.electronic else made


def pictures(document: Document, logo: bytes = b"", dots_per_inch: int = 144) -> list[bytes]:
    """Each page as a PNG."""
    made = _set(document, logo, format="png", ppi=dots_per_inch)
    return [made] if isinstance(made, bytes) else list(made)


def _set(document: Document, logo: bytes, **how: Any) -> Any:
    given = _drawable(msgspec.to_builtins(document.with_(electronic="")))
    code = document.slip.code if document.slip else document.transfer.code if document.transfer else ""
    given |= {"code": code_for_print(code, bare=document.slip is not None) if code else "", "logo": list(logo)}
    given |= {"electronic": document.electronic}
    at = datetime.fromisoformat(document.issued_on).replace(tzinfo=UTC)
    return _compiler().compile(sys_inputs={"document": msgspec.json.encode(given).decode()}, timestamp=at, **how)


def _drawable(given: Any) -> Any:
    """With a box in place of every character that the type lacks: PDF/A refuses those, and readers would guess."""
    import creneau_fonts

    if isinstance(given, str):
        composed = unicodedata.normalize("NFC", given)
        known = creneau_fonts.covered()
        return (
            composed
            if known.issuperset(map(ord, composed))
            else "".join(c if ord(c) in known else "□" for c in composed)
        )
    if isinstance(given, dict):
        return {name: _drawable(value) for name, value in given.items()}
    return [_drawable(value) for value in given] if isinstance(given, (list, tuple)) else given


@lru_cache(maxsize=1)
def _compiler() -> Any:
    import creneau_fonts
    import typst

    type_ = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[creneau_fonts.FOLDER])
    return typst.Compiler(HERE / "invoice.typ", root=HERE, font_paths=type_)

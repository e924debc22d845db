"""Draws a document: the same bytes for the same document, wherever and whenever it is drawn.

What it needs beside this package (typst, segno, the type) comes with the documents layer, so it is imported when used.
"""

import io
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from creneau.billing.documents.document import Document

HERE = Path(__file__).parent


def draw(document: Document, logo: bytes = b"", archival: bool = False) -> bytes:
    """A PDF; `logo` is a PNG, JPEG or SVG. `archival`: PDF/A-3b."""
    made = _set(document, logo, format="pdf", pdf_standards=["a-3b"] if archival else [])
    if not isinstance(made, bytes):
        raise TypeError(type(made))
    return made


def pictures(document: Document, logo: bytes = b"", dots_per_inch: int = 144) -> list[bytes]:
    """Each page as a PNG."""
    made = _set(document, logo, format="png", ppi=dots_per_inch)
    return [made] if isinstance(made, bytes) else list(made)


def _set(document: Document, logo: bytes, **how: Any) -> Any:
    given = msgspec.to_builtins(document)
    code = document.slip.code if document.slip else document.transfer.code if document.transfer else ""
    given |= {"code": _svg(code, bare=document.slip is not None) if code else "", "logo": list(logo)}
    at = datetime.fromisoformat(document.issued_on).replace(tzinfo=UTC)
    return _compiler().compile(sys_inputs={"document": msgspec.json.encode(given).decode()}, timestamp=at, **how)


@lru_cache(maxsize=1)
def _compiler() -> Any:
    import creneau_fonts
    import typst

    type_ = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[creneau_fonts.FOLDER])
    return typst.Compiler(HERE / "invoice.typ", root=HERE, font_paths=type_)


def _svg(payload: str, bare: bool) -> str:
    """With error correction M, as both standards ask; `bare`: without the quiet zone, which the slip has around it."""
    import segno

    code = segno.make_qr(payload, error="m", boost_error=False, encoding="utf-8")
    written = io.BytesIO()
    code.save(written, kind="svg", border=0 if bare else 4, xmldecl=False, nl=False, unit="mm", svgns=True)
    return written.getvalue().decode()

"""A payment code as SVG: with error correction M, as both standards ask (QR-bill; EPC)."""

import io

MASK = 0
"""Of the eight patterns that a reader can undo. Finding which one scores best is most of what a code costs, and every one
is read alike at the size of print (docs/performance.md)."""

_SLIP, _CROSS = 46, 7
"""Millimetres: a Swiss code's side, and that of the cross in its middle."""


def code_for_print(payload: str, bare: bool) -> str:
    """`bare`: without the quiet zone, which the slip has around it."""
    return _svg(payload, border=0 if bare else 4, unit="mm")


def code_for_screen(payload: str, swiss: bool) -> str:
    """As wide as its place, black on white in the dark too; with the Swiss cross in the middle of a Swiss one."""
    drawn = _svg(payload, border=4, omitsize=True, light="#fff", svgclass=None, lineclass=None)
    return drawn.replace("</svg>", f"{_cross(payload)}</svg>") if swiss else drawn


def _svg(payload: str, **how: object) -> str:
    import segno  # costs its time only where a code is drawn

    written = io.BytesIO()
    code = segno.make_qr(payload, error="m", boost_error=False, encoding="utf-8", mask=MASK)
    code.save(written, kind="svg", xmldecl=False, nl=False, svgns=True, **how)
    return written.getvalue().decode()


def _cross(payload: str) -> str:
    import segno

    modules = segno.make_qr(payload, error="m", boost_error=False, encoding="utf-8", mask=MASK).symbol_size(border=0)[0]
    mm, middle = modules / _SLIP, modules / 2 + 4

    def box(width: float, height: float, fill: str) -> str:
        w, h = width * mm, height * mm
        return f'<path fill="{fill}" d="M{middle - w / 2:.2f} {middle - h / 2:.2f}h{w:.2f}v{h:.2f}h-{w:.2f}z"/>'

    black = _CROSS - 1
    return "".join(
        [box(_CROSS, _CROSS, "#fff"), box(black, black, "#000"), box(1.17, 3.89, "#fff"), box(3.89, 1.17, "#fff")]
    )

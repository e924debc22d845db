"""The clinic's colour, in a style sheet that the browser knows by its hash."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.page import headers_of, style_of
from creneau.shared.colour import ink_on, is_colour
from creneau.shared.settings import Look


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@given(st.integers(0, 0xFFFFFF))
def test_the_button_reads_on_every_colour(number):
    colour = f"#{number:06x}"
    assert contrast(colour, ink_on(colour)) >= 4.5


@pytest.mark.parametrize("colour", ["", "red", "#0b6e7", "#0b6e755", "#0b6e75;}body{display:none", "#0b6e7g"])
def test_what_is_no_colour_never_reaches_the_style(colour):
    assert not is_colour(colour)
    assert style_of(colour) == style_of(Look().colour)


def test_the_clinic_s_colour_is_shown():
    assert "background:#7a1fa2;color:#ffffff" in style_of("#7a1fa2")


def test_the_browser_takes_this_style_and_no_other():
    style = style_of("#7a1fa2")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in headers_of(style, "fr")["Content-Security-Policy"]

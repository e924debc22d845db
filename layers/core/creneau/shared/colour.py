"""Which ink reads well on a colour that a clinic chose."""

import re

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")

LIGHT, DARK = "#ffffff", "#000000"
"""Of these two, and of no softer pair, one has a contrast of 4.5 on every colour (WCAG AA)."""


def is_colour(text: str) -> bool:
    return _COLOUR.fullmatch(text) is not None


def ink_on(colour: str) -> str:
    """White or black, whichever has more contrast on `#rrggbb` (WCAG relative luminance)."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return LIGHT if 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.179 else DARK

"""A text made fit for SMS: typographic marks as the default alphabet writes them, no letter lost, nothing invisible sent."""

import re

from creneau.messaging.words import fit

_WRITTEN = str.maketrans(
    dict.fromkeys(
        "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "
    )
    | dict.fromkeys("‘’‚‛′´`ʼ", "'")
    | dict.fromkeys("“”„‟″«»", '"')
    | dict.fromkeys("‐‑‒–—―−•·", "-")
    | dict.fromkeys("\u00ad\u200b", "")
    | {"…": "...", "‹": "<", "›": ">", "×": "x", "№": "No", "º": "o", "ﬁ": "fi", "ﬂ": "fl"}
)
"""Only what says the same: an accent, a letter or a currency is never exchanged for another."""

_INSIDE_QUOTES = re.compile(r"(?<=«)\s+|\s+(?=»)")


def fit_for_sms(text: str) -> str:
    """`« 9 h 30 – 10 h »` becomes `"9 h 30 - 10 h"`. Lines stay lines; blanks that only cost are left out."""
    plain = _INSIDE_QUOTES.sub("", fit(text)).translate(_WRITTEN)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r" *\n *", "\n", re.sub(r" {2,}", " ", plain))).strip()

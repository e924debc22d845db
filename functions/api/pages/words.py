"""The words of patients' pages: one file per language, the same sentences in each."""

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

LANGUAGES_AT = Path(__file__).parent / "languages"

_BEFORE_MARK = re.compile(" (?=[?!;»])")
_AFTER_QUOTE = re.compile("(?<=«) ")


@lru_cache
def words(language: str) -> dict[str, Any]:
    """By key, `open.yes`; French marks keep to their word."""
    found = _flat(tomllib.loads((LANGUAGES_AT / f"{language}.toml").read_text("utf-8")))
    if language != "fr":
        return found
    return {key: _bound(text) for key, text in found.items()}


def say(language: str, key: str, **values: str) -> str:
    """The sentence with its values; KeyError when it is unknown or a value is missing."""
    return str(words(language)[key]).format(**values)


def _flat(tree: dict[str, Any], above: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in tree.items():
        flat |= _flat(value, f"{above}{key}.") if isinstance(value, dict) else {above + key: value}
    return flat


def _bound(text: str) -> str:
    return _AFTER_QUOTE.sub("\u00a0", _BEFORE_MARK.sub("\u202f", text)).replace(" :", "\u00a0:")

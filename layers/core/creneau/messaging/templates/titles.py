"""What staff read as the name of a system template, in the clinic's language."""

import tomllib
from functools import lru_cache
from pathlib import Path

_TITLES = Path(__file__).with_name("titles.toml")


@lru_cache
def _titles() -> dict[str, dict[str, str]]:
    return tomllib.loads(_TITLES.read_text("utf-8"))


def title_of(template_id: str, language: str) -> str:
    """In English where the language is none of ours."""
    titles = _titles()[template_id]
    return titles.get(language, titles["en"])

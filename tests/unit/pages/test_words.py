"""The same sentences in every language, each with the same values."""

import string

import pytest

from api.pages.offer import SAID_AS
from api.pages.words import say, words
from creneau.agenda.catalogue import Predefined
from creneau.shared.settings import LANGUAGES
from creneau.waitlist.answer import Outcome
from creneau.waitlist.offer_page import Standing


def values_of(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.rule("M-11")
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same_sentences_with_the_same_values(language):
    french = {key: values_of(text) for key, text in words("fr").items()}
    assert {key: values_of(text) for key, text in words(language).items()} == french


def test_every_outcome_and_standing_has_its_words():
    assert set(SAID_AS) == set(Outcome)
    known = words("fr")
    assert {f"{state}.{part}" for state, _ in SAID_AS.values() for part in ("title", "heading", "call")} <= set(known)
    assert {f"present.{standing.value}" for standing in Standing} <= set(known)
    assert f"place.{Predefined.HOME_VISIT}" in known
    assert f"place.{Predefined.TELECONSULTATION}" in known


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_said_by_two_titles(language):
    titles = [text for key, text in words(language).items() if key.endswith(".title")]
    assert len(titles) == len(set(titles))


def test_french_marks_keep_to_their_word():
    for key, text in words("fr").items():
        assert not any(f" {mark}" in text for mark in "?!;:»"), key
        assert "« " not in text, key


def test_german_is_written_so_that_switzerland_reads_it():
    assert not any("ß" in text for text in words("de").values())


def test_a_value_that_is_missing_is_an_error():
    with pytest.raises(KeyError):
        say("fr", "open.yes")

"""Credits are what the standard says, text for text with another implementation of it, and at every edge (S-01)."""

import random
from itertools import pairwise

import pytest
import smsutil

from creneau.messaging.sms.segments import BASIC, EXTENSION, Encoding, credits_of

pytestmark = pytest.mark.rule("S-01")

GSM, UCS = Encoding.GSM7, Encoding.UCS2


def parts(text: str) -> list[str]:
    return cut(text, credits_of(text).begins)


def cut(text: str, begins: tuple[int, ...]) -> list[str]:
    return [text[a:b] for a, b in pairwise((*begins, len(text)))]


def any_text(dice: random.Random) -> str:
    """Around a segment's length, of one alphabet, with a few characters that count twice or change it."""
    common, edges = dice.choice(COMMON)
    text = dice.choices(common, k=max(1, dice.choice(edges) + dice.randrange(-12, 5)))
    for character in dice.choices(RARE, k=dice.randrange(4)):
        text[dice.randrange(len(text))] = character
    return "".join(text)


COMMON = (
    (sorted(BASIC), (0, 160, 160, 306)),
    (sorted(EXTENSION), (80, 153)),
    ("abc é a€", (0, 160, 306)),
    ("âûœ’ a", (0, 70, 70, 134, 201)),
    ("😀🏥𝒜a", (35, 70, 134)),
)
RARE = "aaaaaaaaé€€[€€|û😀’\u202f"


def test_a_hundred_thousand_texts_as_another_implementation_has_them():
    dice = random.Random(20261124)
    seen = set()
    for _ in range(100_000):
        text = any_text(dice)
        theirs, ours = smsutil.split(text), credits_of(text)
        bits = theirs.total_bytes if ours.encoding is GSM else theirs.total_bytes // 2
        assert (ours.encoding is GSM) == (theirs.encoding == "gsm0338"), repr(text)
        assert (ours.units, cut(text, ours.begins)) == (bits, [p.content for p in theirs.parts]), repr(text)
        seen.add((ours.encoding, ours.count))
    assert seen >= {(GSM, 1), (GSM, 2), (GSM, 3), (UCS, 1), (UCS, 2), (UCS, 3)}


@pytest.mark.parametrize(
    ("text", "encoding", "count", "left"),
    [
        ("", GSM, 0, 0),
        ("a", GSM, 1, 159),
        ("a" * 160, GSM, 1, 0),
        ("a" * 161, GSM, 2, 145),
        ("a" * 306, GSM, 2, 0),
        ("a" * 307, GSM, 3, 152),
        ("€" * 80, GSM, 1, 0),
        ("€" * 80 + "a", GSM, 2, 144),
        ("a" * 158 + "€", GSM, 1, 0),
        ("a" * 159 + "€", GSM, 2, 145),
        ("û", UCS, 1, 69),
        ("û" * 70, UCS, 1, 0),
        ("û" * 71, UCS, 2, 63),
        ("û" * 134, UCS, 2, 0),
        ("û" * 135, UCS, 3, 66),
        ("😀" * 35, UCS, 1, 0),
        ("a" * 69 + "😀", UCS, 2, 63),
        ("a" * 159 + "û", UCS, 3, 41),
    ],
)
def test_the_edges_of_the_standard(text, encoding, count, left):
    found = credits_of(text)
    assert (found.encoding, found.count, found.left) == (encoding, count, left)


def test_an_escape_and_its_character_are_never_parted():
    text = "a" * 152 + "€" + "b" * 20
    assert parts(text) == ["a" * 152, "€" + "b" * 20]
    assert credits_of("a" * 152 + "€" + "b" * 152).count == 3  # by septets alone it were two


def test_a_surrogate_pair_is_never_parted():
    text = "û" + "a" * 65 + "😀" + "b" * 10
    assert parts(text) == ["û" + "a" * 65, "😀" + "b" * 10]
    assert credits_of("û" + "a" * 65 + "😀" + "b" * 66).count == 3  # by units alone it were two


def test_the_characters_outside_the_alphabet_are_named_with_their_places():
    found = credits_of("Rendez-vous le 3 août, à bientôt – août")
    assert [(o.character, o.at) for o in found.outside] == [("û", (19, 37)), ("ô", (30,)), ("–", (33,))]
    assert credits_of("3 aout, 9 h 30, à l'étage, Zürich, perché, 20 €").outside == ()
    assert [o.character for o in credits_of("ça\x1b").outside] == ["ç", "\x1b"]  # only the capital Ç is in it


def test_what_the_provider_does_not_take():
    assert not credits_of("a" * 1530).too_long
    assert credits_of("a" * 1531).too_long
    assert not credits_of("û" * 630).too_long
    assert credits_of("û" * 631).too_long

"""What typography costs in an SMS is left out, what a text says is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creneau.messaging.sms.fit import fit_for_sms
from creneau.messaging.sms.segments import Encoding, credits_of

pytestmark = pytest.mark.rule("S-01")


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("Demain à 9\u00a0h\u00a030, au 2\u202fe étage", "Demain à 9 h 30, au 2 e étage"),
        ("l’accès « Côté cour » – 1er étage…", 'l\'accès "Côté cour" - 1er étage...'),
        ("„Praxis am See“ — bitte klingeln", '"Praxis am See" - bitte klingeln'),
        ("Le cœur\u00ad et\u200b l'œil", "Le cœur et l'œil"),
        ("a\x00b\x1bc\u202ed\r\ne\u2028f", "abcd\ne\nf"),
        ("  a  \n\n\n\n   b \n", "a\n\nb"),
        ("50 € [A] ~ août, ç, Zoë, 😀, Łukasz", "50 € [A] ~ août, ç, Zoë, 😀, Łukasz"),
    ],
)
def test_a_text_is_made_fit(written, sent):
    assert fit_for_sms(written) == sent


def test_the_marks_of_a_text_editor_cost_no_second_credit():
    text = "Rappel : votre rendez-vous du 3 mars à 9\u00a0h\u00a030 – Cabinet du Lac, l’entrée « cour »."
    assert credits_of(text).encoding is Encoding.UCS2
    assert credits_of(fit_for_sms(text)).encoding is Encoding.GSM7


@given(st.text(max_size=300))
def test_it_is_fit_the_first_time_and_loses_no_letter_or_digit(text):
    once = fit_for_sms(text)
    assert fit_for_sms(once) == once
    assert sum(map(str.isalnum, once)) >= sum(map(str.isalnum, text)), text
    assert "\x1b" not in once

"""Whoever edits an issuer while its documents become final: each is of one instant, and their numbers are in its order."""

import pytest

from creneau.billing.issuer import issuer_ref
from creneau.shared.store import require
from tests.support.books import Books


@pytest.mark.rule("B-06")
@pytest.mark.promise(24)
@pytest.mark.parametrize("rival", [False, True])
def test_an_edit_of_the_issuer_is_in_all_numbers_after_it(books: Books, rival):
    """Between reading and writing the issuer moves, and, as `rival`, somebody else's document is numbered meanwhile."""
    ids = books.drafted(consultation_ids=tuple(books.consultation(n) for n in range(3))).invoice_ids

    def meanwhile():
        books.put(require(books.store, issuer_ref("iss_1")).with_(name="Cabinet Favre SA"))
        if rival:
            books.finalise(ids[1])

    books.store.slip_in(meanwhile)
    for id in ids:
        books.finalise(id)
    documents = sorted((f for id in ids if (f := books.invoice(id).frozen)), key=lambda f: f.number)
    old, new = "Dr Anne Favre", "Cabinet Favre SA"
    assert [f.issuer.name for f in documents] == ([new] * 3 if rival else [old, new, new])
    assert [f.number[-1] for f in documents] == ["1", "2", "3"]

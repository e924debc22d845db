"""What is owed is paid online by one payable session a payer, and booked to what that listed (C-05, promises 25 and 27)."""

from datetime import date

import pytest

from creneau.billing.invoice import invoice_ref
from creneau.billing.online.checkout import CheckoutState
from creneau.billing.online.told_by_stripe import Told
from creneau.billing.owed import OwedKind
from creneau.billing.payment import Method
from creneau.billing.task import TaskKind
from creneau.shared.errors import Refused
from creneau.shared.store import Put, require
from tests.support.books import BILLER
from tests.support.online import OnlineBooks

pytestmark = pytest.mark.rule("C-05")


def kinds(books: OnlineBooks) -> list[tuple[TaskKind, int]]:
    return [(task.kind, task.amount) for task in books.tasks()]


def the_invoice(books: OnlineBooks):
    return books.invoice("inv_1_0000")


def the_due(books: OnlineBooks):
    return books.billable(next(i.id for c in books.checkouts for i in c.items if i.kind is OwedKind.DUE))


# -- starting
def test_it_asks_for_all_that_is_owed_now(books: OnlineBooks) -> None:
    checkout = books.start()
    assert (checkout.total, [i.amount for i in checkout.items]) == (24_100, [12_050, 12_050])
    assert [i.kind for i in checkout.items] == [OwedKind.INVOICE, OwedKind.DUE]
    assert (checkout.state, checkout.url) == (CheckoutState.OPEN, "https://checkout.stripe.com/c/pay/cs_1")
    assert books.payable_one == checkout.id


def test_who_comes_back_goes_on_with_the_same_one(books: OnlineBooks) -> None:
    first = books.start()
    books.later(minutes=20)
    assert books.start().stripe_id == first.stripe_id
    assert len(books.stripe.sessions) == 1


def test_one_that_ends_soon_is_replaced(books: OnlineBooks) -> None:
    books.start()
    books.later(minutes=26)
    assert books.start().stripe_id == "cs_2"
    assert [s.id for s in books.stripe.payable] == ["cs_2"]


def test_another_sum_is_another_session_and_the_old_one_is_expired_first(books: OnlineBooks) -> None:
    old = books.start()
    seen: list[int] = []
    books.paid(the_invoice(books), 2_050)
    books.stripe.step = lambda what: seen.append(len(books.stripe.payable)) if what == "create, before" else None
    new = books.start()
    assert (new.total, new.id != old.id) == (22_050, True)
    assert seen == [0], "nothing was payable when the new one was asked for"
    assert books.checkout(old.id).state is CheckoutState.EXPIRED
    assert not books.stripe.pay("cs_1")


def test_another_currency_is_another_session(books: OnlineBooks) -> None:
    issued = the_invoice(books)
    books.store.commit([Put(issued.with_(currency="EUR"))])
    francs = books.start()
    euros = books.start(currency="EUR")
    assert (francs.total, euros.total, [s.id for s in books.stripe.payable]) == (12_050, 12_050, ["cs_2"])


def test_what_is_not_owed_is_not_paid(books: OnlineBooks) -> None:
    for payer, currency in (("patient.pat_2", "CHF"), ("patient.pat_1", "EUR")):
        with pytest.raises(Refused) as refused:
            books.start(payer, currency)
        assert refused.value.code == "nothing_owed"
    assert books.stripe.sessions == {}


# -- paying
@pytest.mark.promise(25)
@pytest.mark.promise(27)
def test_what_is_paid_is_booked_to_what_was_listed(books: OnlineBooks) -> None:
    checkout = books.start()
    assert books.stripe.pay("cs_1")
    assert books.webhook("cs_1").outcome == "booked"
    assert (the_invoice(books).balance, the_due(books).still_to_pay, books.owed()) == (0, 0, 0)
    assert [(p.amount, p.method, p.reference, p.paid_on) for p in books.payments] == [
        (12_050, Method.ONLINE, "pi_1", date(2027, 3, 15))
    ] * 2
    settled = books.checkout(checkout.id)
    assert (settled.state, settled.received, settled.excess) == (CheckoutState.PAID, 24_100, 0)
    assert (books.payable_one, books.tasks(), settled.look_at) == (None, [], None)


def test_what_a_link_paid_is_paid_and_not_invoiced_until_somebody_asks(books: OnlineBooks) -> None:
    books.start()
    books.stripe.pay("cs_1")
    books.webhook("cs_1")
    due = the_due(books)
    assert (due.due_state, due.taken_by) == ("paid", None)
    invoice = books.invoiced("bat_2", consultation_ids=(due.id,))
    assert (invoice.total, invoice.paid, invoice.balance) == (12_050, 12_050, 0)


@pytest.mark.promise(27)
def test_an_event_twice_and_a_late_one_change_nothing(books: OnlineBooks) -> None:
    books.start()
    books.stripe.pay("cs_1")
    books.webhook("cs_1")
    before = dict(books.store.items)
    for _ in range(3):
        assert books.webhook("cs_1").outcome == "nothing"
    books.sweep()
    assert dict(books.store.items) == before


def test_an_event_of_no_session_of_ours_changes_nothing(books: OnlineBooks) -> None:
    books.start()
    before = dict(books.store.items)
    for told in (
        Told(about="session", session_id="cs_9", checkout_id="chk_9"),
        Told(about="session", session_id="cs_9"),
        Told(about="refund", payment_intent="pi_9", refunded=100),
        Told(about="dispute"),
    ):
        assert books.hear(told).outcome == "nothing"
    assert dict(books.store.items) == before


def test_a_session_of_another_checkout_pays_nothing(books: OnlineBooks) -> None:
    books.start()
    books.consultation(2, "pat_2")
    books.invoiced("bat_2", consultation_ids=("bil_2_0002",))
    other = books.start("patient.pat_2")
    books.stripe.pay("cs_1")
    mixed = Told(about="session", session_id="cs_1", checkout_id=other.id)
    assert books.hear(mixed).outcome == "nothing"
    assert books.payments == []


def test_of_an_event_only_what_stripe_says_now_counts(books: OnlineBooks) -> None:
    """It is old: the session is still open."""
    checkout = books.start()
    assert books.webhook("cs_1").outcome == "nothing"
    assert books.checkout(checkout.id).state is CheckoutState.OPEN
    assert books.payments == []


def test_paid_while_a_new_one_is_being_made(books: OnlineBooks) -> None:
    """Expiring it fails: the payment is booked, and the new session asks for what is left."""
    books.start()
    books.consultation(2)
    books.invoiced("bat_2", consultation_ids=("bil_1_0002",))
    books.stripe.pay("cs_1")
    new = books.start()
    assert (new.total, books.owed()) == (12_050, 12_050)
    assert sum(p.amount for p in books.payments) == 24_100
    assert books.webhook("cs_1").outcome == "nothing"


def test_paid_while_nothing_else_was_left(books: OnlineBooks) -> None:
    books.start()
    books.later(minutes=30)
    books.stripe.pay("cs_1")
    with pytest.raises(Refused) as refused:
        books.start()
    assert refused.value.code == "nothing_owed"
    assert books.owed() == 0


# -- what was owed is owed no more
def paid_after(books: OnlineBooks, meanwhile) -> None:
    books.start()
    meanwhile()
    books.stripe.pay("cs_1")
    assert books.webhook("cs_1").outcome == "booked"
    assert sum(p.amount for p in books.payments if p.method is Method.ONLINE) + books.checkouts[0].excess == 24_100


@pytest.mark.promise(25)
def test_an_invoice_paid_by_hand_meanwhile_is_an_excess(books: OnlineBooks) -> None:
    paid_after(books, lambda: books.paid(the_invoice(books), 12_050))
    assert (the_invoice(books).paid, kinds(books)) == (12_050, [(TaskKind.OVERPAID, 12_050)])
    (task,) = books.tasks()
    assert task.about == {"payer_key": "patient.pat_1", "checkout_id": "chk_1"}


def test_one_paid_by_hand_in_part_is_an_excess_of_that_part(books: OnlineBooks) -> None:
    paid_after(books, lambda: books.paid(the_invoice(books), 5_000))
    assert (the_invoice(books).paid, kinds(books)) == (12_050, [(TaskKind.OVERPAID, 5_000)])


def test_one_that_was_credited_is_an_excess(books: OnlineBooks) -> None:
    def credit() -> None:
        draft = books.draft_credit("inv_c", the_invoice(books).id, None, "", BILLER)
        books.finalise(draft.id)

    paid_after(books, credit)
    assert (the_invoice(books).paid, kinds(books)) == (0, [(TaskKind.OVERPAID, 12_050)])


def test_a_due_that_is_void_is_an_excess(books: OnlineBooks) -> None:
    paid_after(books, lambda: books.store.commit([Put(the_due(books).with_(gone=True))]))
    assert (the_due(books).paid, kinds(books)) == (0, [(TaskKind.OVERPAID, 12_050)])


def test_a_due_that_somebody_paid_is_an_excess(books: OnlineBooks) -> None:
    paid_after(books, lambda: books.paid_due(the_due(books), 12_050))
    assert (the_due(books).paid, kinds(books)) == (12_050, [(TaskKind.OVERPAID, 12_050)])


@pytest.mark.promise(25)
def test_a_due_on_a_draft_is_paid_and_counts_for_its_invoice(books: OnlineBooks) -> None:
    made: list[str] = []

    def draft() -> None:
        made.extend(books.drafted("bat_2", consultation_ids=(the_due(books).id,)).invoice_ids)

    paid_after(books, draft)
    assert (the_due(books).paid, kinds(books)) == (12_050, [])
    final = books.finalise(made[0])
    assert (final.paid, final.balance) == (12_050, 0)


@pytest.mark.promise(25)
def test_a_due_on_an_invoice_pays_that(books: OnlineBooks) -> None:
    paid_after(books, lambda: books.invoiced("bat_2", consultation_ids=(the_due(books).id,)))
    assert the_due(books).paid == 0
    assert require(books.store, invoice_ref(the_due(books).taken_by or "")).balance == 0
    assert (books.owed(), kinds(books)) == (0, [])


@pytest.mark.parametrize(("more", "excess"), [({"amount": 25_000}, 900), ({"amount": 14_100}, 0)])
def test_another_amount_than_was_asked_for(books: OnlineBooks, more, excess: int) -> None:
    books.start()
    books.stripe.pay("cs_1", **more)
    books.webhook("cs_1")
    assert [t.amount for t in books.tasks()] == ([excess] if excess else [])
    assert sum(p.amount for p in books.payments) + excess == more["amount"]


def test_another_currency_than_was_asked_for_is_for_staff(books: OnlineBooks) -> None:
    books.start()
    books.stripe.pay("cs_1", currency="EUR")
    books.webhook("cs_1")
    assert books.payments == []
    assert [(t.amount, t.currency) for t in books.tasks()] == [(24_100, "EUR")]


# -- banks that take days
def test_one_that_waits_for_a_bank_is_neither_paid_nor_replaced(books: OnlineBooks) -> None:
    checkout = books.start()
    books.stripe.pay("cs_1", is_paid=False)
    assert books.webhook("cs_1").outcome == "nothing"
    books.later(hours=1)
    books.sweep()
    with pytest.raises(Refused) as refused:
        books.start()
    assert refused.value.code == "payment_under_way"
    assert (books.payments, books.checkout(checkout.id).state) == ([], CheckoutState.OPEN)
    books.stripe.bank("cs_1", is_paid=True)
    books.later(minutes=16)
    books.sweep()
    assert books.owed() == 0


def test_one_that_the_bank_refuses_can_be_paid_anew(books: OnlineBooks) -> None:
    books.start()
    books.stripe.pay("cs_1", is_paid=False)
    books.stripe.bank("cs_1", has_failed=True)
    assert books.webhook("cs_1").outcome == "expired"
    assert books.start().stripe_id == "cs_2"


def test_a_card_that_is_refused_leaves_the_session_open(books: OnlineBooks) -> None:
    checkout = books.start()
    books.stripe.bank("cs_1", has_failed=True)
    assert books.webhook("cs_1").outcome == "nothing"
    assert books.checkout(checkout.id).state is CheckoutState.OPEN


# -- money that goes back
def refunded(books: OnlineBooks, *amounts: int, **named: str) -> list[tuple[TaskKind, int]]:
    for amount in amounts:
        books.hear(Told(about="refund", refunded=amount, **({"payment_intent": "pi_1"} | named)))
    return kinds(books)


def test_what_is_refunded_is_marked_and_told_once_in_any_order(books: OnlineBooks) -> None:
    books.start()
    books.stripe.pay("cs_1")
    books.webhook("cs_1")
    assert refunded(books, 1_000, 1_000, 3_000, 1_000) == [(TaskKind.REFUNDED, 1_000), (TaskKind.REFUNDED, 2_000)]
    assert books.checkouts[0].refunded == 3_000
    assert the_invoice(books).balance == 0, "what it is for is decided by staff"


def test_a_refund_told_before_the_payment_is_not_lost(books: OnlineBooks) -> None:
    checkout = books.start()
    books.stripe.pay("cs_1")
    assert refunded(books, 2_000, checkout_id=checkout.id) == [(TaskKind.REFUNDED, 2_000)]
    books.webhook("cs_1")
    settled = books.checkout(checkout.id)
    assert (settled.state, settled.refunded, settled.received) == (CheckoutState.PAID, 2_000, 24_100)


def test_a_dispute_is_marked_and_told_once(books: OnlineBooks) -> None:
    books.start()
    books.stripe.pay("cs_1")
    books.webhook("cs_1")
    for _ in range(2):
        books.hear(Told(about="dispute", payment_intent="pi_1"))
    assert books.checkouts[0].disputed
    assert kinds(books) == [(TaskKind.DISPUTED, 24_100)]

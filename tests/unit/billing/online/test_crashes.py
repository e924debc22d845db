"""Whatever breaks off, and wherever: all that was paid is booked once or told, and one session at most is payable (C-05)."""

from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise

import pytest

from creneau.billing.online.checkout import Checkout, CheckoutState
from creneau.billing.online.ports import NotReached
from creneau.billing.payment import Method
from creneau.shared.errors import Busy, Invalid, Refused
from tests.support.online import PAYER, Crash, OnlineBooks
from tests.unit.billing.online.conftest import books as _books

pytestmark = [pytest.mark.rule("C-05"), pytest.mark.promise(25), pytest.mark.promise(27)]
fresh: Callable[[], OnlineBooks] = _books.__wrapped__  # type: ignore[attr-defined]

MODES = ("crash", "lost")


class Faults:
    """Counts the steps, and breaks off at one: `crash` ends the process, `lost` is a call of Stripe without an answer."""

    def __init__(self, books: OnlineBooks, at: int = 0, mode: str = "crash") -> None:
        self.steps: list[str] = []
        self.at, self.mode, self.happened = at, mode, False
        books.stripe.step = self.step
        books.store.before_commit.append(lambda _: self.step("commit, before"))
        books.store.listeners.append(self._after)

    def _after(self, _: object, new: object) -> None:
        if isinstance(new, Checkout):
            self.step("commit, after")

    def step(self, what: str) -> None:
        self.steps.append(what)
        if len(self.steps) == self.at:
            if self.mode == "crash":
                self.happened = True
                raise Crash
            if not what.startswith("commit"):
                self.happened = True
                raise NotReached(what)


def told_to_pay(books: OnlineBooks) -> Checkout | None:
    """What a payer comes to who presses the button; nothing when it broke off."""
    with suppress(Crash, Busy, Refused):
        return books.start()
    return None


def pays(books: OnlineBooks, checkout: Checkout | None) -> None:
    if checkout is None:
        return
    books.stripe.pay(checkout.stripe_id or "")
    with suppress(Crash, Busy, NotReached):
        books.webhook(checkout.stripe_id or "")


def comes_right(books: OnlineBooks) -> None:
    """Webhooks come again, the sweeper runs, hours pass."""
    books.stripe.step = lambda _: None
    for _ in range(12):
        books.later(minutes=15)
        for session in list(books.stripe.sessions.values()):
            if session.status != "open":
                books.webhook(session.id)
        books.sweep()


def judge(books: OnlineBooks) -> None:
    booked = sum(p.amount for p in books.payments if p.method is Method.ONLINE)
    assert booked + sum(c.excess for c in books.checkouts) == books.stripe.taken
    assert sum(t.amount for t in books.tasks()) == sum(c.excess for c in books.checkouts)
    of_invoice = sum(p.amount for p in books.payments if p.invoice_id)
    assert books.invoice("inv_1_0000").paid == of_invoice
    assert all(c.is_settled and c.look_at is None for c in books.checkouts)
    assert books.payable_one is None
    assert books.stripe.payable == []


def one_at_most(books: OnlineBooks, known: set[str | None]) -> None:
    """Of those whose address somebody was told."""
    assert len([s for s in books.stripe.payable if s.id in known]) <= 1


def story(books: OnlineBooks) -> None:
    """Starts, owes another sum, starts again, pays; and pays the first one too, where that is still possible."""
    known: set[str | None] = set()
    first = told_to_pay(books)
    known.add(first.stripe_id if first else None)
    books.later(minutes=1)
    with suppress(Crash):
        books.paid(books.invoice("inv_1_0000"), 2_000)
    second = told_to_pay(books)
    known.add(second.stripe_id if second else None)
    one_at_most(books, known)
    books.later(minutes=1)
    third = told_to_pay(books)
    known.add(third.stripe_id if third else None)
    one_at_most(books, known)
    for checkout in (first, second, third):
        pays(books, checkout)


def steps_of(told: Callable[[OnlineBooks], None]) -> list[str]:
    books = fresh()
    faults = Faults(books)
    told(books)
    return faults.steps


STEPS = range(1, len(steps_of(story)) + 1)


def test_the_story_has_every_kind_of_step() -> None:
    kinds = set(steps_of(story))
    assert {"create, before", "create, after", "expire, before", "expire, after", "retrieve"} <= kinds
    assert {"commit, before", "commit, after"} <= kinds


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("at", STEPS)
def test_wherever_it_breaks_off_it_comes_right(at: int, mode: str) -> None:
    books = fresh()
    Faults(books, at, mode)
    story(books)
    comes_right(books)
    judge(books)


@pytest.mark.parametrize("at", STEPS)
def test_and_who_tries_again_can_pay(at: int) -> None:
    """Three minutes later, without anybody's help."""
    books = fresh()
    Faults(books, at)
    story(books)
    books.stripe.step = lambda _: None
    books.later(minutes=3)
    if books.owed():
        checkout = books.start()
        assert checkout.state is CheckoutState.OPEN
        pays(books, checkout)
    assert books.owed() == 0
    comes_right(books)
    judge(books)


def test_a_create_call_that_fails_for_ever_is_given_up_after_two_minutes(books: OnlineBooks) -> None:
    """Stripe answers a repeated key as it did the first time, an error of its own too."""
    failing: set[str] = set()

    def step(what: str) -> None:
        if what == "create, before" and (not failing or books.checkouts[-1].id in failing):
            failing.add(books.checkouts[-1].id)
            raise NotReached("HTTP 500")

    books.stripe.step = step
    with pytest.raises(Busy):
        books.start()
    books.later(minutes=5)
    assert books.start().state is CheckoutState.OPEN


# -- two at once
class Between:
    """Runs something else once, at the n-th step of whoever is under way."""

    def __init__(self, books: OnlineBooks, at: int, other: Callable[[], object]) -> None:
        self.count, self.at, self.other, self.done = 0, at, other, False
        self.inside = False
        books.stripe.step = lambda _: self.step()
        books.store.before_commit.append(lambda _: self.step())

    def step(self) -> None:
        if self.inside or self.done:
            return
        self.count += 1
        if self.count == self.at:
            self.inside = self.done = True
            with suppress(Busy, Invalid, Refused):
                self.other()
            self.inside = False


@pytest.mark.parametrize("at", range(1, 7))
def test_two_who_press_at_once_are_sent_to_the_same_session(at: int) -> None:
    books = fresh()
    others: list[Checkout] = []
    Between(books, at, lambda: others.append(books.start()))
    mine = books.start()
    told = {c.stripe_id for c in (mine, *others)}
    assert len(told) == 1
    assert [s.id for s in books.stripe.payable] == [mine.stripe_id]


@pytest.mark.parametrize("at", range(1, 12))
def test_two_webhooks_at_once_book_once_and_find_no_excess(at: int) -> None:
    books = fresh()
    books.start()
    books.stripe.pay("cs_1")
    Between(books, at, lambda: books.webhook("cs_1"))
    books.webhook("cs_1")
    assert (sum(p.amount for p in books.payments), books.tasks(), books.owed()) == (24_100, [], 0)


@pytest.mark.parametrize("at", range(1, 12))
def test_staff_who_record_it_by_hand_meanwhile_make_an_excess_not_a_loss(at: int) -> None:
    books = fresh()
    books.start()
    books.stripe.pay("cs_1")
    Between(books, at, lambda: books.paid(books.invoice("inv_1_0000"), books.invoice("inv_1_0000").balance))
    books.webhook("cs_1")
    by_hand = sum(p.amount for p in books.payments if p.method is not Method.ONLINE)
    online = sum(p.amount for p in books.payments if p.method is Method.ONLINE)
    assert online + books.checkouts[0].excess == 24_100
    assert by_hand + online == 24_100
    assert sum(t.amount for t in books.tasks()) == by_hand


@pytest.mark.parametrize("at", range(1, 10))
def test_a_new_one_started_while_the_old_one_is_booked(at: int) -> None:
    books = fresh()
    books.start()
    books.later(minutes=30)
    books.stripe.pay("cs_1")
    Between(books, at, books.start)
    books.webhook("cs_1")
    assert (sum(p.amount for p in books.payments), books.tasks(), books.owed()) == (24_100, [], 0)


def test_the_event_of_a_session_that_is_still_being_made(books: OnlineBooks) -> None:
    """Stripe tells that it was paid before its answer has come: it is booked, and nothing is left to start."""

    def step(what: str) -> None:
        if what == "create, after" and not books.payments:
            books.stripe.pay("cs_1")
            books.webhook("cs_1")

    books.stripe.step = step
    with pytest.raises(Refused) as refused:
        books.start()
    assert refused.value.code == "nothing_owed"
    assert [c.state for c in books.checkouts] == [CheckoutState.PAID]


def test_one_that_was_given_up_and_was_paid_all_the_same_is_booked(books: OnlineBooks) -> None:
    checkout = books.start()
    books.close.given_up(checkout.id)
    books.stripe.pay("cs_1")
    assert books.webhook("cs_1").outcome == "booked"
    assert books.owed() == 0


# -- the sweeper
def test_what_no_webhook_told_of_is_found(books: OnlineBooks) -> None:
    books.start()
    books.stripe.pay("cs_1")
    books.later(minutes=40)
    books.sweep()
    assert books.owed() == 0


def test_one_that_nobody_paid_ends(books: OnlineBooks) -> None:
    checkout = books.start()
    books.later(minutes=40)
    books.sweep()
    assert books.checkout(checkout.id).state is CheckoutState.EXPIRED
    assert (books.payable_one, list(books.store.look_at(Checkout, None))) == (None, [])


def test_while_stripe_is_not_reached_it_is_asked_ever_again(books: OnlineBooks) -> None:
    checkout = books.start()

    def gone(_: str) -> None:
        raise NotReached("timed out")

    books.stripe.step = gone
    looks = []
    for _ in range(5):
        books.later(minutes=40)
        books.sweep()
        looks.append(books.checkout(checkout.id).look_at)
    assert all(b > a for a, b in pairwise(looks) if a and b)
    assert books.checkout(checkout.id).state is CheckoutState.OPEN
    assert books.payable_one == checkout.id


def test_one_that_stripe_does_not_know_ends_with_its_time(books: OnlineBooks) -> None:
    """The clinic took another account meanwhile."""
    checkout = books.start()
    books.stripe.sessions.clear()
    with pytest.raises(Busy):
        books.close(checkout.id)
    books.later(minutes=60)
    books.sweep()
    assert books.checkout(checkout.id).state is CheckoutState.EXPIRED
    assert checkout.payer_key == PAYER

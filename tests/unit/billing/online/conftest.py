import pytest

from tests.support.online import OnlineBooks


@pytest.fixture
def books() -> OnlineBooks:
    """The first patient owes an invoice of 120.50 and a visit of 120.50."""
    books = OnlineBooks()
    books.open()
    books.consultation(1)
    books.invoiced(consultation_ids=("bil_1_0001",))
    books.due_of(books.visit("2027-03-02 09:00"))
    return books

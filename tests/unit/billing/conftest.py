import pytest

from tests.support.books import Books


@pytest.fixture
def books() -> Books:
    return Books().open()

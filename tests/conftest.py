"""Options of the whole suite."""

import gc

import pytest

from tests.support.stack_fixtures import clinic, stack  # noqa: F401 - for every folder whose tests need the deployed stack


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rule", action="append", default=[], metavar="ID", help="only tests that carry this rule")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = set(config.getoption("--rule"))
    if not wanted:
        return
    kept = [item for item in items if any(wanted & set(mark.args) for mark in item.iter_markers("rule"))]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was collected stays as long as the run lasts: the collector need not go through it again and again."""
    gc.collect()
    gc.freeze()

"""The fixtures of tests that need the deployed stack: one stack for all of a process, one clinic for each test."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.small_clinic import SmallClinic
    from tests.support.stack import Running


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Running]":
    from tests.support.stack import Running

    with pytest.MonkeyPatch.context() as environment:
        if os.environ.get("FAULTS") != "all":
            environment.setenv("ENGINE_LAMBDA_PROCESSES", "6")  # each must start first: a race of six is a race
        running = Running.start(tmp_path_factory.mktemp("stack") / "home")
        yield running
        running.stop()


@pytest.fixture
def clinic(stack: "Running") -> "SmallClinic":
    from tests.support.small_clinic import SmallClinic

    return SmallClinic.enter(stack)

"""One engine with the test app on it, for all tests of a process."""

from collections.abc import Iterator

import pytest

from local.engine.client import Engine
from local.engine.deploy import deploy
from tests.engine.stack import APP, MOTTO, App


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("engine")
    environment = {"SECRET_OF_THE_LAPTOP": "1", "AWS_PROFILE": "someone", "ENGINE_LAMBDA_PROCESSES": "4"}
    with Engine.start(folder / "home", environment=environment) as engine:
        build = folder / "build"
        yield App(engine, deploy(engine, APP, "engine-test", {"Motto": MOTTO}, build), build)

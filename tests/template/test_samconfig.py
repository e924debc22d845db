"""Each clinic in samconfig.toml gives the template's parameters, all that are needed and none that it does not have."""

import tomllib

import pytest
from samcli.cli.types import CfnParameterOverridesType

from tests.template.loaded import ROOT, TEMPLATE
from tools.sam_transform import read

CONFIG = tomllib.loads((ROOT / "samconfig.toml").read_text())
CLINICS = {name: section["deploy"]["parameters"] for name, section in CONFIG.items() if name != "version"}


def as_sam_reads(overrides: list[str]) -> dict[str, str]:
    read_by_sam: dict[str, str] = CfnParameterOverridesType().convert(tuple(overrides), None, None)
    return read_by_sam


@pytest.mark.parametrize("clinic", CLINICS)
def test_values_arrive_whole(clinic):
    overrides = CLINICS[clinic]["parameter_overrides"]
    written = dict(each.split("=", 1) for each in overrides)
    assert as_sam_reads(overrides) == {name: value.strip("'") for name, value in written.items()}


@pytest.mark.parametrize("clinic", CLINICS)
def test_parameters_are_those_of_the_template(clinic):
    parameters = read(TEMPLATE.read_text())["Parameters"]
    given = set(as_sam_reads(CLINICS[clinic]["parameter_overrides"]))
    needed = {name for name, parameter in parameters.items() if "Default" not in parameter}
    assert given <= set(parameters)
    assert needed <= given


def test_the_layers_are_built_for_the_default_runtime():
    parameters = read(TEMPLATE.read_text())["Parameters"]
    for layer in ("dependencies", "documents"):
        makefile = (ROOT / f"layers/{layer}/Makefile").read_text()
        assert f"PYTHON_VERSION ?= {parameters['PythonRuntime']['Default'].removeprefix('python')}\n" in makefile
        assert f"ARCHITECTURE ?= {parameters['Architecture']['Default']}\n" in makefile

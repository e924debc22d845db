"""The layers carry what the functions import, and nothing of what was cut away is missed."""

import importlib.metadata
import re
import shutil
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import msgspec
import pytest

from tests.support.documents import printed, sample
from tools.compile_layer import compile_all
from tools.cut_layer import LANGUAGES, SERVICES, cut

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "layers/dependencies/requirements.txt"
DRAWING = ROOT / "layers/documents/requirements.txt"
PIN = re.compile(r"^([a-zA-Z0-9._-]+)==(\S+)", re.M)


def pins(path: Path) -> dict[str, str]:
    return dict(PIN.findall(path.read_text()))


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dependencies layer as it would be for this interpreter, from the packages installed here."""
    root = tmp_path_factory.mktemp("layer") / "python"
    for name in pins(LOCK):
        for file in importlib.metadata.distribution(name).files or ():
            if ".." not in file.parts and file.suffix != ".pyc":
                (root / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file.locate(), root / file)
    before, after = cut(root)
    assert after < before / 3
    return root


def run(layer: Path, program: str) -> None:
    paths = [str(layer), str(ROOT / "layers/core"), str(ROOT / "functions")]
    program = f"import sys; sys.path[:0] = {paths!r}\n" + textwrap.dedent(program)
    # -I -S: without this environment's packages; env={}: importing an entry point needs no settings
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, env={})
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("lock", ["local.txt", "dev.txt"])
def test_what_is_tested_is_what_is_deployed(lock):
    installed = pins(ROOT / "requirements" / lock)
    wanted = pins(LOCK) | pins(DRAWING)
    assert {name: installed.get(name) for name in wanted} == wanted


def test_no_lock_names_an_index():
    for lock in [LOCK, DRAWING, *ROOT.glob("requirements/*.txt")]:
        assert "://" not in lock.read_text(), lock
    assert "resolved" not in (ROOT / "tools/asl/package-lock.json").read_text()


def test_every_module_imports_from_the_layers_alone_and_without_settings(layer):
    files = [*ROOT.glob("functions/**/*.py"), *ROOT.glob("layers/core/creneau/**/*.py")]
    bases = (ROOT / "functions", ROOT / "layers/core")
    names = sorted(
        ".".join(file.relative_to(base).with_suffix("").parts).removesuffix(".__init__")
        for file in files
        for base in bases
        if file.is_relative_to(base)
    )
    assert names
    run(
        layer,
        f"""
        import importlib
        for name in {names!r}:
            importlib.import_module(name)
        """,
    )


def test_a_document_is_drawn_from_the_layers_alone(layer, tmp_path):
    drawing = tmp_path / "python"
    folder = ROOT / "layers/documents"
    make = [
        "make",
        "-C",
        str(folder),
        "-f",
        str(folder / "Makefile"),
        "build-DocumentsLayer",
        f"ARTIFACTS_DIR={tmp_path}",
    ]
    version = f"PYTHON_VERSION={sys.version_info[0]}.{sys.version_info[1]}"
    subprocess.run([*make, "CRENEAU_LAYER=local", version, f"PYTHON={sys.executable}"], check=True, capture_output=True)
    for name in pins(DRAWING):
        for file in importlib.metadata.distribution(name).files or ():
            if ".." not in file.parts and file.suffix != ".pyc":
                (drawing / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file.locate(), drawing / file)
    run(
        layer,
        f"""
        sys.path.insert(0, {str(drawing)!r})
        import msgspec
        from creneau.billing.documents.document import Document
        from creneau.billing.documents.draw import draw
        document = msgspec.json.decode({_document()!r}, type=Document)
        assert draw(document).startswith(b"%PDF")
        """,
    )


def _document() -> bytes:
    return msgspec.json.encode(printed(sample("CH")))


def test_every_service_has_a_client(layer):
    run(
        layer,
        f"""
        import boto3
        session = boto3.Session(region_name="eu-west-3")
        for service in {sorted(SERVICES)!r}:
            session.client(service)
        """,
    )


def test_every_language_has_its_dates_and_money(layer):
    run(
        layer,
        f"""
        import datetime
        from babel.dates import format_date
        from babel.numbers import format_currency
        for language in {sorted(LANGUAGES)!r}:
            for locale in (language, language + "_CH"):
                assert format_date(datetime.date(2026, 3, 1), "full", locale=locale)
                assert format_currency(12.5, "CHF", locale=locale)
        """,
    )


def test_telephones_and_zones_are_known(layer):
    run(
        layer,
        """
        import phonenumbers, zoneinfo
        assert phonenumbers.is_valid_number(phonenumbers.parse("021 312 34 56", "CH"))
        zoneinfo.reset_tzpath(to=[])
        assert zoneinfo.ZoneInfo("Europe/Zurich")
        """,
    )


def test_a_layer_carries_byte_code(tmp_path):
    (tmp_path / "module.py").write_text("x = 1\n")
    compile_all(str(tmp_path), f"{sys.version_info[0]}.{sys.version_info[1]}")
    (code,) = tmp_path.glob("__pycache__/module.*.pyc")
    assert code.read_bytes()[4] == 0b01, "hash-based, unchecked"


def test_a_missing_interpreter_is_said(tmp_path, capsys):
    compile_all(str(tmp_path), "3.2")
    assert "no Python 3.2" in capsys.readouterr().out


def test_the_import_contracts_reach_every_entry_point():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    folders = {file.relative_to(ROOT / "functions").parts[0] for file in ROOT.glob("functions/*/**/*.py")}
    assert set(contracts["root_packages"]) == {"creneau"} | folders
    assert set(contracts["contracts"][-1]["source_modules"]) == {f"{folder}.**" for folder in folders}

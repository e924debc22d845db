"""`make rules`: puts each wrong version of a rule into a copy of the code and demands that a test of that rule fails.

`python -m tools.rules W-05 M-09` tries some rules only. Exits with 1 when a wrong version survives, a rule has no test,
or the line that decides it is not where `tests/rules.toml` says.
"""

import ast
import os
import shutil
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path

ROOT = Path(__file__).parents[1]
CORE = Path("layers/core/creneau")
COPIED = ("layers/core/creneau", "layers/documents", "functions", "tests", "tools")
SUITES = ("tests/unit", "tests/properties")
PROCESSES = 2
LONGEST_SECONDS = 240
PASSED, FAILED, BROKEN, NO_TESTS = 0, 1, 3, 5


@dataclass(frozen=True)
class Wrong:
    """`right` occurs once in `file` (below the core) and is replaced by `wrong`."""

    rule: str
    says: str
    file: str
    right: str
    wrong: str

    def applied(self, root: Path) -> str:
        """The file's text with the wrong version in; ValueError when the right one is not there exactly once."""
        text = (root / CORE / self.file).read_text()
        if text.count(self.right) != 1:
            raise ValueError(f"{CORE / self.file} holds {text.count(self.right)} times: {self.right!r}")
        return text.replace(self.right, self.wrong)


def wrongs(root: Path = ROOT) -> list[Wrong]:
    return [Wrong(**entry) for entry in tomllib.loads((root / "tests/rules.toml").read_text())["wrong"]]


def marked(tree: ast.AST, name: str) -> set[str]:
    """The arguments of every `mark.<name>(...)`, whatever is decorated."""
    calls = (n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute))
    found = (c.args for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr == name)
    return {str(a.value) for args in found for a in args if isinstance(a, ast.Constant)}


def carriers(root: Path = ROOT, below: tuple[str, ...] = ("tests",), name: str = "rule") -> dict[str, set[Path]]:
    """For each rule (or promise), the test files that carry its id."""
    found: dict[str, set[Path]] = {}
    for folder in below:
        for path in sorted((root / folder).rglob("test_*.py")):
            for id in marked(ast.parse(path.read_text()), name):
                found.setdefault(id, set()).add(path.relative_to(root))
    return found


@contextmanager
def copies(number: int) -> Iterator[list[Path]]:
    """So many copies of the code, each changed by one trial at a time."""
    ignored = shutil.ignore_patterns("__pycache__", "engine")
    with tempfile.TemporaryDirectory(prefix="creneau-rules-") as base:
        roots = [Path(base) / str(n) for n in range(number)]
        for root in roots:
            for part in COPIED:
                shutil.copytree(ROOT / part, root / part, ignore=ignored)
            shutil.copy(ROOT / "pyproject.toml", root)
        yield roots


def run_tests(root: Path, rules: list[str], files: list[Path], output: Path) -> None:
    """In a process of its own, forked with the libraries loaded and none of our code."""
    os.chdir(root)
    sys.path[:] = [p for p in sys.path if p not in ("", str(ROOT))]
    for module in [m for m in sys.modules if m.split(".")[0] == "tools"]:
        del sys.modules[module]
    sys.dont_write_bytecode = True
    with output.open("w") as file, redirect_stdout(file), redirect_stderr(file):
        import pytest

        loaded_already = ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
        options = ["-x", "-q", "--no-header", "-p", "no:xdist", *(f"--rule={rule}" for rule in rules)]
        code = BROKEN
        with suppress(BaseException):
            code = int(pytest.main([*loaded_already, *options, *map(str, files)]))
    os._exit(code)


@dataclass
class Trial:
    """The tests of a rule on one copy, with a wrong version in it (None: as it is)."""

    root: Path
    wrong: Wrong | None
    process: BaseProcess
    started: float

    @classmethod
    def start(cls, root: Path, wrong: Wrong | None, rules: list[str], files: list[Path]) -> "Trial":
        if wrong:
            (root / CORE / wrong.file).write_text(wrong.applied(ROOT))
        process = get_context("fork").Process(target=run_tests, args=(root, rules, files, root / "output"))
        process.start()
        return cls(root, wrong, process, time.monotonic())

    @property
    def over(self) -> bool:
        if time.monotonic() - self.started > LONGEST_SECONDS:
            self.process.kill()
        return not self.process.is_alive()

    def end(self) -> tuple[bool, str]:
        """Whether a test failed, and which."""
        self.process.join()
        if self.wrong:
            shutil.copy(ROOT / CORE / self.wrong.file, self.root / CORE / self.wrong.file)
        output, code = (self.root / "output").read_text(), self.process.exitcode
        if code == FAILED:
            failed = (line for line in output.splitlines() if line.startswith("FAILED"))
            return True, next(failed, "a test").split("::")[-1].split(" - ")[0]
        return False, {PASSED: "SURVIVED", NO_TESTS: "NO TEST carries this rule"}.get(
            code or 0, f"pytest: {code} {output}"
        )


def load_libraries() -> None:
    """Once, for every trial: what takes most of the time of a start."""
    for name in (
        "pytest",
        "hypothesis.stateful",
        "boto3",
        "botocore.session",
        "msgspec",
        "aws_lambda_powertools",
        "jinja2",
    ):
        with suppress(ImportError):
            import_module(name)


def lost(asked: list[Wrong]) -> list[str]:
    """Wrong versions whose right one is not where it is said to be."""
    faults = []
    for wrong in asked:
        try:
            wrong.applied(ROOT)
        except (ValueError, OSError) as error:
            faults.append(f"{wrong.rule}: {error}")
    return faults


def try_all(asked: list[Wrong], known: dict[str, list[Path]]) -> Iterator[tuple[Wrong, bool, str]]:
    """Each wrong version's outcome, as they come."""
    waiting, running = asked[::-1], list[Trial]()
    with copies(PROCESSES) as free:
        while waiting or running:
            while free and waiting:
                wrong = waiting.pop()
                running.append(Trial.start(free.pop(), wrong, [wrong.rule], known.get(wrong.rule, [])))
            wait([t.process.sentinel for t in running], timeout=1)
            for trial in [t for t in running if t.over]:
                running.remove(trial)
                free.append(trial.root)
                if trial.wrong:
                    yield trial.wrong, *trial.end()


def pass_as_they_are(rules: list[str], files: list[Path]) -> str:
    """What fails without any wrong version; empty when all is well."""
    with copies(1) as (root,):
        noticed, by = Trial.start(root, None, rules, files).end()
    return by if noticed or by != "SURVIVED" else ""


def main(only: list[str]) -> int:
    asked = [w for w in wrongs() if not only or w.rule in only]
    rules = sorted({w.rule for w in asked})
    # Unit tests first: the searches of tests/properties run when those notice nothing.
    known = {id: sorted(files, reverse=True) for id, files in carriers(below=SUITES).items()}
    faults = lost(asked) or [f"{rule}: no test carries it" for rule in rules if rule not in known]
    load_libraries()
    if not faults:
        units = sorted({f for rule in rules for f in known[rule] if f.is_relative_to("tests/unit")})
        fault = pass_as_they_are(rules, units)
        faults = [f"fails already without a wrong version: {fault}"] if fault else []
    if faults or not asked:
        print("\n".join(faults or ["no such rule"]))
        return 1
    survivors = 0
    for wrong, noticed, by in try_all(asked, known):
        survivors += not noticed
        print(f"{'ok  ' if noticed else 'FAIL'}  {wrong.rule}  {wrong.says:68}  {by}", flush=True)
    print(f"{len(asked) - survivors} of {len(asked)} wrong versions of {len(rules)} rules were noticed")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

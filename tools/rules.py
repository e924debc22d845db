"""`make rules`: puts each wrong version of a rule into a copy of the code and demands that a test of that rule fails.

`python -m tools.rules W-05 M-09` tries some rules only. Exits with 1 when a wrong version survives, a rule has no test,
or the line that decides it is not where `tests/rules.toml` says.
"""

import ast
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).parents[1]
CORE = Path("layers/core/creneau")
COPIED = ("layers/core/creneau", "functions", "tests", "tools")
SUITES = ("tests/unit", "tests/properties")
PROCESSES = 2
LONGEST_SECONDS = 180


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


def copies(number: int) -> Iterator[Path]:
    base = Path(tempfile.mkdtemp(prefix="creneau-rules-"))
    for n in range(number):
        for part in COPIED:
            ignored = shutil.ignore_patterns("__pycache__", "engine", "node_modules")
            shutil.copytree(ROOT / part, base / str(n) / part, ignore=ignored)
        shutil.copy(ROOT / "pyproject.toml", base / str(n))
        yield base / str(n)


def run(root: Path, rule: str, files: list[Path]) -> tuple[int, str]:
    """0: every test of the rule passes, 1: one fails; anything else went wrong."""
    command = [
        sys.executable,
        "-B",
        "-m",
        "pytest",
        "-x",
        "-q",
        "--no-header",
        "-p",
        "no:cacheprovider",
        "--rule",
        rule,
    ]
    xdist = ["-p", "no:xdist"]
    done = subprocess.run(
        [*command, *xdist, *map(str, files)],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    return done.returncode, done.stdout


def failing_test(output: str) -> str:
    return next((line.split("::")[-1].split(" - ")[0] for line in output.splitlines() if line.startswith("FAILED")), "")


def judge(wrong: Wrong, root: Path, files: list[Path]) -> tuple[bool, str]:
    """Whether a test noticed, and which; unit tests are asked before the searches of tests/properties."""
    try:
        text = wrong.applied(root)
    except (ValueError, OSError) as error:
        return False, str(error)
    path = root / CORE / wrong.file
    right = path.read_text()
    path.write_text(text)
    try:
        for suite in SUITES:
            chosen = [f for f in files if f.is_relative_to(suite)]
            code, output = run(root, wrong.rule, chosen) if chosen else (5, "")
            if code == 1:
                return True, failing_test(output) or "a test"
            if code not in (0, 5):
                return False, f"pytest answered {code}: {output[-400:]}"
    except subprocess.TimeoutExpired:
        return False, f"its tests ran longer than {LONGEST_SECONDS} s"
    finally:
        path.write_text(right)
    return False, "survived" if files else "no test carries this rule"


def main(only: list[str]) -> int:
    asked = [w for w in wrongs() if not only or w.rule in only]
    known = carriers(below=SUITES)
    free: SimpleQueue[Path] = SimpleQueue()
    roots = list(copies(PROCESSES))
    for root in roots:
        free.put(root)

    def one(wrong: Wrong) -> tuple[Wrong, bool, str]:
        root = free.get()
        try:
            noticed, by = judge(wrong, root, sorted(known.get(wrong.rule, set())))
        finally:
            free.put(root)
        return wrong, noticed, by

    survivors = 0
    try:
        with ThreadPoolExecutor(PROCESSES) as pool:
            for wrong, noticed, by in pool.map(one, asked):
                survivors += not noticed
                print(f"{'ok  ' if noticed else 'FAIL'} {wrong.rule}  {wrong.says:62}  {by}", flush=True)
    finally:
        shutil.rmtree(roots[0].parent)
    print(
        f"{len(asked) - survivors} of {len(asked)} wrong versions were noticed, of {len({w.rule for w in asked})} rules"
    )
    return 1 if survivors or not asked else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

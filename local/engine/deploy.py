"""Builds a SAM project when its sources changed, and deploys it to an engine as it would be deployed to AWS."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from local.engine import REGION
from local.engine.client import CREDENTIALS, Engine

SOURCES = ("template.yaml", "functions", "layers", "statemachines", "requirements")
BUCKET = "deployments"
CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")


class DeployError(Exception):
    """`sam` refused to build or to deploy; the message is what it said."""


def deploy(
    engine: Engine,
    project_root: Path,
    stack_name: str,
    parameters: Mapping[str, str],
    build_dir: Path,
    late: Collection[str] = (),
) -> dict[str, str]:
    """Returns the stack's outputs. `late` names parameters that matter to the deployed stack only, not to what is built."""
    project_root, build_dir = Path(project_root).absolute(), Path(build_dir).absolute()
    build_dir.mkdir(parents=True, exist_ok=True)
    _build(project_root, {key: value for key, value in parameters.items() if key not in late}, build_dir)
    buckets = {bucket["Name"] for bucket in engine.client("s3").list_buckets()["Buckets"]}
    if BUCKET not in buckets:  # `--resolve-s3` would deploy a stack of its own for it
        engine.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    where = ["--template-file", str(build_dir / "build" / "template.yaml"), "--stack-name", stack_name]
    how = ["--s3-bucket", BUCKET, "--region", REGION, "--capabilities", *CAPABILITIES]
    quietly = ["--no-confirm-changeset", "--no-fail-on-empty-changeset"]
    _sam(build_dir, ["deploy", *where, *how, *quietly, *_overrides(parameters)], engine.url)
    stack = engine.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def _build(project_root: Path, parameters: Mapping[str, str], build_dir: Path) -> None:
    digest = _digest(project_root, parameters)
    mark = build_dir / "built-from"
    if mark.exists() and mark.read_text() == digest:
        return
    mark.unlink(missing_ok=True)
    source = ["--template-file", str(project_root / "template.yaml")]
    result = ["--build-dir", str(build_dir / "build"), "--cached", "--cache-dir", str(build_dir / "cache")]
    _sam(build_dir, ["build", *source, *result, *_overrides(parameters)], cwd=project_root)
    mark.write_text(digest)


def _digest(project_root: Path, parameters: Mapping[str, str]) -> str:
    digest = hashlib.sha256(json.dumps([sys.version, sorted(parameters.items())]).encode())
    for file in _files(project_root):
        digest.update(f"\0{file.relative_to(project_root)}\0{file.stat().st_mode}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _files(project_root: Path) -> Iterator[Path]:
    for source in SOURCES:
        path = project_root / source
        if path.is_file():
            yield path
        yield from sorted(f for f in path.rglob("*") if f.is_file() and "__pycache__" not in f.parts)


def _overrides(parameters: Mapping[str, str]) -> list[str]:
    if not parameters:
        return []
    quoted = {key: value.replace("\\", "\\\\").replace('"', '\\"') for key, value in parameters.items()}
    return ["--parameter-overrides", *(f'ParameterKey={key},ParameterValue="{value}"' for key, value in quoted.items())]


def _sam(build_dir: Path, arguments: list[str], endpoint: str = "", cwd: Path | None = None) -> None:
    beside = Path(sys.executable).with_name("sam")
    sam = str(beside) if beside.exists() else shutil.which("sam")
    if not sam:
        raise DeployError("there is no `sam` beside this Python nor on the PATH: install aws-sam-cli")
    settings = build_dir / "samconfig.toml"  # the project's own file is meant for AWS
    settings.write_text("version = 0.1\n")
    done = subprocess.run(
        [sam, *arguments, "--config-file", str(settings)],
        cwd=cwd or build_dir,
        env=_environment(build_dir, endpoint),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise DeployError(f"sam {arguments[0]}:\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}")


def _environment(build_dir: Path, endpoint: str) -> dict[str, str]:
    """Nothing of the user's AWS account is read, and `sam` asks nobody about newer versions of itself."""
    own = build_dir / "sam"
    own.mkdir(exist_ok=True)
    (own / "metadata.json").write_text(json.dumps({"telemetryEnabled": False, "lastVersionCheck": time.time()}))
    kept = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    return kept | {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_DEFAULT_REGION": REGION,
        **{key.upper(): value for key, value in CREDENTIALS.items()},
        **({"AWS_ENDPOINT_URL": endpoint} if endpoint else {}),
        "SAM_CLI_TELEMETRY": "0",
        "SAM_CLI_POLL_DELAY": "0.1",
        "__SAM_CLI_APP_DIR": str(own),
    }

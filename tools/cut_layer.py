"""Decides what of the dependencies is shipped: cold start pays for what a layer carries, and most of it is never read.

usage: cut_layer.py DIRECTORY   (a pip --target directory; cut in place)
"""

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

# Every AWS service that a function calls. A client for another one fails with UnknownServiceError: add it here.
SERVICES = {"cognito-idp", "dynamodb", "lambda", "s3", "secretsmanager", "sesv2", "sns", "sqs", "stepfunctions"}
# The languages patients are written to, in all their regions.
LANGUAGES = {"de", "en", "fr", "it"}

# Parts that nothing of ours imports; tests/template/test_layers.py imports every entry point without them.
UNUSED = [
    "aws_lambda_powertools/event_handler/openapi/swagger_ui",
    "aws_lambda_powertools/utilities/auth_alpha",
    "aws_lambda_powertools/utilities/circuit_breaker",
    "aws_lambda_powertools/utilities/data_masking",
    "aws_lambda_powertools/utilities/feature_flags",
    "aws_lambda_powertools/utilities/idempotency",
    "aws_lambda_powertools/utilities/kafka",
    "aws_lambda_powertools/utilities/streaming",
    "bin",
    "boto3/data",  # of boto3.resource()
    "boto3/examples",
    "pydantic/v1",
]

LOCALE = re.compile(r"([a-z]+)(_\w+)?\.dat")


def superfluous(root: Path) -> Iterator[Path]:
    yield from (root / part for part in UNUSED)
    yield from root.rglob("__pycache__")
    yield from root.rglob("*.pyi")
    yield from (path for path in root.rglob("tests") if path.is_dir())
    for metadata in root.glob("*.dist-info"):
        yield from (path for path in metadata.iterdir() if path.name not in {"METADATA", "licenses", "LICENSE"})
    yield from (path for path in (root / "botocore/data").glob("*/") if path.name not in SERVICES)
    for path in (root / "babel/locale-data").glob("*.dat"):
        known = LOCALE.fullmatch(path.name)
        if path.name != "root.dat" and not (known and known[1] in LANGUAGES):
            yield path


def size(root: Path) -> int:
    return sum(path.stat().st_size for path in root.rglob("*") if path.is_file())


def cut(root: Path) -> tuple[int, int]:
    before = size(root)
    for path in list(superfluous(root)):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return before, size(root)


if __name__ == "__main__":
    before, after = cut(Path(sys.argv[1]))
    print(f"dependencies layer: {before / 1e6:.1f} MB cut to {after / 1e6:.1f} MB")

#!/usr/bin/env bash
# Resolves requirements/*.in into locked files without an index in them; one resolution for all that shares an interpreter.
set -euo pipefail
cd "$(dirname "$0")/.."

lock() {
    local from=$1 to=$2
    shift 2
    .venv/bin/python -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate \
        --custom-compile-command "make lock" "$from" -o "$to" "$@"
}
lock requirements/dev.in requirements/dev.txt "$@"
lock requirements/local.in requirements/local.txt -c requirements/dev.txt
lock requirements/runtime.in layers/dependencies/requirements.txt -c requirements/dev.txt
lock requirements/documents.in layers/documents/requirements.txt -c requirements/dev.txt
lock requirements/checkov.in requirements/checkov.txt "$@"
lock requirements/uv.in requirements/uv.txt "$@"

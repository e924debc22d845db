#!/usr/bin/env bash
# Installs a locked requirements file: with uv in seconds, or with pip where uv does not run or does not reach the index.
set -euo pipefail
requirements=$2 python=$1/bin/python
pip=("$python" -m pip install -q --disable-pip-version-check --no-deps --require-hashes)

with_uv() {
    "${pip[@]}" -r requirements/uv.txt 2>/dev/null &&
        "$python" -m uv pip install -q --python "$python" --no-deps --require-hashes -r "$requirements"
}
echo "installing $requirements ..."
with_uv || "${pip[@]}" -r "$requirements"
echo "installed in $SECONDS s"

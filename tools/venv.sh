#!/usr/bin/env bash
# Makes a virtual environment with the first Python 3.11 or newer that works here. PYTHON=... chooses one.
set -euo pipefail

for candidate in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11 python3.14 python; do
    if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        exec "$candidate" -m venv "$1"
    fi
    [ -z "${PYTHON:-}" ] || break
done

{
    echo "Créneau needs Python 3.11 or newer, with its venv module, and found none that works."
    echo "  here: $("${PYTHON:-python3}" --version 2>&1 | head -1 || true)"
    echo "  Install one (Debian, Ubuntu: apt install python3 python3-venv), or name one: make PYTHON=/path/to/python3.12 ..."
} >&2
exit 1

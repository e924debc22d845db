"""Ships byte code with a layer: Lambda cannot write it, and compiling at each cold start doubles the start.

usage: compile_layer.py DIRECTORY PYTHON_VERSION

Byte code fits one minor version, so an interpreter of the functions' own version is needed; without one the layer is
built all the same, and says what that costs.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path


def candidates(version: str) -> Iterator[str]:
    yield sys.executable
    yield f"python{version}"
    yield from map(str, sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python")))
    yield from map(str, sorted(Path.home().glob(f".local/share/uv/python/cpython-{version}.*/bin/python")))


def is_version(python: str, version: str) -> bool:
    ask = [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    try:
        answer = subprocess.run(ask, capture_output=True, text=True, check=False)
    except OSError:
        return False
    return answer.returncode == 0 and answer.stdout.strip() == version


def compile_all(directory: str, version: str) -> None:
    python = next((each for each in candidates(version) if is_version(each, version)), None)
    if python is None:
        print(f"warning: no Python {version} here, so no byte code in the layer: cold starts take twice as long")
        return
    # unchecked: the files in /opt never change, and their time stamps do not survive zipping
    options = ["-q", "-j", "0", "--invalidation-mode", "unchecked-hash", "-s", directory, "-p", "/opt/python"]
    subprocess.run([python, "-m", "compileall", *options, directory], check=True)


if __name__ == "__main__":
    compile_all(sys.argv[1], sys.argv[2])

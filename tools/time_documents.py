"""Prints the processor time that documents cost: the first of a fresh process, then each further one; medians.

A process begins as the function's does: with compiled modules, an AWS client, and all that the handler imports.
"""

import importlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator

from creneau.billing.documents.document import Document
from creneau.billing.invoice import Invoice
from creneau.billing.issuer import TaxStatus
from tests.support.documents import printed, sample

KINDS: dict[str, tuple[Invoice, int, int]] = {
    "with a QR-bill (Switzerland)": (sample("CH"), 60, 20),
    "with a payment code (France)": (sample("FR"), 60, 20),
    "with Factur-X (France)": (sample("FR", business=True, tax=TaxStatus.REGISTERED), 60, 20),
    "without a code (Quebec)": (sample("CA", tax=TaxStatus.REGISTERED), 60, 20),
}
"""With the most that it may take, in ms: the first, each further one."""

RUNS, FURTHER = 15, 40


def _spent() -> float:
    """Milliseconds of this process, the system's on its behalf included."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return (used.ru_utime + used.ru_stime) * 1000


def one_process(name: str) -> Iterator[float]:
    """In a fresh process: the first document's, then a further one's."""
    import boto3

    importlib.import_module("billing.draw_document")
    boto3.client("s3", region_name="eu-west-3")
    invoice = KINDS[name][0]
    began = _spent()
    from creneau.billing.documents.draw import draw

    def made() -> Document:
        return printed(invoice)

    draw(made())
    first = _spent()
    yield first - began
    for _ in range(FURTHER):
        draw(made())
    yield (_spent() - first) / FURTHER


def timed(name: str, compiled: str) -> list[float]:
    environment = os.environ | {"PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": ""}
    told = subprocess.check_output([sys.executable, "-m", "tools.time_documents", name], env=environment)
    return list(json.loads(told))


def main() -> None:
    print("Processor time of a document, in ms: the first of a process; each further one")
    with tempfile.TemporaryDirectory() as compiled:
        timed(next(iter(KINDS)), compiled)
        for name, (_, first_aim, aim) in KINDS.items():
            runs = [timed(name, compiled) for _ in range(RUNS)]
            first, further = (statistics.median(times) for times in zip(*runs, strict=True))
            print(f"  {name:<34}{first:>7.1f} (aim {first_aim}){further:>7.1f} (aim {aim})")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(list(one_process(sys.argv[1]))))
    else:
        main()

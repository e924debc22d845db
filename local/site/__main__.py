"""Serves the site of one home, and a stand-in for Stripe, until it is told to end; their addresses go to HOME/site.json."""

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from local import homes
from local.site.server import serve_on
from local.stripe import StripeStandIn


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.site")
    parser.add_argument("--home", type=Path, required=True, help="folder of the stack that the site is for")
    home = parser.parse_args().home.absolute()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    socket = homes.listener(home, "site")
    server = serve_on(socket, home)
    stripe = StripeStandIn(homes.listener(home, "stripe"), home)
    threading.Thread(target=stripe.serve_forever, daemon=True).start()
    homes.write(home, "site", {"url": server.url, "stripe": stripe.url, "pid": os.getpid()})
    try:
        server.serve_forever(poll_interval=0.1)
    finally:
        (home / "site.json").unlink(missing_ok=True)


if __name__ == "__main__":
    main()

"""Starts an engine from the command line, or says which of MiniStack's private functions have changed."""

import argparse
import sys
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.engine")
    parser.add_argument("--home", type=Path, required=True, help="folder of this engine's clock, mails, state and log")
    parser.add_argument(
        "--port", type=int, default=0, help="0: a free one; its address is printed, and written to HOME/engine.json"
    )
    parser.add_argument("--persist", action="store_true", help="keep tables and stacks over a stop and a start")
    parser.add_argument("--check", action="store_true", help="list what changed in MiniStack, and stop")
    parser.add_argument("--pin", action="store_true", help="accept those changes, after reading them")
    args = parser.parse_args()

    from local.engine import launcher

    launcher.prepare(args.home.absolute(), args.persist)
    if args.check or args.pin:
        sys.exit(launcher.check(accept=args.pin))
    launcher.serve(args.home.absolute(), args.port)


if __name__ == "__main__":
    main()

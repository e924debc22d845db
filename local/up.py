"""Starts a stack with the sample clinic, and leaves it running."""

import sys
from zoneinfo import ZoneInfo

from local import homes
from local.addresses import shown
from local.demo.telling import Teller
from local.engine.client import EngineError
from local.engine.deploy import DeployError
from local.sample_clinic.load import load
from local.site.client import SiteError
from local.stack import Stack, stop
from local.staff import StaffError

NAME = "clinic"


def main() -> int:
    home = homes.home_of(NAME).absolute()
    try:
        running = Stack.attach(home)
    except (OSError, ValueError):
        pass
    else:
        print(shown(running))
        return 0
    teller = Teller(ZoneInfo("UTC"))
    try:
        with teller.doing("An AWS account in one process; sam deploys the clinic's stack to it"):
            stack = Stack.start(home)
        with teller.doing("The sample clinic, over the staff API"):
            load(stack)
    except (EngineError, DeployError, SiteError, StaffError) as failure:
        stop(home)
        print(f"It did not come up: {failure}\nThe engine's log: {home / 'engine.log'}", file=sys.stderr)
        return 1
    except BaseException:
        stop(home)
        raise
    print(shown(stack))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Starts a stack with the sample clinic, and leaves it running."""

import sys
from datetime import datetime
from zoneinfo import ZoneInfo

from local import homes
from local.addresses import shown
from local.demo.telling import Teller
from local.engine.client import EngineError
from local.engine.deploy import DeployError
from local.sample_clinic.load import load
from local.sample_clinic.to_cancel import line, to_cancel
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
        print("It was already running, and is as it was left.")
        print(shown(running, to_try=first_steps(running)))
        return 0
    teller = Teller(ZoneInfo("UTC"))
    try:
        with teller.doing("An AWS account in one process; sam deploys the clinic's stack to it"):
            stack = Stack.start(home)
        with teller.doing("The sample clinic, over the staff API"):
            load(stack)
        steps = first_steps(stack)
    except (EngineError, DeployError, SiteError, StaffError) as failure:
        stop(home)
        print(
            f"It did not come up: {failure}\nThe engine's log: {home / 'engine.log'}\nmake up tries once more.",
            file=sys.stderr,
        )
        return 1
    except BaseException:
        stop(home)
        raise
    print(shown(stack, to_try=steps))
    return 0


def first_steps(stack: Stack) -> list[str]:
    """How to make offers go out: the appointment to cancel, and when. Empty when nobody waits any more."""
    staff = stack.staff()
    found = to_cancel(staff, stack.engine.now())
    if found is None:
        return []
    where = staff.get(f"/agendas/{found['agenda_id']}")["name"]
    when = Teller(ZoneInfo(stack.state["zone"])).moment(datetime.fromisoformat(found["start"]))
    return [
        f"See offers go out. Cancel {when}, {where}, where {len(line(staff, found))} patients wait to come earlier:",
        f"  curl -s {stack.site}/v1/appointments/{found['id']}/attendance \\",
        """    -H "Authorization: Bearer $TOKEN" -d '{"to": "cancelled_by_patient"}'""",
        "then press “5 minutes” on the start page: five offers are in the mailbox some seconds later.",
    ]


if __name__ == "__main__":
    sys.exit(main())

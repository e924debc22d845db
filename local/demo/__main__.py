"""Brings a clinic up, tells the main job while it happens, and leaves the stack up for looking around, or cleans up."""

import os
import signal
import sys
import time
from pathlib import Path
from zoneinfo import ZoneInfo

from local import homes
from local.addresses import shown
from local.check_demo import check
from local.demo.invoices_story import tell_invoices
from local.demo.mail import Mailbox
from local.demo.messages_story import tell_of_messages
from local.demo.payments_story import QUIET_DAYS, tell_payments
from local.demo.people import People
from local.demo.record import Record
from local.demo.scene import Scene
from local.demo.story import Untrue, tell
from local.demo.telling import BOLD, DIM, GREEN, RED, Teller
from local.engine.client import EngineError
from local.engine.deploy import DeployError
from local.reread import NotSo
from local.sample_clinic.load import load
from local.site.client import SiteError
from local.stack import Stack, sam_parameters, stop
from local.staff import StaffError
from local.waiting import InVain

FAILURES = (Untrue, NotSo, InVain, StaffError, EngineError, DeployError, SiteError)


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.environ.setdefault("ENGINE_LAMBDA_PROCESSES", "4")  # each must start first, and a few do all of the story
    begun, home = time.monotonic(), homes.home_of("demo").absolute()
    log = Path(os.environ["DEMO_LOG"]) if os.environ.get("DEMO_LOG") else None
    given = sam_parameters()
    teller = Teller(ZoneInfo(given["ClinicTimeZone"]))
    asked = os.environ.get("KEEP")
    keep = {"0": False, "1": True}.get(asked or "", teller.is_terminal)
    stays = False
    try:
        teller.say(f"Créneau: {given['ClinicName']}, on this computer", BOLD)
        with teller.doing("An AWS account in one process; sam deploys the clinic's stack to it"):
            stack = Stack.start(home)
        with teller.doing("The sample clinic, over the staff API: 60 patients, a month of agenda, a waitlist"):
            load(stack, QUIET_DAYS)
        scene = _scene(stack, teller, Record(log))
        tell_payments(scene)
        offer = tell(scene, tell_of_messages)
        tell_invoices(scene)
        verdict = check(log, stack) if log else []
        if log:
            teller.say(f"\n     Read again over HTTP by a second program: {len(verdict)} steps hold. ({log})")
        teller.say(f"\n     {teller.style('Done', GREEN)} in {time.monotonic() - begun:.0f} s.")
        stays = keep
        if stays:
            teller.say(shown(stack, offer))
    except FAILURES as failure:
        teller.say(f"\n     {teller.style('Not as promised', RED)}: {failure}")
        teller.say(f"     The engine's log: {home / 'engine.log'}", DIM)
        return 1
    except KeyboardInterrupt:
        teller.say("\n     Stopped.")
        return 130
    finally:
        if not stays:
            stop(home)
    if not stays:
        teller.say(f"     Cleaned up{'' if asked == '0' else ' (no terminal; KEEP=1 keeps it)'}.")
    return 0


def _scene(stack: Stack, teller: Teller, record: Record) -> Scene:
    secretary = stack.staff("secretary")
    return Scene(stack, secretary, People(secretary), Mailbox(stack.engine), teller, record)


if __name__ == "__main__":
    sys.exit(main())

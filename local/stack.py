"""A whole clinic's stack on this computer: the engine, the deployed template, staff who can sign in, the front door."""

import fcntl
import json
import os
import platform
import shlex
import shutil
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from local import homes
from local.engine.client import Engine
from local.engine.deploy import deploy
from local.site import client as site
from local.staff import Staff
from local.stripe import SECRET_KEY, WEBHOOK_SECRET

NAME = "creneau-local"
PASSWORD = "Cabinet-du-Lac-1"
USERS = (
    {"role": "admin", "name": "admin@clinic.example", "password": PASSWORD},
    {"role": "secretary", "name": "secretary@clinic.example", "password": PASSWORD},
    {"role": "practitioner", "name": "practitioner@clinic.example", "password": PASSWORD},
)
STICKY = ("site.port", "stripe.port", "port")


@dataclass(frozen=True)
class Stack:
    """`state` is what HOME/stack.json says: outputs, addresses, users, the clinic's name and zone."""

    home: Path
    engine: Engine
    state: dict[str, Any]

    @classmethod
    def start(cls, home: Path, persist: bool = False) -> Self:
        """A new one; what an earlier one left in this home is ended and removed. `persist`: it can be `restarted`."""
        home = home.absolute()
        stop(home)
        _sweep(home)
        engine = Engine.start(home, persist)
        try:
            url = site.start(home)
            online = {"StripeSecret": stripe_keys(engine), "StripeApi": (homes.read(home, "site") or {})["stripe"]}
            late = {"PublicBaseUrl": url, **online}
            parameters = {**sam_parameters(), **late}
            with _alone():
                outputs = deploy(engine, homes.ROOT, NAME, parameters, homes.BUILD, late=late)
            state = {
                "clinic": parameters["ClinicName"],
                "zone": parameters["ClinicTimeZone"],
                "site": url,
                "api": engine.api_url(outputs["ApiId"]),
                "outputs": outputs,
                "users": [*USERS],
            }
            employ(engine, outputs["StaffPoolId"])
        except BaseException:
            stop(home)
            raise
        homes.write(home, "stack", state)
        return cls(home, engine, state)

    @classmethod
    def attach(cls, home: Path) -> Self:
        """One that runs already; OSError when none does."""
        home = home.absolute()
        engine, state = Engine.attach(home), homes.read(home, "stack")
        if state is None or site.url_of(home) is None:
            raise OSError(f"no stack runs in {home}")
        return cls(home, engine, state)

    @property
    def site(self) -> str:
        return str(self.state["site"])

    def staff(self, role: str = "admin", *, direct: bool = False) -> Staff:
        """`direct`: without the front door, for loading much at once."""
        return Staff(self.engine, self.state, role, self.state["api"] if direct else self.site)

    def user_id(self, role: str) -> str:
        """Cognito's own id of that member of staff."""
        name = next(user["name"] for user in self.state["users"] if user["role"] == role)
        found = self.engine.client("cognito-idp").admin_get_user(
            UserPoolId=self.state["outputs"]["StaffPoolId"], Username=name
        )
        return next(str(a["Value"]) for a in found["UserAttributes"] if a["Name"] == "sub")

    def stop(self) -> None:
        self.engine.stop()
        stop(self.home)

    def restarted(self) -> Self:
        """The engine ended and started again on what it kept; executions that were running have failed."""
        self.engine.stop()
        return replace(self, engine=Engine.start(self.home, persist=True))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def stop(home: Path) -> bool:
    """Whether there was anything to stop."""
    was_running = False
    if (home / "site.json").exists():
        was_running = site.url_of(home) is not None
        site.stop(home)
    with suppress(OSError, ValueError):
        engine = Engine.attach(home)
        was_running = True
        engine.stop()
    for left in ("engine", "site", "stack"):
        (home / f"{left}.json").unlink(missing_ok=True)
    return was_running


def sam_parameters() -> dict[str, str]:
    """Those of samconfig.toml's [local], and what only this computer knows."""
    config = tomllib.loads((homes.ROOT / "samconfig.toml").read_text())
    overrides = config["local"]["deploy"]["parameters"]["parameter_overrides"]
    given = dict(pair.split("=", 1) for line in overrides for pair in shlex.split(line))
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    architecture = "arm64" if platform.machine().lower() in ("arm64", "aarch64") else "x86_64"
    # The layers' makefiles read these: the engine's functions run in this interpreter, with its packages.
    os.environ.update(CRENEAU_LAYER="local", PYTHON_VERSION=python, ARCHITECTURE=architecture, PYTHON=sys.executable)
    return {**given, "PythonRuntime": f"python{python}", "Architecture": architecture}


def stripe_keys(engine: Engine) -> str:
    """The ARN of a secret with the keys of the stand-in for Stripe."""
    keys = {"secret_key": SECRET_KEY, "webhook_secret": WEBHOOK_SECRET}
    made = engine.client("secretsmanager").create_secret(Name="creneau/stripe", SecretString=json.dumps(keys))
    return str(made["ARN"])


def employ(engine: Engine, pool: str) -> None:
    """The template's groups are the roles; each user gets one."""
    cognito = engine.client("cognito-idp")
    for user in USERS:
        who = {"UserPoolId": pool, "Username": user["name"]}
        attributes = [{"Name": "email", "Value": user["name"]}, {"Name": "email_verified", "Value": "true"}]
        cognito.admin_create_user(**who, UserAttributes=attributes, MessageAction="SUPPRESS")
        cognito.admin_set_user_password(**who, Password=user["password"], Permanent=True)
        cognito.admin_add_user_to_group(**who, GroupName=user["role"])


@contextmanager
def _alone() -> Iterator[None]:
    """Stacks of one checkout share what is built, so one at a time builds."""
    homes.BUILD.mkdir(parents=True, exist_ok=True)
    with open(homes.BUILD / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _sweep(home: Path) -> None:
    """Removes what an earlier stack left here, except the ports it had."""
    home.mkdir(parents=True, exist_ok=True)
    for path in home.iterdir():
        if path.name not in STICKY:
            shutil.rmtree(path) if path.is_dir() else path.unlink()

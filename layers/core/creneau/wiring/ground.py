"""What every part of the application stands on: the environment, the clinic, the clock, the table."""

import logging
from collections.abc import Mapping
from functools import cached_property

from creneau.adapters import aws, identifiers, wall_clock
from creneau.adapters.dynamodb.table import Table
from creneau.shared.again import Again
from creneau.shared.settings import Clinic
from creneau.shared.store import Store
from creneau.shared.time import Clock


class Ground:
    """`environment` is the process's; tests hand in their own, and override what they want to hold in their hands."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment

    @cached_property
    def clinic(self) -> Clinic:
        env = self.environment
        return Clinic(
            name=env["CLINIC_NAME"],
            zone_name=env["CLINIC_ZONE"],
            country=env["CLINIC_COUNTRY"],
            currency=env["CLINIC_CURRENCY"],
            language=env["CLINIC_LANGUAGE"],
            sender=env["SENDER_ADDRESS"],
        )

    @cached_property
    def clock(self) -> Clock:
        return wall_clock.now

    @cached_property
    def again(self) -> Again:
        return Again(pause=wall_clock.pause, dice=wall_clock.dice)

    @cached_property
    def store(self) -> Store:
        return Table(aws.client("dynamodb"), self.environment["TABLE_NAME"])

    def new_id(self, prefix: str) -> str:
        return identifiers.new_id(prefix)

    def trouble(self, where: object, error: Exception) -> None:
        """Something one of many that went wrong: told, and tried again later."""
        logging.getLogger("creneau").error("failed at %s", where, exc_info=error)

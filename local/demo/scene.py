"""What the story needs at every step: the stack, whoever acts, and questions to the API that wait for their answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from local.demo.mail import Mail, Mailbox
from local.demo.people import People
from local.demo.record import Record
from local.demo.telling import Teller
from local.engine.client import Engine
from local.stack import Stack
from local.staff import Staff
from local.waiting import until


@dataclass(frozen=True)
class Offered:
    """A round with the emails that its offers made, in the order of the line."""

    round: dict[str, Any]
    mails: list[Mail]

    @property
    def offers(self) -> list[dict[str, Any]]:
        return list(self.round["offers"])

    def mail_of(self, offer: dict[str, Any]) -> Mail:
        return next(mail for mail in self.mails if mail.message_id.endswith("." + offer["appointment_id"]))


@dataclass(frozen=True)
class Scene:
    stack: Stack
    secretary: Staff
    people: People
    mailbox: Mailbox
    teller: Teller
    record: Record

    @property
    def engine(self) -> Engine:
        return self.stack.engine

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.stack.state["zone"])

    def now(self) -> datetime:
        return self.engine.now()

    def local(self, instant: str) -> str:
        return self.teller.moment(datetime.fromisoformat(instant))

    def appointment(self, appointment_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.secretary.get(f"/appointments/{appointment_id}")
        return found

    def round(self, round_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.secretary.get(f"/rounds/{round_id}")
        return found

    def offer(self, round_id: str, appointment_id: str) -> dict[str, Any]:
        offers: list[dict[str, Any]] = self.round(round_id)["offers"]
        return next(offer for offer in offers if offer["appointment_id"] == appointment_id)

    def rounds_of(self, slot_id: str) -> list[dict[str, Any]]:
        history = self.secretary.get(f"/slots/{slot_id}/history")
        return [found for chapter in history["items"] for found in chapter["rounds"]]

    def asked(self, slot_id: str, q: int, offers: int) -> Offered:
        """The slot's `q`-th round once its offers are in the mailbox."""

        def opened() -> dict[str, Any] | None:
            return next((found for found in self.rounds_of(slot_id) if found["q"] == q), None)

        made = until(opened, f"round {q} of slot {slot_id}", instead=lambda: self.rounds_of(slot_id))

        def arrived() -> list[Mail] | None:
            mails = self.mailbox.about("offer", "email", made["id"])
            return mails if len(mails) >= offers else None

        until(arrived, f"{offers} offers of round {made['id']} in the mailbox", instead=self._undelivered(made))
        mails = self.mailbox.about("offer", "email", made["id"])
        return Offered(self.round(made["id"]), sorted(mails, key=lambda mail: mail.at))

    def _undelivered(self, made: dict[str, Any]) -> Any:
        def described() -> list[str]:
            states = []
            for offer in made["offers"]:
                for message in self.secretary.get(f"/patients/{offer['patient_id']}/messages")["items"]:
                    states.append(f"{message['id']} {message['state']}")
            return states

        return described

    def jump(self, by: timedelta | None = None, *, to: datetime | None = None) -> datetime:
        return self.engine.jump(by, to=to)

"""A told demo's stack as a second program sees it, and what it says when a step is not so."""

from typing import Any
from zoneinfo import ZoneInfo

from local.demo.browser import Browser, Page
from local.demo.mail import Mail, Mailbox
from local.demo.people import People
from local.stack import Stack


class NotSo(Exception):
    """What a step says, and what there is."""


class World:
    """The stack as anybody with an admin's sign-in sees it."""

    def __init__(self, stack: Stack) -> None:
        self.site = stack.site
        self.staff = stack.staff("admin")
        self.people = People(self.staff)
        self.zone = ZoneInfo(stack.state["zone"])
        self.mails = {mail.id: mail for mail in Mailbox(stack.engine).all()}
        self.texts = {text["id"]: text for text in stack.engine.sms()}

    def appointment(self, appointment_id: str) -> dict[str, Any]:
        return dict(self.staff.get(f"/appointments/{appointment_id}"))

    def round(self, round_id: str) -> dict[str, Any]:
        return dict(self.staff.get(f"/rounds/{round_id}"))

    def offer(self, round_id: str, appointment_id: str) -> dict[str, Any]:
        offers = {o["appointment_id"]: o for o in self.round(round_id)["offers"]}
        same("an offer of the round", appointment_id in offers, True)
        return dict(offers[appointment_id])

    def mail(self, mail_id: str, patient_id: str) -> Mail:
        """An email that is there, and went to that patient alone."""
        same("in the mailbox", mail_id in self.mails, True)
        mail = self.mails[mail_id]
        same("recipient", mail.to, self.people.email(patient_id))
        return mail

    def told(self, message_id: str, mail_id: str, text_id: str, patient_id: str) -> None:
        """The email of that record, and an SMS of the same kind, each handed over once to that patient."""
        kind, _, rest = message_id.split(".", 2)
        same("message of the email", self.mail(mail_id, patient_id).message_id, message_id)
        same("an SMS that was sent", text_id in self.texts, True)
        same("its number", self.texts[text_id]["to"], self.people.number(patient_id))
        for id in (message_id, f"{kind}.sms.{rest}"):
            found = self.message(id)
            same(f"state of {id}", found["state"] in ("sent", "delivered"), True)
            same(f"hand-overs of {id}", found["hand_overs"], 1)

    def page(self, mail_id: str, patient_id: str) -> Page:
        return Browser().open(self.mail(mail_id, patient_id).link_to(self.site))

    def message(self, message_id: str) -> dict[str, Any]:
        return dict(self.staff.get(f"/messages/{message_id}"))


def same(what: str, found: object, said: object) -> None:
    if found != said:
        raise NotSo(f"{what}: {found!r}, not {said!r}")

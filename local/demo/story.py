"""The main job: a cancelled appointment finds five patients, one of them comes earlier, and so on down the line."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from local.addresses import OpenOffer
from local.demo.browser import Browser, Page
from local.demo.scene import Offered, Scene
from local.sample_clinic.to_cancel import line, to_cancel
from local.waiting import InVain, until

GRACE = timedelta(minutes=5)
FIVE = 5


class Untrue(Exception):
    """Something is not as the product promises; the message says what."""


def holds(condition: object, otherwise: str) -> None:
    if not condition:
        raise Untrue(otherwise)


def tell(scene: Scene, meanwhile: Callable[[Scene], None]) -> OpenOffer:
    """Returns an offer that is open at the end. `meanwhile` is what happens while nobody answers those of the cascade."""
    cancelled = cancel(scene)
    first = five_are_asked(scene, cancelled)
    accepting, declining, scanned = first.offers[0], first.offers[1], first.offers[2]
    scan(scene, first, scanned)
    decline(scene, first, declining)
    moved = accept(scene, first, accepting)
    the_others_learn(scene, first, accepting, declining)
    confirmation(scene, moved)
    second = cascade(scene, moved)
    meanwhile(scene)
    nobody_answers(scene, second)
    third = the_next_are_asked(scene, second)
    offer = third.offers[0]
    whose = f"{scene.people.name(offer['patient_id'])}, {scene.people.language(offer['patient_id'])}"
    return OpenOffer(third.mail_of(offer).link_to(scene.stack.site), whose)


def cancel(scene: Scene) -> dict[str, Any]:
    """An appointment of this week, in an agenda where others wait for such a one."""
    chosen = to_cancel(scene.secretary, scene.now())
    if chosen is None:
        raise InVain("there is no appointment this week in an agenda where a dozen patients wait")
    scene.teller.step(scene.now(), "The secretary cancels an appointment")
    after = scene.secretary.post(f"/appointments/{chosen['id']}/attendance", {"to": "cancelled_by_patient"})
    holds(after["attendance"] == "cancelled_by_patient", f"appointment {chosen['id']} is {after['attendance']}")
    where = _agenda(scene, chosen)
    scene.teller.line(f"{scene.local(chosen['start'])}, {where}: {scene.people.name(chosen['patient_id'])} can't come.")
    scene.teller.line(f"{len(line(scene.secretary, chosen))} patients wait for an earlier appointment there.")
    scene.record.step("cancelled", scene.now(), appointment_id=chosen["id"], slot_id=chosen["slot_id"])
    return dict(after)


def _agenda(scene: Scene, appointment: dict[str, Any]) -> str:
    return str(scene.secretary.get(f"/agendas/{appointment['agenda_id']}")["name"])


def five_are_asked(scene: Scene, cancelled: dict[str, Any]) -> Offered:
    """Nobody within the grace delay, five once it is over."""
    scene.engine.wait_idle()
    holds(not scene.rounds_of(cancelled["slot_id"]), "somebody was asked within the grace delay")
    ended = scene.jump(GRACE)
    asked = scene.asked(cancelled["slot_id"], 1, FIVE)
    took = (asked.mails[FIVE - 1].at - ended).total_seconds()
    scene.teller.step(ended, "Five minutes later, the first five in line are asked by email")
    _show_offers(scene, asked)
    scene.teller.line(f"Fifth email {took:.2f} s after the end of the grace delay.")
    _record_offers(scene, "offered", asked, seconds_to_fifth_email=round(took, 3))
    return asked


def _show_offers(scene: Scene, asked: Offered) -> None:
    holds(len(asked.offers) == FIVE, f"{len(asked.offers)} offers in round {asked.round['id']}")
    holds(len(asked.mails) == FIVE, f"{len(asked.mails)} emails for five offers")
    rows = []
    for offer in asked.offers:
        mail = asked.mail_of(offer)
        holds(mail.to == scene.people.email(offer["patient_id"]), f"email {mail.id} went to {mail.to}")
        who = scene.people.name(offer["patient_id"])
        rows.append((who, scene.people.language(offer["patient_id"]), mail.subject))
    scene.teller.table(rows)


def _record_offers(scene: Scene, name: str, asked: Offered, **more: Any) -> None:
    offers = [
        {"appointment_id": o["appointment_id"], "patient_id": o["patient_id"], "mail_id": asked.mail_of(o).id}
        for o in asked.offers
    ]
    ids = {"round_id": asked.round["id"], "slot_id": asked.round["slot_id"]}
    scene.record.step(name, scene.now(), **ids, offers=offers, **more)


def scan(scene: Scene, asked: Offered, offer: dict[str, Any]) -> None:
    """A mail scanner opens everything, follows every link, and presses the button."""
    before = scene.round(asked.round["id"])
    robot, link = Browser(), asked.mail_of(offer).link_to(scene.stack.site)
    robot.head(link)
    page = robot.open(link)
    for other in dict.fromkeys(page.links):
        if other.startswith(scene.stack.site):
            robot.open(other)
    robot.press(page)
    robot.head(link)
    scene.engine.wait_idle()
    holds(scene.round(asked.round["id"]) == before, "opening a link changed something")
    who = scene.people.name(offer["patient_id"])
    scene.teller.step(scene.now(), f"A mail scanner opens {who}'s link")
    scene.teller.line(f"{robot.requests} requests: every link followed, the button pressed. Nothing changed.")
    scene.record.step("scanned", scene.now(), **_ids(asked, offer), requests=robot.requests)


def _ids(asked: Offered, offer: dict[str, Any]) -> dict[str, str]:
    known = {"round_id": asked.round["id"], "appointment_id": offer["appointment_id"]}
    return known | {"patient_id": offer["patient_id"], "mail_id": asked.mail_of(offer).id}


def _answer(scene: Scene, asked: Offered, offer: dict[str, Any], answer: str) -> tuple[Page, Page]:
    """What the patient saw before and after."""
    browser = Browser()
    page = browser.open(asked.mail_of(offer).link_to(scene.stack.site))
    holds(
        page.status == 200 and ("answer", answer) in page.choices, f"the offer's page is {page.status} {page.title!r}"
    )
    browser.read()
    after = browser.press(page, answer=answer)
    holds(after.status == 200, f"after answering the page is {after.status} {after.title!r}")
    return page, after


def decline(scene: Scene, asked: Offered, offer: dict[str, Any]) -> None:
    _, after = _answer(scene, asked, offer, "decline")
    state = scene.offer(asked.round["id"], offer["appointment_id"])["state"]
    own = scene.appointment(offer["appointment_id"])
    holds(state == "declined" and own["attendance"] == "booked", f"offer {state}, appointment {own['attendance']}")
    who = scene.people.name(offer["patient_id"])
    scene.teller.step(scene.now(), f"{who} declines, keeps {scene.local(own['start'])}, stays in line")
    scene.teller.quote(after.heading)
    scene.record.step("declined", scene.now(), **_ids(asked, offer))


def accept(scene: Scene, asked: Offered, offer: dict[str, Any]) -> dict[str, Any]:
    """Returns the appointment as it was before the move, with the id of the new one as `moved_to`."""
    page, after = _answer(scene, asked, offer, "accept")
    old = scene.appointment(offer["appointment_id"])
    holds(old["attendance"] == "moved", f"the old appointment is {old['attendance']}")
    new = scene.appointment(old["moved_to"])
    same = new["slot_id"] == asked.round["slot_id"] and new["attendance"] == "booked"
    holds(same, f"the new appointment is {new['attendance']} on {new['slot_id']}")
    who = scene.people.name(offer["patient_id"])
    scene.teller.step(scene.now(), f"{who} accepts: {scene.local(old['start'])} becomes {scene.local(new['start'])}")
    holds(page.heading != after.heading, f"the page still says {after.heading!r}")
    for words in after.text[:6]:
        scene.teller.quote(words)
    scene.record.step("accepted", scene.now(), **_ids(asked, offer), new_appointment_id=new["id"])
    return old


def the_others_learn(scene: Scene, asked: Offered, accepting: dict[str, Any], declining: dict[str, Any]) -> None:
    answered = (accepting["appointment_id"], declining["appointment_id"])
    others = [offer for offer in asked.offers if offer["appointment_id"] not in answered]

    def all_superseded() -> bool:
        states = {o["appointment_id"]: o["state"] for o in scene.round(asked.round["id"])["offers"]}
        return all(states[offer["appointment_id"]] == "superseded" for offer in others)

    until(all_superseded, "the other offers to be superseded", instead=lambda: scene.round(asked.round["id"])["offers"])
    pages = []
    for offer in others:
        page = Browser().open(asked.mail_of(offer).link_to(scene.stack.site))
        own = scene.appointment(offer["appointment_id"])
        holds(page.status == 409 and not page.choices, f"a superseded offer's page is {page.status} {page.title!r}")
        holds(own["attendance"] == "booked", f"appointment {own['id']} is {own['attendance']}")
        pages.append((scene.people.name(offer["patient_id"]), page.heading))
    scene.teller.step(scene.now(), f"The other {len(others)} offers are over; their own appointments stand")
    scene.teller.table(pages)
    scene.record.step(
        "superseded",
        scene.now(),
        round_id=asked.round["id"],
        offers=[{k: o[k] for k in ("appointment_id", "patient_id")} for o in others],
    )


def confirmation(scene: Scene, old: dict[str, Any]) -> None:
    def arrived() -> Any:
        return scene.mailbox.about("moved", "email", old["moved_to"])

    mail = until(arrived, "the email that confirms the move")[-1]
    holds(mail.to == scene.people.email(old["patient_id"]), f"the confirmation went to {mail.to}")
    scene.teller.step(mail.at, f"{scene.people.name(old['patient_id'])} gets a confirmation")
    scene.teller.quote(mail.subject)
    ids = {"appointment_id": old["moved_to"], "patient_id": old["patient_id"]}
    scene.record.step("confirmed", scene.now(), **ids, mail_id=mail.id, message_id=mail.message_id)


def cascade(scene: Scene, old: dict[str, Any]) -> Offered:
    scene.jump(GRACE)
    asked = scene.asked(old["slot_id"], 1, FIVE)
    scene.teller.step(
        asked.mails[-1].at, f"The cascade: the place that was left, {scene.local(old['start'])}, is offered on"
    )
    _show_offers(scene, asked)
    _record_offers(scene, "cascaded", asked)
    return asked


def nobody_answers(scene: Scene, asked: Offered) -> None:
    scene.jump(to=datetime.fromisoformat(asked.round["expires_at"]) + timedelta(minutes=1))

    def closed() -> bool:
        return bool(scene.round(asked.round["id"])["status"] == "closed")

    # Fifteen days' reminders leave in the same moment: a computer with much else to do takes a while.
    until(closed, "the round to close", seconds=90, instead=lambda: scene.round(asked.round["id"]))
    states = {offer["state"] for offer in scene.round(asked.round["id"])["offers"]}
    holds(states == {"expired"}, f"unanswered offers are {', '.join(sorted(states))}")
    scene.teller.step(scene.now(), "Fifteen days later, nobody has answered: the five offers have expired")
    ids = {"round_id": asked.round["id"], "appointment_ids": [o["appointment_id"] for o in asked.offers]}
    scene.record.step("expired", scene.now(), **ids)


def the_next_are_asked(scene: Scene, before: Offered) -> Offered:
    asked = scene.asked(before.round["slot_id"], 2, FIVE)
    again = {o["patient_id"] for o in asked.offers} & {o["patient_id"] for o in before.offers}
    holds(not again, "somebody was asked twice about the same place")
    scene.teller.step(asked.mails[-1].at, "The next five in line are asked")
    _show_offers(scene, asked)
    _record_offers(scene, "asked_again", asked)
    return asked

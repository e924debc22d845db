"""What editing a template does to messages that are planned: new words at once, none at all when it is off or gone."""

from datetime import timedelta

import pytest

from creneau.messaging.delay import Delay, Unit
from creneau.messaging.message import Channel, Kind, Message, MessageState
from creneau.messaging.templates.edit import Draft, EditTemplates
from creneau.messaging.templates.show import ShowTemplates
from creneau.messaging.templates.switch import SwitchTemplate
from creneau.messaging.wording.wording import Wording
from creneau.shared.actor import SYSTEM as BY
from creneau.shared.again import Again
from tests.support.post import CLINIC, Post, body

AGAIN = Again(pause=lambda _: None, dice=lambda: 0.5)
WORDS = Wording(subject="Bientôt : {{ appointment.date }}", body="Cher {{ recipient.name }},\n\nà bientôt.")


def edit(post: Post) -> EditTemplates:
    return EditTemplates(post.store, ShowTemplates(post.store), CLINIC, post.clock, AGAIN)


def switch(post: Post) -> SwitchTemplate:
    return SwitchTemplate(post.store, ShowTemplates(post.store), post.clock, AGAIN)


@pytest.fixture
def reminder(post) -> str:
    """A message of a template of the clinic's own, planned and due."""
    post.patient()
    post.appointment()
    delays = (Delay(number=1, unit=Unit.DAYS),)
    draft = Draft(kind=Kind.REMINDER, channel=Channel.EMAIL, title="t", delays=delays, wordings={"fr": WORDS})
    edit(post).create("tpl_1", draft, BY)
    id = "reminder.email.apt_1.tpl_1-1d"
    post.put(
        Message(
            id=id,
            kind=Kind.REMINDER,
            channel=Channel.EMAIL,
            template_id="tpl_1",
            patient_id="pat_1",
            appointment_id="apt_1",
            occurrence="tpl_1-1d",
            due_at=post.now,
            created_at=post.now,
        )
    )
    return id


@pytest.mark.rule("M-08")
def test_a_template_of_the_clinics_own_writes_its_message(post, reminder):
    assert post.deliver(reminder).outcome == "sent"
    (mail,) = post.mails()
    assert mail["Subject"].replace("\u00a0", " ") == "Bientôt : jeudi 1er avril 2027"
    assert body(mail).startswith("Cher Claire Martin,")
    assert post.message(reminder).template == "fr/tpl_1"


@pytest.mark.rule("M-08", "M-09")
def test_a_message_that_waits_goes_in_the_new_words(post, reminder):
    edit(post).reword("tpl_1", "fr", WORDS.with_(subject="Nouveau"), 1, BY)
    post.deliver(reminder)
    assert post.mails()[0]["Subject"] == "Nouveau"


@pytest.mark.rule("M-08", "M-09")
def test_an_edited_system_template_too_and_back_to_the_shipped_words(post):
    post.patient()
    post.appointment()
    id = post.planned()
    edit(post).reword("confirmed.email", "fr", WORDS, 0, BY)
    post.deliver(id)
    assert body(post.mails()[0]).startswith("Cher Claire Martin,")
    edit(post).unword("confirmed.email", "fr", 1, BY)
    post.appointment("apt_2")
    post.deliver(post.planned("apt_2"))
    assert "Votre rendez-vous est confirmé" in body(post.mails()[1])


@pytest.mark.rule("M-08", "M-09")
@pytest.mark.parametrize("act", ["off", "deleted"])
def test_a_template_that_is_off_or_gone_sends_nothing(post, reminder, act):
    if act == "off":
        switch(post)("tpl_1", active=False)
    else:
        edit(post).delete("tpl_1")
    assert post.deliver(reminder).outcome == "suppressed"
    message = post.message(reminder)
    assert (message.state, message.why[-1].facts["reason"]) == (
        MessageState.SUPPRESSED,
        "template_turned_off_or_deleted",
    )
    assert message.template_id == "tpl_1"
    assert post.mails() == []


@pytest.mark.rule("M-08", "M-18")
@pytest.mark.parametrize("id", ["confirmed.email"])
def test_a_system_template_that_is_off_sends_nothing(post, id):
    post.patient()
    post.appointment()
    planned = post.planned()
    switch(post)(id, active=False)
    assert post.deliver(planned).outcome == "suppressed"
    switch(post)(id, active=True)
    post.appointment("apt_2")
    assert post.deliver(post.planned("apt_2")).outcome == "sent"


def test_the_clinics_own_words_cost_no_further_read_call(post, reminder):
    post.store.calls.clear()
    post.deliver(reminder)
    assert [call for call in post.store.calls if call != "commit"] == ["snapshot", "get_many"]


@pytest.mark.rule("S-04")
@pytest.mark.parametrize("custom_module", [True, False])
def test_a_reminder_by_sms_goes_in_the_clinics_words_only_while_the_custom_module_is_on(post, custom_module):
    post.texting(custom_module=True)
    post.patient(phone="+41791234567")
    post.appointment(start=post.now + timedelta(hours=25), end=post.now + timedelta(hours=26))
    edit(post).reword("reminder.sms", "fr", Wording(body="Le grand jour approche."), 0, BY)
    post.remind("apt_1")
    post.texting(custom_module=custom_module)
    (text,) = [m for m in post.messages() if m.channel is Channel.SMS]
    post.until(text.goes_at)
    assert ("Le grand jour approche." in post.texter.sent[0].body) is custom_module

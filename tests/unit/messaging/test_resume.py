"""A restored table says nothing twice: it is paused until what left since the restore point was set aside (M-20)."""

from datetime import timedelta

import pytest

from creneau.messaging.list_messages import ListMessages
from creneau.messaging.message import Channel, MessageState
from creneau.messaging.resume import AT_ONCE, Resumed, ResumeSending
from creneau.messaging.sms.month import Credits, SmsMonth
from creneau.shared.actor import Actor, Role
from creneau.shared.again import Again
from creneau.shared.change_settings import ChangeSettings
from creneau.shared.errors import Refused
from creneau.shared.settings import SETTINGS, Settings
from creneau.shared.store import require
from tests.support.post import Post
from tools.restored import mark

ADMIN = Actor(id="user-admin", roles=(Role.ADMIN,))
pytestmark = pytest.mark.rule("M-20")


class Restored:
    """A clinic whose table goes back to an earlier instant, while mails and contents stay."""

    def __init__(self, post: Post) -> None:
        self.post = post
        for n in (1, 2, 3):
            post.patient(f"pat_{n}")
            post.appointment(f"apt_{n}", f"pat_{n}")
            post.plan(f"apt_{n}")
        self.point, self.kept = post.now, (dict(post.store.items), dict(post.store.looks))

    def happens(self) -> None:
        """Until the table is lost: the first message goes, the second's hand-over breaks off; the third never went."""
        self.deliver("apt_1")
        self.post.mailer.lost.append(KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            self.deliver("apt_2")

    def deliver(self, appointment_id: str) -> None:
        self.post.now += timedelta(seconds=1)
        self.post.deliver(f"confirmed.email.{appointment_id}.0")

    def restore(self) -> None:
        self.post.store.items, self.post.store.looks = dict(self.kept[0]), dict(self.kept[1])
        mark(self.post.store, self.point)
        self.post.now += timedelta(hours=3)

    def resume(self, cursor: str | None = None, numbers_compared: bool = True) -> Resumed:
        use = ResumeSending(
            self.post.store,
            ListMessages(self.post.store),
            Bucket(self.post),
            self.post.clock,
            Again(pause=lambda _: None, dice=lambda: 0.5),
        )
        return use(ADMIN, numbers_compared=numbers_compared, cursor=cursor)

    @property
    def settings(self) -> Settings:
        return require(self.post.store, SETTINGS)

    def state(self, n: int) -> MessageState:
        return self.post.message(f"confirmed.email.apt_{n}.0").state


class Bucket:
    """The content bucket: no restore touches it."""

    def __init__(self, post: Post) -> None:
        self.kept = post.contents.kept

    def read(self, key: str) -> bytes:
        return self.kept[key]

    def has(self, key: str) -> bool:
        return key in self.kept


@pytest.fixture
def clinic(post: Post) -> Restored:
    made = Restored(post)
    made.happens()
    made.restore()
    return made


def test_nothing_leaves_before_it_is_reconciled(post, clinic):
    for _ in range(10):
        post.now += timedelta(minutes=10)
        post.sweep()
    assert post.outbox.entries == []
    assert len(post.mailer.sent) == 2


def test_what_left_is_set_aside_and_what_did_not_goes_once(post, clinic):
    resumed = clinic.resume()
    assert set(resumed.set_aside) == {"confirmed.email.apt_1.0", "confirmed.email.apt_2.0"}
    assert resumed.cursor is None
    post.now += timedelta(minutes=10)
    post.sweep()
    post.rest()
    assert [clinic.state(n) for n in (1, 2, 3)] == ["unconfirmed", "unconfirmed", "sent"]
    assert len(post.mailer.sent) == 3
    why = post.message("confirmed.email.apt_1.0").why[-1]
    assert (why.rule, why.facts["by"]) == ("M-20", "user-admin")
    assert not clinic.settings.messaging.paused


def test_a_hand_over_that_the_restored_table_remembers_is_in_doubt_too(post):
    clinic = Restored(post)
    clinic.happens()
    clinic.kept = dict(post.store.items), dict(post.store.looks)
    clinic.restore()
    post.sweep()  # it is taken up again, but does not leave
    assert clinic.state(2) is MessageState.SCHEDULED
    assert clinic.resume().set_aside == ("confirmed.email.apt_2.0",)


def test_not_before_numbers_were_compared(clinic):
    with pytest.raises(Refused) as refused:
        clinic.resume(numbers_compared=False)
    assert refused.value.code == "numbers_not_compared"
    assert clinic.settings.messaging.paused


def test_a_setting_does_not_lift_it(post, clinic):
    before = clinic.settings
    change = ChangeSettings(post.store, post.clock)
    with pytest.raises(Refused) as refused:
        change(before.with_(messaging=before.messaging.with_(paused=False)), before.version)
    assert refused.value.code == "not_reconciled"
    assert change(before.with_(look=before.look.with_(phone="X")), before.version).messaging.paused


def test_many_are_looked_at_call_by_call(post):
    clinic = Restored(post)
    for n in range(AT_ONCE):
        post.appointment(f"apt_more_{n}")
        post.plan(f"apt_more_{n}")
    mark(post.store, clinic.point)
    post.now += timedelta(hours=1)
    first = clinic.resume()
    assert first.cursor
    assert clinic.settings.messaging.paused
    assert clinic.resume(first.cursor).cursor is None
    assert not clinic.settings.messaging.paused


def test_after_a_mere_pause_it_begins_at_once(post):
    clinic = Restored(post)
    post.settings(paused=True)
    assert clinic.resume(numbers_compared=False) == Resumed()
    assert not clinic.settings.messaging.paused


@pytest.mark.rule("S-03")
@pytest.mark.promise(30)
def test_the_credits_of_an_sms_that_is_set_aside_are_uncertain(post):
    post.texting()
    post.patient(phone="+41791234567")
    post.appointment(start=post.now + timedelta(hours=26), end=post.now + timedelta(hours=27))
    post.remind("apt_1")
    (text,) = [m for m in post.messages() if m.channel is Channel.SMS]
    post.now = text.goes_at
    post.texter.lost.append(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        post.deliver(text.id)
    mark(post.store, post.now)
    use = ResumeSending(post.store, ListMessages(post.store), Bucket(post), post.clock, post.deliver.again)
    post.now += timedelta(minutes=1)
    assert use(ADMIN, numbers_compared=True).set_aside == (text.id,)
    assert post.message(text.id).state is MessageState.UNCONFIRMED
    (month,) = [m for m in post.store.items.values() if isinstance(m, SmsMonth)]
    assert month.included == Credits(uncertain=1)

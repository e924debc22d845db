"""Vouchers: a code of their own, an amount, a last day, and an email at each sending (M-19)."""

from datetime import date
from typing import Any

import pytest

from creneau.agenda.blocked_address import BlockedAddress, address_key
from creneau.messaging.message import MessageState, Recipient
from creneau.messaging.signature import Signature, Signatures
from creneau.messaging.voucher import Voucher, VoucherCode, code_of
from creneau.shared.actor import SYSTEM
from creneau.shared.errors import Invalid, NotFound, Refused
from creneau.shared.money import Money
from tests.support.world import World, at
from tests.unit.messaging.custom_world import custom_world, message, messages

pytestmark = pytest.mark.rule("M-19")


@pytest.fixture
def world() -> World:
    return custom_world()


def voucher(**more) -> Voucher:
    given: dict[str, Any] = {
        "id": "vou_1",
        "code": "",
        "amount": Money(amount=5000, currency="CHF"),
        "expires_on": date(2027, 3, 2),
        "name": "Paul Roy",
        "email": "paul@mail.example",
        "language": "de",
        "created_at": at("2026-03-02 08:00"),
    } | more
    return Voucher(**given)


def issue(world: World, **more) -> Voucher:
    return world.app.issue_voucher(voucher(**more), SYSTEM)


def faults(world: World, **more) -> list[str]:
    with pytest.raises(Invalid) as refused:
        issue(world, **more)
    assert world.all(Voucher) == []
    return [fault.field for fault in refused.value.faults]


def test_it_goes_to_its_address_with_all_that_it_says(world):
    made = issue(world, code="LAC-50")
    told = message(world, "voucher.email.vou_1.1")
    assert (told.recipient, told.address, told.state) == (
        Recipient.ADDRESS,
        "paul@mail.example",
        MessageState.SCHEDULED,
    )
    assert told.given == {
        "name": "Paul Roy",
        "code": "LAC-50",
        "amount": "5000",
        "currency": "CHF",
        "expires_on": "2027-03-02",
        "language": "de",
    }
    assert (made.created_by, made.sendings) == (SYSTEM.id, 1)


class TestCodes:
    def test_one_that_nobody_guesses(self, world):
        made = [issue(world, id=f"vou_{n}").code for n in range(20)]
        assert len(set(made)) == 20
        assert all(len(code) == 14 and code[4] == code[9] == "-" for code in made)

    def test_every_bit_of_it_is_used(self):
        assert code_of(b"\xff" * 8) == "ZZZZ-ZZZZ-ZZZZ"
        assert code_of(b"\x00" * 8) == "0000-0000-0000"
        assert code_of(b"\x80" + b"\x00" * 7) != code_of(b"\x00" * 8) != code_of(b"\x00" * 7 + b"\x10")

    def test_nobody_elses(self, world):
        issue(world, code="LAC-50")
        with pytest.raises(Refused) as refused:
            issue(world, id="vou_2", code="LAC-50")
        assert refused.value.code == "code_taken"
        assert len(world.all(Voucher)) == len(world.all(VoucherCode)) == len(messages(world)) == 1

    def test_two_at_once_with_one_code(self, world):
        rivals = [lambda: issue(world, id="vou_2", code="LAC-50")]
        world.store.before_commit.append(lambda _: rivals and rivals.pop()())
        with pytest.raises(Refused):
            issue(world, code="LAC-50")
        assert [v.id for v in world.all(Voucher)] == ["vou_2"]

    def test_the_same_request_again_keeps_its_code(self, world):
        assert issue(world) == issue(world)
        assert len(messages(world)) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": Money(amount=0, currency="CHF")}, "amount.amount"),
        ({"amount": Money(amount=-5, currency="CHF")}, "amount.amount"),
        ({"amount": Money(amount=1_000_001, currency="CHF")}, "amount.amount"),
        ({"amount": Money(amount=5000, currency="EUR")}, "amount.currency"),
        ({"expires_on": date(2026, 3, 1)}, "expires_on"),
        ({"language": "es"}, "language"),
        ({"signature_id": "sig_none"}, "signature_id"),
        ({"template_id": "tpl_none"}, "template_id"),
        ({"template_id": "custom.sms"}, "template_id"),
    ],
)
def test_what_cannot_be_meant(world, changes, field):
    assert faults(world, **changes) == [field]


def test_today_is_its_last_day_at_the_earliest(world):
    assert issue(world, expires_on=date(2026, 3, 2)).expires_on == date(2026, 3, 2)
    assert issue(world, id="vou_2", expires_on=None).expires_on is None


@pytest.mark.rule("G-04")
def test_the_signature_picked_for_it_goes_along(world):
    world.put(Signatures(others=(Signature(id="sig_1", title="Vouchers", text="Bon plaisir"),)))
    issue(world, signature_id="sig_1")
    assert message(world, "voucher.email.vou_1.1").given["signature_id"] == "sig_1"


@pytest.mark.rule("M-12")
def test_not_to_an_address_that_bounced(world):
    world.put(BlockedAddress(id=address_key("paul@mail.example"), because="bounced", blocked_at=world.now))
    with pytest.raises(Refused) as refused:
        issue(world)
    assert refused.value.code == "email_address_blocked"
    assert world.all(Voucher) == []


class TestSentAgain:
    def test_each_sending_is_a_message(self, world):
        issue(world)
        assert world.app.send_voucher("vou_1", 1, SYSTEM).sendings == 2
        assert list(messages(world)) == ["voucher.email.vou_1.1", "voucher.email.vou_1.2"]

    def test_the_same_request_again_sends_nothing_again(self, world):
        issue(world)
        world.app.send_voucher("vou_1", 1, SYSTEM)
        assert world.app.send_voucher("vou_1", 1, SYSTEM).sendings == 2
        assert len(messages(world)) == 2

    def test_not_when_more_are_said_to_have_been_sent(self, world):
        issue(world)
        with pytest.raises(Invalid) as refused:
            world.app.send_voucher("vou_1", 2, SYSTEM)
        assert refused.value.faults[0].field == "sendings"
        assert len(messages(world)) == 1

    def test_not_once_it_expired(self, world):
        issue(world, expires_on=date(2026, 3, 2))
        world.now = at("2026-03-03 00:00")
        with pytest.raises(Refused) as refused:
            world.app.send_voucher("vou_1", 1, SYSTEM)
        assert refused.value.code == "voucher_expired"

    def test_only_one_that_there_is(self, world):
        with pytest.raises(NotFound):
            world.app.send_voucher("vou_1", 1, SYSTEM)

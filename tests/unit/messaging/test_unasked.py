"""What nobody asked for as it arrives: what it says, whom it reaches, and how it is ended (M-14, M-19)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from creneau.agenda.attendance import Attendance
from creneau.agenda.blocked_address import BlockedAddress, address_key
from creneau.agenda.catalogue import patient_ref
from creneau.agenda.consent import ChangeConsent
from creneau.messaging.custom import Words
from creneau.messaging.group import GroupFilter, SmsGroup
from creneau.messaging.issue_voucher import IssueVoucher
from creneau.messaging.message import MessageState
from creneau.messaging.opt_out import OptOut
from creneau.messaging.review import PlanReview
from creneau.messaging.send_group import Asked, CancelGroup, SendToGroup, SortOut, WalkGroup
from creneau.messaging.signature import Signature, Signatures
from creneau.messaging.sms.month import Charge, SmsUse
from creneau.messaging.voucher import Voucher
from creneau.shared.actor import SYSTEM
from creneau.shared.again import Again
from creneau.shared.money import Money
from creneau.shared.settings import SETTINGS, Look, Settings, SmsSettings
from tests.support.post import CLINIC, NOW, Post, body

pytestmark = pytest.mark.rule("M-19")

AGAIN = Again(pause=lambda _: None, dice=lambda: 0.0)
PAGE = "https://reviews.example/lac"


@pytest.fixture
def post() -> Post:
    post = Post()
    present = post.store.get(SETTINGS) or Settings()
    post.put(present.with_(messaging=present.messaging.with_(off=()), look=Look(review_url=PAGE)))
    return post


@pytest.mark.rule("M-14")
class TestToAGroup:
    @pytest.fixture
    def whole(self, post) -> SmsGroup:
        """Sent to pat_1 and pat_2, who agreed."""
        post.edit(SETTINGS, sms=SmsSettings(enabled=True, custom_module=True))
        for n in (1, 2):
            post.patient(f"pat_{n}", phone=f"+4179123456{n}", consents={"group_sms": post.now})
        walk = WalkGroup(post.store, post.clock, AGAIN, SortOut(post.store, CLINIC))
        words = Words(text="{{ clinic.name }} : fermé vendredi.")
        SendToGroup(post.store, post.clock, AGAIN)("grp_1", Asked(GroupFilter(), words, None), SYSTEM)
        return walk("grp_1")

    def test_each_gets_it_with_a_link_of_their_own_that_ends_them(self, post, whole):
        post.rest()
        bodies = [text.body for text in post.texter.sent]
        assert len(bodies) == len(set(bodies)) == 2
        assert all(
            b.startswith("Cabinet du Lac : fermé vendredi.\nStop : https://rdv.cabinet.example/u/") for b in bodies
        )
        assert {link.subject["patient_id"] for link in post.links()} == {"pat_1", "pat_2"}

    def test_the_links_word_stops_what_has_not_left(self, post, whole):
        post.deliver("custom.sms.pat_1.grp_1")
        OptOut(ChangeConsent(post.store, post.clock, AGAIN))("pat_2")
        assert post.deliver("custom.sms.pat_2.grp_1").outcome == "suppressed"
        assert len(post.texter.sent) == 1

    @pytest.mark.rule("M-02")
    def test_nothing_leaves_from_the_instant_that_it_is_taken_back(self, post, whole):
        CancelGroup(post.store, post.clock, AGAIN)("grp_1", SYSTEM)
        assert post.deliver("custom.sms.pat_1.grp_1").outcome == "suppressed"
        assert post.texter.sent == []

    @pytest.mark.rule("S-02")
    def test_it_is_charged_as_custom_and_never_from_the_included_ones(self, post, whole):
        post.rest()
        uses = [u for u in post.store.items.values() if isinstance(u, SmsUse)]
        assert [u.charge for u in uses] == [Charge.CUSTOM, Charge.CUSTOM]

    def test_the_table_is_asked_twice(self, post, whole):
        post.store.calls.clear()
        post.deliver("custom.sms.pat_1.grp_1")
        assert len([call for call in post.store.calls if call != "commit"]) <= 2


class TestReviews:
    def asked(self, post: Post) -> str:
        """After a visit of yesterday; the id of the request."""
        start = datetime(2027, 1, 31, 8, 0, tzinfo=UTC)
        post.patient()
        ended: dict[str, Any] = {
            "start": start,
            "end": start + timedelta(minutes=30),
            "attendance": Attendance.ATTENDED,
        }
        post.appointment(**ended, attendance_at=start + timedelta(hours=1))
        (id,) = PlanReview(post.store, CLINIC, post.clock, AGAIN)("apt_1").message_ids
        return id

    def test_it_leads_to_the_clinics_page_and_says_how_to_end_them(self, post):
        self.asked(post)
        post.rest()
        (mail,) = post.mails()
        (link,) = post.links()
        assert (link.purpose, link.subject) == ("opt_out", {"patient_id": "pat_1"})
        for kind in ("plain", "html"):
            assert PAGE in body(mail, kind)
            assert "https://rdv.cabinet.example/u/" in body(mail, kind)
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        (kept,) = post.contents.kept.values()
        assert PAGE.encode() in kept
        token = mail["List-Unsubscribe"].strip("<>").rsplit("/", 1)[1]
        assert token.encode() not in kept

    def test_a_refusal_meanwhile_stops_it(self, post):
        id = self.asked(post)
        post.edit(patient_ref("pat_1"), refusals={"reviews": post.now})
        post.rest()
        assert post.mails() == []
        assert (post.message(id).state, post.message(id).why[-1].facts["reason"]) == (
            MessageState.SUPPRESSED,
            "no_consent",
        )

    def test_so_does_a_page_that_was_taken_away(self, post):
        id = self.asked(post)
        post.edit(SETTINGS, look=Look())
        post.rest()
        assert post.message(id).why[-1].facts["reason"] == "no_review_page"


class TestVouchers:
    def issue(self, post: Post, **more) -> Voucher:
        wanted = Voucher(
            id="vou_1",
            code="LAC-50",
            amount=Money(amount=5000, currency="CHF"),
            expires_on=date(2027, 12, 31),
            name="Paul Roy",
            email="paul@mail.example",
            language="en",
            created_at=NOW,
        )
        return IssueVoucher(post.store, CLINIC, post.clock, AGAIN, post._random)(wanted.with_(**more), SYSTEM)

    def test_it_says_what_it_is_worth_until_when_and_its_code(self, post):
        self.issue(post)
        post.rest()
        (mail,) = post.mails()
        assert mail["To"] == "paul@mail.example"
        text = body(mail).replace("\u00a0", " ")
        for said in ("Paul Roy", "LAC-50", "CHF 50.00", "31 December 2027"):
            assert said in text
        assert post.links() == []

    @pytest.mark.rule("G-04")
    def test_it_is_signed_with_what_was_picked(self, post):
        post.put(Signatures(default="The practice", others=(Signature(id="sig_1", title="V", text="Enjoy it"),)))
        self.issue(post, signature_id="sig_1")
        post.rest()
        (mail,) = post.mails()
        assert "Enjoy it" in body(mail)
        assert "The practice" not in body(mail)

    @pytest.mark.rule("M-12")
    def test_not_once_its_address_bounced(self, post):
        self.issue(post)
        post.put(BlockedAddress(id=address_key("Paul@Mail.example"), because="bounced", blocked_at=post.now))
        post.rest()
        assert post.mails() == []
        assert post.message("voucher.email.vou_1.1").why[-1].facts["reason"] == "email_address_blocked"

    def test_two_reads(self, post):
        self.issue(post)
        post.store.calls.clear()
        post.deliver("voucher.email.vou_1.1")
        reads = [call for call in post.store.calls if call != "commit"]
        assert len(reads) <= 2

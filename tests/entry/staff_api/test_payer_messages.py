"""Messages to payers over the API: their templates, with the warning that one is for all, and what was sent to whom."""

from typing import Any

import pytest

from creneau.agenda.catalogue import practitioner_ref
from creneau.messaging.message import Channel, Kind, Message, MessageState, Recipient
from creneau.messaging.template import TEMPLATE_BOOK, TemplateBook
from creneau.shared.settings import LANGUAGES
from creneau.shared.store import require
from tests.support.staff_api import Staff
from tests.support.world import at

REMINDER: dict[str, Any] = {
    "kind": "payment_reminder",
    "channel": "email",
    "title": "A month later",
    "delays": [{"number": 48, "unit": "hours"}, {"number": 30, "unit": "days"}, {"number": 2, "unit": "months"}],
    "wordings": {"fr": {"subject": "Rappel", "body": "Bonjour,\n\n{{ owed.details }}\n\n{{ pay.button }}"}},
}
FOR_ALL: dict[str, Any] = {
    "kind": "invoice",
    "channel": "email",
    "title": "Every invoice",
    "delays": [{"number": 0, "unit": "hours"}],
    "wordings": {"fr": {"subject": "Facture {{ invoice.number }}", "body": "Votre facture de {{ invoice.balance }}."}},
}


@pytest.fixture
def billing(world) -> Staff:
    return Staff(world, roles=("billing",), id="user-billing")


def lines(world):
    return (world.store.get(TEMPLATE_BOOK) or TemplateBook()).stored


@pytest.mark.rule("D-01", "D-02", "M-08")
class TestTemplates:
    def test_a_reminder_counts_in_hours_days_and_months(self, world, admin):
        answer = admin.post("/v1/templates", REMINDER)
        assert (answer.status, answer["attach"], answer["notices"]) == (201, True, [])
        (line,) = lines(world)
        assert [d.code for d in line.delays] == ["48h", "30d", "2mo"]

    def test_an_invoice_that_sends_itself_says_that_it_is_for_all(self, admin):
        answer = admin.post("/v1/templates", FOR_ALL)
        assert answer.status == 201
        (notice,) = answer["notices"]
        assert "every invoice" in notice
        assert admin.get(f"/v1/templates/{answer['id']}")["notices"] == [notice]
        assert admin.get("/v1/templates/invoice.email")["notices"] == []

    def test_without_the_pdfs(self, world, admin):
        id = admin.post("/v1/templates", REMINDER | {"attach": False})["id"]
        assert admin.get(f"/v1/templates/{id}")["attach"] is False
        assert admin.patch(f"/v1/templates/{id}", {"title": "B"}, version=1)["attach"] is False
        assert admin.patch(f"/v1/templates/{id}", {"attach": True}, version=2)["attach"] is True
        assert lines(world)[0].attach is True

    @pytest.mark.parametrize(
        ("given", "fields"),
        [
            (REMINDER | {"delays": []}, ["delays"]),
            (REMINDER | {"delays": [{"number": n, "unit": "days"} for n in range(1, 12)]}, ["delays"]),
            (REMINDER | {"delays": [{"number": 0, "unit": "hours"}]}, ["delays[0].number"]),
            (REMINDER | {"delays": [{"number": 30, "unit": "minutes"}]}, ["delays[0].unit"]),
            (REMINDER | {"channel": "sms"}, ["kind"]),
            (REMINDER | {"wordings": {"fr": {"subject": "Rappel", "body": "Payez."}}}, ["wordings.fr.body"]),
            (FOR_ALL | {"delays": [{"number": 1, "unit": "hours"}]}, ["delays[0]"]),
            (FOR_ALL | {"delays": [{"number": 0, "unit": "days"}]}, ["delays[0]"]),
            (FOR_ALL | {"delays": []}, ["delays"]),
            (FOR_ALL | {"channel": "sms"}, ["kind"]),
            (FOR_ALL | {"kind": "payment_link"}, ["kind"]),
            (
                {"kind": "voucher", "channel": "email", "title": "V", "attach": False}
                | {"wordings": {"fr": {"subject": "Bon", "body": "{{ voucher.code }}"}}},
                ["attach"],
            ),
        ],
    )
    def test_what_can_not_be_meant_is_refused_with_its_place(self, world, admin, given, fields):
        answer = admin.post("/v1/templates", given)
        assert (answer.status, answer.fields) == (422, fields)
        assert all(error["problem"] and error["remedy"] for error in answer["errors"])
        assert lines(world) == ()

    @pytest.mark.parametrize("id", ["invoice.email", "invoice.sms", "payment_link.email", "payment_reminder.email"])
    def test_the_system_ones_are_sent_by_hand_or_by_automatic_invoicing(self, admin, id):
        answer = admin.get(f"/v1/templates/{id}")
        assert (answer["active"], answer["can_be_off"]) == (True, False)
        off = admin.put(f"/v1/templates/{id}/active", {"active": False})
        assert (off.status, off["code"]) == (409, "always_on")
        assert off["remedy"]

    @pytest.mark.parametrize(("of", "code"), [("invoice.email", "0h"), ("payment_reminder.email", "1mo")])
    def test_a_copy_is_off_and_has_a_delay_to_begin_with(self, world, admin, of, code):
        answer = admin.post(f"/v1/templates/{of}/duplicate", {"title": "Copy"})
        assert (answer.status, answer["active"]) == (201, False)
        assert [d.code for d in lines(world)[0].delays] == [code]

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize(
        "id", ["invoice.email", "invoice.sms", "payment_link.email", "payment_link.sms", "payment_reminder.email"]
    )
    def test_a_preview_in_each_language(self, admin, id, language):
        answer = admin.post(f"/v1/templates/{id}/preview", {"key": language})
        told = answer["sms"] or answer["text"]
        assert "120" in told
        assert ("/p/" in told) is (id != "invoice.email")

    def test_its_fields_with_what_they_say(self, admin):
        told = {
            f["name"]: f["sample"]
            for f in admin.get("/v1/template-fields", kind="payment_reminder", channel="email").items
        }
        assert told["owed.amount"].replace("\u00a0", " ") == "240.00 CHF"
        assert told["pay.link"].startswith("https://")
        assert not [name for name in told if name.startswith(("appointment.", "patient.", "invoice."))]


@pytest.mark.rule("P-01")
class TestWhoWordsThem:
    def test_billing_words_messages_to_payers_and_no_others(self, admin, billing):
        mine = billing.post("/v1/templates", REMINDER)
        assert mine.status == 201
        assert billing.put(f"/v1/templates/{mine['id']}/active", {"active": False}).status == 200
        words = REMINDER["wordings"]["fr"]
        assert billing.put("/v1/templates/payment_reminder.email/wordings/fr", words, version=0).status == 200
        assert billing.post("/v1/templates/payment_reminder.email/preview", {"key": "fr"}).status == 200
        theirs = admin.post(
            "/v1/templates",
            {"kind": "review", "channel": "email", "title": "R", "delays": [{"number": 2, "unit": "days"}]}
            | {"wordings": {"fr": {"subject": "Avis", "body": "Merci.\n\n{{ review.button }}"}}},
        )
        path = f"/v1/templates/{theirs['id']}"
        for refused in (
            billing.post("/v1/templates", REMINDER | {"kind": "reminder"}),
            billing.patch(path, {"title": "x"}, version=1),
            billing.put(f"{path}/active", {"active": False}),
            billing.put(f"{path}/wordings/de", words, version=1),
            billing.post(f"{path}/duplicate", {"title": "x"}),
            billing.delete(path),
            billing.post(f"{path}/preview", {"key": "fr"}),
        ):
            assert (refused.status, refused["code"]) == (403, "role")


def reminder(n: int, practitioner: str | None = None, **more: Any) -> Message:
    given: dict[str, Any] = {"due_at": at(f"2026-03-0{n} 08:00"), "created_at": at("2026-03-01 08:00")} | more
    return Message(
        id=f"payment_reminder.email.patient.pat_1.2026-03-0{n}",
        kind=Kind.PAYMENT_REMINDER,
        channel=Channel.EMAIL,
        payer_key="patient.pat_1",
        patient_id="pat_1",
        practitioner_id=practitioner,
        recipient=Recipient.PAYER,
        invoice_ids=(f"inv_{n}",),
        occurrence=f"2026-03-0{n}",
        state=MessageState.SENT,
        **given,
    )


@pytest.mark.rule("M-02")
def test_what_was_sent_to_a_payer_the_latest_first(world, secretary, billing):
    world.patient("pat_1")
    world.put(reminder(1, "prc_1"), reminder(2), reminder(3, "prc_2"))
    for who in (secretary, billing):
        items = who.get("/v1/payers/patient.pat_1/messages").items
        assert [m["invoice_ids"] for m in items] == [["inv_3"], ["inv_2"], ["inv_1"]]
        assert {m["payer_key"] for m in items} == {"patient.pat_1"}
        assert who.get("/v1/payers/patient.pat_1/messages", kind="invoice").items == []
    assert len(secretary.get("/v1/patients/pat_1/messages").items) == 3


@pytest.mark.rule("P-01")
def test_a_practitioner_sees_those_about_their_own_invoices(world):
    world.put(require(world.store, practitioner_ref("prc_1")).with_(user="user-prc_1"))
    world.put(reminder(1, "prc_1"), reminder(2), reminder(3, "prc_2"))
    own = Staff(world, roles=("practitioner",), id="user-prc_1")
    assert [m["invoice_ids"] for m in own.get("/v1/payers/patient.pat_1/messages").items] == [["inv_1"]]

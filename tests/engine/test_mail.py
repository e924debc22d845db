"""SES: the whole mail is kept and shown, its events come as AWS publishes them, and too many at once are refused."""

import email.message
import email.policy

import pytest

from local.engine.client import Engine
from tests.engine.stack import until

SENDER = "Clinique <rdv@clinic.example>"


def events(app, kinds):
    found: dict[str, dict] = {}

    def complete():
        for event in app.messages("MailEvents"):
            found.setdefault(event["eventType"], event)
        return found if set(found) >= set(kinds) else None

    assert set(until(complete)) == set(kinds)
    return found


def simple(text="Bonjour", **more):
    return {"Simple": {"Subject": {"Data": "Un rendez-vous plus tôt"}, "Body": {"Text": {"Data": text}}, **more}}


def test_raw_mail(app):
    sent = email.message.EmailMessage(policy=email.policy.SMTP)
    sent["From"], sent["To"], sent["Subject"] = SENDER, "p@patient.example", "Créneau libéré"
    sent["List-Unsubscribe"] = "<https://clinic.example/u/1>"
    sent.set_content("Bonjour")
    sent.add_alternative("<p>Bonjour</p>", subtype="html")
    sent.add_attachment(b"%PDF-1.7\x00\xff", maintype="application", subtype="pdf", filename="facture.pdf")
    answer = app.client("sesv2").send_email(
        FromEmailAddress=SENDER,
        Destination={"ToAddresses": ["p@patient.example"]},
        Content={"Raw": {"Data": bytes(sent)}},
        ConfigurationSetName="mails",
        EmailTags=[{"Name": "message", "Value": "m-1"}],
    )
    found = events(app, ["Send", "Delivery"])
    kept = app.engine.mails()[-1]
    assert (kept["to"], kept["subject"]) == (["p@patient.example"], "Créneau libéré")
    assert abs(kept["at"] - app.engine.now().timestamp()) < 10
    opened = app.engine.mail(answer["MessageId"])
    assert opened["text"].strip() == "Bonjour"
    assert opened["html"].strip() == "<p>Bonjour</p>"
    assert ["List-Unsubscribe", "<https://clinic.example/u/1>"] in opened["headers"]
    (pdf,) = opened["attachments"]
    assert (pdf["filename"], pdf["content_type"], pdf["base64"]) == (
        "facture.pdf",
        "application/pdf",
        "JVBERi0xLjcA/w==",
    )
    mail = found["Delivery"]["mail"]
    assert mail["messageId"] == answer["MessageId"]
    assert mail["tags"]["message"] == ["m-1"]
    assert mail["tags"]["ses:configuration-set"] == ["mails"]
    assert found["Send"]["send"] == {}
    assert found["Delivery"]["delivery"]["recipients"] == ["p@patient.example"]


def test_simple_mail_with_headers_and_attachment(app):
    answer = app.client("sesv2").send_email(
        FromEmailAddress=SENDER,
        Destination={"ToAddresses": ["p@patient.example"]},
        ReplyToAddresses=["accueil@clinic.example"],
        Content=simple(
            Headers=[{"Name": "X-Appointment", "Value": "A-2"}],
            Attachments=[{"FileName": "a.ics", "RawContent": b"BEGIN:VCALENDAR", "ContentType": "text/calendar"}],
        ),
    )
    opened = app.engine.mail(answer["MessageId"])
    headers = dict(opened["headers"])
    assert headers["X-Appointment"] == "A-2"
    assert headers["Reply-To"] == "accueil@clinic.example"
    assert headers["Subject"] == "Un rendez-vous plus tôt"
    assert [a["content_type"] for a in opened["attachments"]] == ["text/calendar"]


@pytest.mark.parametrize(
    ("local", "kinds", "detail"),
    [
        ("bounce", ["Send", "Bounce"], "bouncedRecipients"),
        ("complaint", ["Send", "Delivery", "Complaint"], "complainedRecipients"),
    ],
)
def test_mailbox_simulator(app, local, kinds, detail):
    address = f"{local}@simulator.amazonses.com"
    app.client("sesv2").send_email(
        FromEmailAddress=SENDER, Destination={"ToAddresses": [address]}, Content=simple(), ConfigurationSetName="mails"
    )
    outcome = events(app, kinds)[kinds[-1]]
    assert [r["emailAddress"] for r in outcome[local][detail]] == [address]


def test_an_unverified_sender_is_refused_and_nothing_kept(app):
    ses, before = app.client("sesv2"), len(app.engine.mails())
    with pytest.raises(ses.exceptions.MessageRejected):
        ses.send_email(
            FromEmailAddress="x@elsewhere.example", Destination={"ToAddresses": ["p@patient.example"]}, Content=simple()
        )
    assert len(app.engine.mails()) == before


def test_the_sending_rate(tmp_path):
    with Engine.start(tmp_path, environment={"ENGINE_SES_RATE": "3"}) as engine:
        ses = engine.client("sesv2")
        ses.create_email_identity(EmailIdentity="clinic.example")
        request = {
            "FromEmailAddress": SENDER,
            "Destination": {"ToAddresses": ["p@patient.example"]},
            "Content": simple(),
        }
        for _ in range(3):
            ses.send_email(**request)
        with pytest.raises(ses.exceptions.TooManyRequestsException, match="Maximum sending rate exceeded"):
            ses.send_email(**request)
        assert len(engine.mails()) == 3

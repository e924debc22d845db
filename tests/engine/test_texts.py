"""SMS published to a number are kept with their moment, in the order sent, and their delivery is logged."""

import json

import pytest

GROUP = "sns/eu-west-3/000000000000/DirectPublishToPhoneNumber"


def test_texts_are_kept(app):
    sns = app.client("sns")
    sender = {"AWS.SNS.SMS.SenderID": {"DataType": "String", "StringValue": "CLINIQUE"}}
    ids = [
        sns.publish(PhoneNumber="+33612345678", Message=f"Créneau libre {i}", MessageAttributes=sender)["MessageId"]
        for i in range(2)
    ]
    kept = app.engine.sms()[-2:]
    assert [text["id"] for text in kept] == ids
    assert [text["text"] for text in kept] == ["Créneau libre 0", "Créneau libre 1"]
    assert {text["to"] for text in kept} == {"+33612345678"}
    assert "AWS.SNS.SMS.SenderID" in kept[0]["attributes"]
    assert abs(kept[1]["at"] - app.engine.now().timestamp()) < 10


@pytest.mark.parametrize(
    ("number", "group", "status"),
    [("+33612345678", GROUP, "SUCCESS"), ("+33612340000", f"{GROUP}/Failure", "FAILURE")],
)
def test_delivery_is_logged(app, number, group, status):
    kind = {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}}
    sent = app.client("sns").publish(PhoneNumber=number, Message="m", MessageAttributes=kind)["MessageId"]
    events = app.client("logs").filter_log_events(logGroupName=group)["events"]
    (line,) = [e for event in events if (e := json.loads(event["message"]))["notification"]["messageId"] == sent]
    assert (line["status"], line["delivery"]["destination"]) == (status, number)
    assert line["delivery"]["smsType"] == "Transactional"

"""SMS published to a number are kept with their moment, in the order sent."""


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

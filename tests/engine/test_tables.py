"""TTL and point-in-time recovery as the template says, TTL deletes on the clock and signed by the service."""

import json
from datetime import timedelta

from tests.engine.stack import until

SERVICE = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}


def state(app, table):
    ddb = app.client("dynamodb")
    backups = ddb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    return (
        ddb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]["TimeToLiveStatus"],
        backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"],
    )


def test_the_template_turns_both_on(app):
    assert state(app, app.out["Table"]) == ("ENABLED", "ENABLED")


def test_an_update_turns_both_on_and_off(app):
    cfn = app.client("cloudformation")

    def template(**more):
        table = {
            "TableName": "changing",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}],
            **more,
        }
        return json.dumps({"Resources": {"T": {"Type": "AWS::DynamoDB::Table", "Properties": table}}})

    def settled(status):
        until(lambda: cfn.describe_stacks(StackName="changing")["Stacks"][0]["StackStatus"] == status)

    cfn.create_stack(StackName="changing", TemplateBody=template())
    settled("CREATE_COMPLETE")
    on = {
        "TimeToLiveSpecification": {"AttributeName": "e", "Enabled": True},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
    }
    cfn.update_stack(StackName="changing", TemplateBody=template(**on))
    until(lambda: state(app, "changing") == ("ENABLED", "ENABLED"))
    settled("UPDATE_COMPLETE")
    cfn.update_stack(StackName="changing", TemplateBody=template())
    until(lambda: state(app, "changing") == ("DISABLED", "DISABLED"))


def test_an_expired_item_goes_with_the_services_record(app):
    expires = str(int(app.engine.now().timestamp()) + 3 * 86400)
    app.put("plain#ttl", {"sk": {"S": "expiring"}, "ttl": {"N": expires}})
    key = {"pk": {"S": "plain#ttl"}, "sk": {"S": "expiring"}}
    app.engine.jump(timedelta(days=2))
    app.engine.wait_idle()
    assert "Item" in app.client("dynamodb").get_item(TableName=app.out["Table"], Key=key)
    app.engine.jump(timedelta(days=2))
    app.engine.wait_idle()
    assert "Item" not in app.client("dynamodb").get_item(TableName=app.out["Table"], Key=key)
    gone = [n for n in app.notes("seen#Plain") if n["ids"] == ["expiring"] and n["names"] == ["REMOVE"]]
    assert [note["authors"] for note in gone] == [[SERVICE]]


def test_an_ordinary_delete_is_signed_by_nobody(app):
    app.put("plain#del", {"sk": {"S": "deleted"}})
    app.client("dynamodb").delete_item(
        TableName=app.out["Table"], Key={"pk": {"S": "plain#del"}, "sk": {"S": "deleted"}}
    )
    app.engine.wait_idle()
    gone = [n for n in app.notes("seen#Plain") if n["ids"] == ["deleted"] and n["names"] == ["REMOVE"]]
    assert [note["authors"] for note in gone] == [[None]]

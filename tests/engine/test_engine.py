"""The process: several side by side on the loopback, a clean stop, and what outlives one."""

import json
import socket
import subprocess
import time
from datetime import timedelta

import pytest

from local.engine.client import Engine
from local.engine.deploy import deploy
from tests.engine.stack import APP, MOTTO, until


def listening(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


def test_two_engines_side_by_side_know_nothing_of_each_other(app, tmp_path):
    with Engine.start(tmp_path) as other:
        assert other.url != app.engine.url
        assert other.client("dynamodb").list_tables()["TableNames"] == []
        other.jump(timedelta(days=400))
        assert other.now() - app.engine.now() > timedelta(days=100)
        assert Engine.attach(tmp_path).url == other.url


def test_its_address_is_the_first_thing_that_it_prints(app):
    assert (app.engine.home / "engine.log").read_text().startswith(f"{app.engine.url}\n")


def test_stopping_leaves_nothing_running(tmp_path):
    engine = Engine.start(tmp_path)
    port = int(engine.url.rsplit(":", 1)[1])
    start = time.monotonic()
    engine.stop()
    assert time.monotonic() - start < 2
    assert not listening(port)
    assert not (tmp_path / "engine.json").exists()
    with pytest.raises(OSError, match=r"engine\.json"):
        Engine.attach(tmp_path)


def test_only_the_loopback_is_listened_on(app):
    port = int(app.engine.url.rsplit(":", 1)[1])
    sockets = subprocess.run(["ss", "-ltnH"], capture_output=True, text=True, check=True).stdout.splitlines()
    assert [line.split()[3] for line in sockets if line.split()[3].endswith(f":{port}")] == [f"127.0.0.1:{port}"]


def test_parameters_arrive_and_a_second_deploy_builds_nothing(app):
    assert app.out["Motto"] == MOTTO
    built = app.build / "build" / "template.yaml"
    before = built.stat().st_mtime_ns
    assert deploy(app.engine, APP, "engine-test", {"Motto": MOTTO}, app.build) == app.out
    assert built.stat().st_mtime_ns == before


def test_a_kept_engine_comes_back_with_its_stack_and_its_time(tmp_path):
    table = {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}],
    }
    template = {
        "Resources": {"T": {"Type": "AWS::DynamoDB::Table", "Properties": table}},
        "Outputs": {"T": {"Value": {"Ref": "T"}}},
    }
    item = {"k": {"S": "kept"}}

    def outputs(engine):
        (stack,) = engine.client("cloudformation").describe_stacks(StackName="kept")["Stacks"]
        return stack["StackStatus"] == "CREATE_COMPLETE" and stack["Outputs"]

    with Engine.start(tmp_path, persist=True) as engine:
        engine.client("cloudformation").create_stack(StackName="kept", TemplateBody=json.dumps(template))
        (output,) = until(lambda: outputs(engine))
        engine.client("dynamodb").put_item(TableName=output["OutputValue"], Item=item)
        moment, url = engine.jump(timedelta(days=5)), engine.url
    with Engine.start(tmp_path, persist=True) as engine:
        assert outputs(engine) == [output]
        assert engine.client("dynamodb").get_item(TableName=output["OutputValue"], Key=item)["Item"] == item
        assert engine.now() >= moment
        assert engine.url == url  # queue URLs carry it

"""The template and the state machines keep the house rules, and each rule notices when they do not."""

import copy
import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from tests.template.loaded import the_stack
from tools import failure_rules, machine_rules
from tools import template_rules as rules
from tools.template_rules import RULES
from tools.template_stack import Stack

the_stack = cache(the_stack)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_kept(rule):
    assert list(rule(the_stack())) == []


def test_every_exception_is_needed():
    stack = the_stack()
    for name in ("action", "resource", "managed_policy"):
        for each in stack.exceptions.get(name, []):
            others = [other for other in stack.exceptions[name] if other is not each]
            without = Stack(stack.text, stack.machines, stack.root, {**stack.exceptions, name: others})
            found = [*rules.least_privilege(without), *rules.managed_policies_known(without)]
            assert found, f"{name} {each} excuses nothing"


GOOD: dict[str, Any] = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Transform": "AWS::Serverless-2016-10-31",
    "Resources": {
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "DeletionPolicy": "Retain",
            "UpdateReplacePolicy": "Retain",
            "Properties": {
                "DeletionProtectionEnabled": True,
                "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
                "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
            },
        },
        "Dead": {"Type": "AWS::SQS::Queue", "Properties": {}},
        "GivenUp": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "Dimensions": [{"Name": "QueueName", "Value": {"Fn::GetAtt": ["Dead", "QueueName"]}}],
                "AlarmActions": [{"Ref": "Topic"}],
            },
        },
        "Work": {
            "Type": "AWS::SQS::Queue",
            "Properties": {
                "VisibilityTimeout": 60,
                "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 3},
            },
        },
        "Api": {"Type": "AWS::Serverless::HttpApi", "Properties": {}},
        "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 90}},
        "Reader": {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "Runtime": "python3.13",
                "CodeUri": "functions/",
                "Handler": "stream.reader.handler",
                "Description": "Reads",
                "Timeout": 10,
                "LoggingConfig": {"LogGroup": {"Ref": "Logs"}},
                "Policies": [
                    {
                        "Statement": [
                            {
                                "Effect": "Allow",
                                "Action": ["dynamodb:GetItem"],
                                "Resource": {"Fn::GetAtt": ["Table", "Arn"]},
                            }
                        ]
                    }
                ],
                "Events": {
                    "Get": {
                        "Type": "HttpApi",
                        "Properties": {"ApiId": {"Ref": "Api"}, "Path": "/x", "Method": "get"},
                    },
                    "Queue": {
                        "Type": "SQS",
                        "Properties": {
                            "Queue": {"Fn::GetAtt": ["Work", "Arn"]},
                            "FunctionResponseTypes": ["ReportBatchItemFailures"],
                        },
                    },
                    "Stream": {
                        "Type": "DynamoDB",
                        "Properties": {
                            "Stream": {"Fn::GetAtt": ["Table", "StreamArn"]},
                            "StartingPosition": "TRIM_HORIZON",
                            "FunctionResponseTypes": ["ReportBatchItemFailures"],
                            "BisectBatchOnFunctionError": True,
                            "MaximumRetryAttempts": 3,
                            "MaximumRecordAgeInSeconds": 3600,
                            "DestinationConfig": {"OnFailure": {"Destination": {"Fn::GetAtt": ["Dead", "Arn"]}}},
                        },
                    },
                },
            },
        },
        "Flow": {
            "Type": "AWS::Serverless::StateMachine",
            "Properties": {"DefinitionUri": "statemachines/flow.asl.json"},
        },
    },
}
FLOW: dict[str, Any] = {
    "Comment": "Does one thing",
    "QueryLanguage": "JSONata",
    "States": {
        "DoBoth": {
            "Type": "Parallel",
            "Branches": [{"States": {"DoIt": {"Type": "Task", "TimeoutSeconds": 5, "Retry": [{}]}}}],
        }
    },
}
SAM_GIVES = ("AWSLambdaBasicExecutionRole", "AWSLambdaSQSQueueExecutionRole", "AWSLambdaDynamoDBExecutionRole")
EXCEPTIONS = {"managed_policy": [{"name": name, "reason": "what SAM gives such a function"} for name in SAM_GIVES]}


@pytest.fixture
def tree(tmp_path):
    for file in ("functions/stream/reader.py", "statemachines/flow.asl.json"):
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).touch()
    return tmp_path


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_good_example_is_good(rule, tree):
    assert list(rule(Stack(json.dumps(GOOD), {"flow": FLOW}, tree, EXCEPTIONS))) == []


def put(path: str, value: Any) -> Callable[[Any], None]:
    *parents, last = path.split("/")

    def change(template: Any) -> None:
        for name in parents:
            template = template[int(name) if isinstance(template, list) else name]
        if value is None:
            del template[last]
        else:
            template[last] = value

    return change


def last_goes_first(template: Any) -> None:
    resources = template["Resources"]
    template["Resources"] = dict(reversed(resources.items()))


def apart(template: Any) -> None:
    reader = template["Resources"]["Reader"]
    for name, handler in (("Other", "api.staff.handler"), ("Third", "stream.again.handler")):
        other = copy.deepcopy(reader)
        other["Properties"].update(Handler=handler, Events={})
        template["Resources"][name] = other


def guarded_any(template: Any) -> None:
    jwt = {"issuer": "https://issuer.example", "audience": ["staff"]}
    auth = {"Authorizers": {"Staff": {"IdentitySource": "$request.header.Authorization", "JwtConfiguration": jwt}}}
    template["Resources"]["Api"]["Properties"] = {"Auth": auth, "CorsConfiguration": {"AllowOrigins": ["https://x"]}}
    route = template["Resources"]["Reader"]["Properties"]["Events"]["Get"]["Properties"]
    route.update(Method="ANY", Auth={"Authorizer": "Staff"})


def every_morning(template: Any) -> None:
    schedule = {"Type": "ScheduleV2", "Properties": {"ScheduleExpression": "cron(0 9 * * ? *)"}}
    template["Resources"]["Reader"]["Properties"]["Events"]["Morning"] = schedule


def given_up_silently(template: Any) -> None:
    template["Resources"]["Other"] = {"Type": "AWS::SQS::Queue", "Properties": {}}
    goes = {"DestinationConfig": {"OnFailure": {"Type": "SQS", "Destination": {"Fn::GetAtt": ["Other", "Arn"]}}}}
    template["Resources"]["Reader"]["Properties"]["EventInvokeConfig"] = goes


READER, STREAM = "Resources/Reader/Properties", "Resources/Reader/Properties/Events/Stream/Properties"
STATEMENT = f"{READER}/Policies/0/Statement/0"
BROKEN = [
    (rules.sections_in_order, put("Parameters", {})),
    (rules.resources_in_order, last_goes_first),
    (rules.functions_of_a_domain_together, apart),
    (rules.small_enough, put("Description", "x" * 51_200)),
    (rules.functions_described, put(f"{READER}/Description", None)),
    (rules.functions_described, apart),
    (rules.functions_time_out, put(f"{READER}/Timeout", None)),
    (rules.functions_time_out, put(f"{READER}/Timeout", 30)),
    (rules.preflights_pass, guarded_any),
    (rules.functions_exist, put(f"{READER}/Handler", "stream.writer.handler")),
    (rules.logs_kept_for_a_time, put("Resources/Logs/Properties/RetentionInDays", None)),
    (rules.logs_kept_for_a_time, put(f"{READER}/LoggingConfig", None)),
    (rules.least_privilege, put(f"{STATEMENT}/Action", ["dynamodb:*"])),
    (rules.least_privilege, put(f"{STATEMENT}/Action", "*")),
    (rules.least_privilege, put(f"{STATEMENT}/Resource", "*")),
    (rules.least_privilege, put(f"{STATEMENT}/Resource", ["*"])),
    (rules.least_privilege, put(f"{STATEMENT}/NotAction", "iam:PassRole")),
    (rules.managed_policies_known, put(f"{READER}/Policies", ["arn:aws:iam::aws:policy/AdministratorAccess"])),
    (failure_rules.queues_give_up, put("Resources/Work/Properties/RedrivePolicy", None)),
    (failure_rules.queues_give_up, put("Resources/Work/Properties/RedrivePolicy/maxReceiveCount", None)),
    (failure_rules.queues_give_up, put("Resources/Work/Properties/VisibilityTimeout", 59)),
    (failure_rules.queues_give_up, put(f"{READER}/Events/Queue/Properties/FunctionResponseTypes", None)),
    (failure_rules.streams_give_up, put(f"{STREAM}/FunctionResponseTypes", None)),
    (failure_rules.streams_give_up, put(f"{STREAM}/BisectBatchOnFunctionError", False)),
    (failure_rules.streams_give_up, put(f"{STREAM}/MaximumRetryAttempts", -1)),
    (failure_rules.streams_give_up, put(f"{STREAM}/MaximumRecordAgeInSeconds", None)),
    (failure_rules.streams_give_up, put(f"{STREAM}/DestinationConfig", None)),
    (failure_rules.dead_letters_are_told, put("Resources/GivenUp", None)),
    (failure_rules.dead_letters_are_told, put("Resources/GivenUp/Properties/AlarmActions", None)),
    (failure_rules.dead_letters_are_told, given_up_silently),
    (failure_rules.schedules_are_told, every_morning),
    (rules.tables_survive, put("Resources/Table/DeletionPolicy", "Delete")),
    (rules.tables_survive, put("Resources/Table/UpdateReplacePolicy", None)),
    (rules.tables_survive, put("Resources/Table/Properties/DeletionProtectionEnabled", False)),
    (rules.tables_survive, put("Resources/Table/Properties/PointInTimeRecoverySpecification", None)),
    (rules.no_dashboard_inline, put("Resources/Board", {"Type": "AWS::CloudWatch::Dashboard", "Properties": {}})),
    (machine_rules.machines_in_files, put("Resources/Flow/Properties", {"Definition": {}})),
    (machine_rules.machines_in_files, put("Resources/Flow/Properties/DefinitionUri", "statemachines/gone.asl.json")),
    (
        machine_rules.machines_in_files,
        put("Resources/Raw", {"Type": "AWS::StepFunctions::StateMachine", "Properties": {}}),
    ),
]
TASK = "States/DoBoth/Branches/0/States/DoIt"
BROKEN_FLOWS = [
    (machine_rules.tasks_time_out_and_retry, put(f"{TASK}/TimeoutSeconds", None)),
    (machine_rules.tasks_time_out_and_retry, put(f"{TASK}/Retry", [])),
    (machine_rules.states_named_alike, put("QueryLanguage", None)),
    (machine_rules.states_named_alike, put("Comment", None)),
    (machine_rules.states_named_alike, put("States/do_it", {"Type": "Succeed"})),
]


@pytest.mark.parametrize(("rule", "change"), BROKEN)
def test_a_broken_template_is_noticed(rule, change, tree):
    template = copy.deepcopy(GOOD)
    change(template)
    assert list(rule(Stack(json.dumps(template), {"flow": FLOW}, tree, EXCEPTIONS)))


@pytest.mark.parametrize(("rule", "change"), BROKEN_FLOWS)
def test_a_broken_machine_is_noticed(rule, change, tree):
    flow = copy.deepcopy(FLOW)
    change(flow)
    assert list(rule(Stack(json.dumps(GOOD), {"flow": flow}, tree, EXCEPTIONS)))


def test_an_exception_without_a_reason_is_noticed(tree):
    assert list(rules.exceptions_have_reasons(Stack("{}", exceptions={"checkov": [{"id": "CKV_AWS_1"}]})))


def test_an_exception_holds_for_what_it_names_only(tree):
    template = copy.deepcopy(GOOD)
    put(f"{STATEMENT}/Resource", "*")(template)
    excused = [{"role": "ReaderRole", "action": "dynamodb:GetItem", "reason": "…"}]
    assert not list(rules.least_privilege(Stack(json.dumps(template), {}, tree, {"resource": excused})))
    assert list(
        rules.least_privilege(Stack(json.dumps(template), {}, tree, {"resource": [excused[0] | {"role": "X"}]}))
    )


def test_every_rule_has_been_seen_to_notice():
    noticed = {rule for rule, _ in BROKEN + BROKEN_FLOWS} | {rules.exceptions_have_reasons}
    assert set(RULES) == noticed

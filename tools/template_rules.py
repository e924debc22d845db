"""House rules for template.yaml and statemachines/ that no linter has; each yields what is wrong, in plain words."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from tools.failure_rules import dead_letters_are_told, queues_give_up, schedules_are_told, streams_give_up
from tools.machine_rules import machines_in_files, states_named_alike, tasks_time_out_and_retry
from tools.template_stack import Found, Stack, listed, target

SECTIONS = [
    "AWSTemplateFormatVersion", "Transform", "Description", "Metadata",
    "Parameters", "Rules", "Mappings", "Conditions", "Globals", "Resources", "Outputs",
]  # fmt: skip
# Resources come in this order; types that are not named here stand where they are best read.
ORDER = [
    "AWS::DynamoDB::Table",
    "AWS::SQS::Queue",
    "AWS::Serverless::HttpApi",
    "AWS::Serverless::Function",
    "AWS::Serverless::StateMachine",
]
LARGEST = 51_200  # bytes that CloudFormation takes without a bucket
API_TIMEOUT = 30  # seconds after which API Gateway gives up


def sections_in_order(stack: Stack) -> Found:
    names = list(stack.source)
    if names != sorted(names, key=SECTIONS.index):
        yield f"sections are {names}, not in the order of {SECTIONS}"


def resources_in_order(stack: Stack) -> Found:
    last, last_name = 0, ""
    for name, resource in stack.source["Resources"].items():
        if resource["Type"] in ORDER:
            rank = ORDER.index(resource["Type"])
            if rank < last:
                yield f"{name} ({resource['Type']}) stands after {last_name} ({ORDER[last]})"
            last, last_name = max(rank, last), name if rank >= last else last_name


def functions_of_a_domain_together(stack: Stack) -> Found:
    seen: list[str] = []
    for name, resource in stack.source["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            domain = re.split(r"[./]", resource["Properties"]["Handler"])[0]
            if domain in seen and seen[-1] != domain:
                yield f"{name} stands apart from the other functions of {domain}"
            seen.append(domain)


def small_enough(stack: Stack) -> Found:
    if (size := len(stack.text.encode())) >= LARGEST:
        yield f"{size} bytes; CloudFormation takes {LARGEST} without a bucket"


def functions_described(stack: Stack) -> Found:
    seen: dict[str, str] = {}
    for name, function in stack.of("AWS::Lambda::Function").items():
        words = str(function.get("Description", "")).strip()
        if not words:
            yield f"{name} has no Description"
        elif words in seen:
            yield f"{name} and {seen[words]} have the same Description"
        seen[words] = name


def functions_time_out(stack: Stack) -> Found:
    behind_api = {
        target(integration)
        for api in stack.of("AWS::ApiGatewayV2::Api").values()
        for integration in re.findall(r"\$\{(\w+)\.Arn\}/invocations", json.dumps(api.get("Body", {})))
    }
    for name, function in stack.of("AWS::Lambda::Function").items():
        if "Timeout" not in function:
            yield f"{name} has no Timeout"
        elif name in behind_api and function["Timeout"] >= API_TIMEOUT:
            yield f"{name} may take {function['Timeout']} s, but its API gives up after {API_TIMEOUT} s"


def preflights_pass(stack: Stack) -> Found:
    """A browser's preflight carries no token: a guarded route that takes any method refuses it, CORS or not."""
    for name, api in stack.of("AWS::ApiGatewayV2::Api").items():
        body = api.get("Body", {})
        if "x-amazon-apigateway-cors" not in body:
            continue
        for path, operations in body["paths"].items():
            if (operations.get("x-amazon-apigateway-any-method") or {}).get("security"):
                yield f"{name}: {path} takes ANY method of whoever is signed in, so no browser's preflight"


def functions_exist(stack: Stack) -> Found:
    for name, function in stack.of("AWS::Lambda::Function").items():
        module = str(function.get("Handler", "")).rpartition(".")[0].replace(".", "/")
        if not (stack.root / "functions" / f"{module}.py").is_file():
            yield f"{name}: there is no functions/{module}.py for its Handler {function.get('Handler')}"


def logs_kept_for_a_time(stack: Stack) -> Found:
    groups = stack.of("AWS::Logs::LogGroup")
    for name, group in groups.items():
        if "RetentionInDays" not in group:
            yield f"{name} has no RetentionInDays"
    for name, function in stack.of("AWS::Lambda::Function").items():
        chosen = target(function.get("LoggingConfig", {}).get("LogGroup"))
        if chosen not in groups and name not in {target(group.get("LogGroupName")) for group in groups.values()}:
            yield f"{name} has no log group of this template: Lambda would make one that keeps its logs for ever"


def least_privilege(stack: Stack) -> Found:
    for role, statement in _statements(stack):
        if statement.get("Effect") != "Allow":
            continue
        if "NotAction" in statement or "NotResource" in statement:
            yield f"{role} allows all but something"
        actions = listed(statement.get("Action", []))
        for action in actions:
            if "*" in str(action) and not stack.excepted("action", role=role, action=action):
                yield f"{role} may {action}"
        if "*" in listed(statement.get("Resource", [])):
            for action in actions:
                if not stack.excepted("resource", role=role, action=action):
                    yield f"{role} may {action} on every resource"


def managed_policies_known(stack: Stack) -> Found:
    for role, properties in stack.of("AWS::IAM::Role").items():
        for policy in properties.get("ManagedPolicyArns", []):
            if target(policy) in stack.of("AWS::IAM::ManagedPolicy"):
                continue  # ours: its statements are looked at like a role's own
            name = json.dumps(policy).rstrip('"]}').rpartition("/")[2]
            if not stack.excepted("managed_policy", name=name):
                yield f"{role} has AWS's policy {name}"


def _statements(stack: Stack) -> Iterator[tuple[str, dict[str, Any]]]:
    for role, properties in stack.of("AWS::IAM::Role").items():
        for policy in properties.get("Policies", []):
            yield from ((role, each) for each in listed(policy.get("PolicyDocument", {}).get("Statement", [])))
    for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"):
        for name, properties in stack.of(kind).items():
            yield from ((name, each) for each in listed(properties.get("PolicyDocument", {}).get("Statement", [])))


def tables_survive(stack: Stack) -> Found:
    for name, resource in stack.resources.items():
        if resource["Type"] != "AWS::DynamoDB::Table":
            continue
        table = resource["Properties"]
        if table.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled") is not True:
            yield f"{name} has no point-in-time recovery"
        if table.get("DeletionProtectionEnabled") is not True:
            yield f"{name} has no DeletionProtectionEnabled"
        for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
            if resource.get(policy) != "Retain":
                yield f"{name} has no {policy}: Retain"


def no_dashboard_inline(stack: Stack) -> Found:
    yield from (f"{name} belongs in a file of its own" for name in stack.of("AWS::CloudWatch::Dashboard"))


def exceptions_have_reasons(stack: Stack) -> Found:
    for rule, listing in stack.exceptions.items():
        for each in listing:
            if len(each.get("reason", "")) < 20:
                yield f"{rule} {each}: no reason given"


RULES: list[Callable[[Stack], Found]] = [
    sections_in_order, resources_in_order, functions_of_a_domain_together, small_enough,
    functions_described, functions_time_out, preflights_pass, functions_exist, logs_kept_for_a_time,
    least_privilege, managed_policies_known, queues_give_up, streams_give_up, dead_letters_are_told,
    schedules_are_told, tables_survive,
    no_dashboard_inline, machines_in_files, tasks_time_out_and_retry, states_named_alike, exceptions_have_reasons,
]  # fmt: skip

"""House rules for template.yaml and statemachines/ that no linter has; each yields what is wrong, in plain words."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.sam_transform import Template, read, transform

Found = Iterator[str]
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


@dataclass(frozen=True)
class Stack:
    """The template as written, as CloudFormation sees it, and what may deviate from the rules."""

    text: str
    machines: dict[str, Any] = field(default_factory=dict)
    root: Path = Path()
    exceptions: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    @property
    def source(self) -> Template:
        return read(self.text)

    @property
    def resources(self) -> dict[str, Any]:
        known = _TRANSFORMED.get(self.text)
        if known is None:
            known = _TRANSFORMED[self.text] = transform(self.source)["Resources"]
        return known

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        return {name: r.get("Properties", {}) for name, r in self.resources.items() if r["Type"] == kind}

    def excepted(self, rule: str, **what: str) -> bool:
        return any(what.items() <= each.items() for each in self.exceptions.get(rule, []))


_TRANSFORMED: dict[str, dict[str, Any]] = {}


def target(reference: Any) -> str:
    """The logical id that a Ref, GetAtt or Sub points to."""
    if isinstance(reference, dict):
        if "Ref" in reference:
            return str(reference["Ref"])
        if "Fn::GetAtt" in reference:
            return str(reference["Fn::GetAtt"][0])
        if "Fn::Sub" in reference:
            names = re.findall(r"\$\{(\w+)", json.dumps(reference["Fn::Sub"]))
            return names[0] if names else ""
    return str(reference)


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


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


def queues_give_up(stack: Stack) -> Found:
    queues, functions = stack.of("AWS::SQS::Queue"), stack.of("AWS::Lambda::Function")
    for mapping in stack.of("AWS::Lambda::EventSourceMapping").values():
        name = target(mapping.get("EventSourceArn"))
        if name not in queues:
            continue
        redrive = queues[name].get("RedrivePolicy", {})
        if target(redrive.get("deadLetterTargetArn")) not in queues or "maxReceiveCount" not in redrive:
            yield f"{name} has no dead-letter queue with a maxReceiveCount"
        takes = functions[target(mapping["FunctionName"])].get("Timeout", 3)
        hidden = queues[name].get("VisibilityTimeout", 30)
        if hidden < 6 * takes:
            yield f"{name} hides a message for {hidden} s; its function takes up to {takes} s, so six times that"
        if "ReportBatchItemFailures" not in mapping.get("FunctionResponseTypes", []):
            yield f"{name}: one bad message brings back the whole batch (ReportBatchItemFailures)"


def streams_give_up(stack: Stack) -> Found:
    readers: dict[str, int] = {}
    for name, mapping in stack.of("AWS::Lambda::EventSourceMapping").items():
        source = mapping.get("EventSourceArn")
        if not (isinstance(source, dict) and source.get("Fn::GetAtt", ["", ""])[1] == "StreamArn"):
            continue
        readers[target(source)] = readers.get(target(source), 0) + 1
        if "ReportBatchItemFailures" not in mapping.get("FunctionResponseTypes", []):
            yield f"{name} does not set FunctionResponseTypes: [ReportBatchItemFailures]"
        if mapping.get("BisectBatchOnFunctionError") is not True:
            yield f"{name} does not set BisectBatchOnFunctionError"
        for limit in ("MaximumRetryAttempts", "MaximumRecordAgeInSeconds"):
            if mapping.get(limit, -1) == -1:
                yield f"{name} does not set {limit}: one bad record blocks its shard for a day"
        if not mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"):
            yield f"{name} has no OnFailure destination"
    for table, count in readers.items():
        if count > 2:
            yield f"{table}'s stream has {count} readers; two is what a shard serves"


def dead_letters_are_told(stack: Stack) -> Found:
    queues = stack.of("AWS::SQS::Queue")
    dead = {target(q["RedrivePolicy"].get("deadLetterTargetArn")) for q in queues.values() if "RedrivePolicy" in q}
    for mapping in stack.of("AWS::Lambda::EventSourceMapping").values():
        dead.add(target(mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")))
    dead |= set(_given_up_to(stack).values())
    yield from (
        f"{name} keeps what was given up, and no alarm tells anybody" for name in dead & set(queues) - _told(stack)
    )


def schedules_are_told(stack: Stack) -> Found:
    functions, kept = stack.of("AWS::Lambda::Function"), _given_up_to(stack)
    for name, schedule in stack.of("AWS::Scheduler::Schedule").items():
        function = target(schedule.get("Target", {}).get("Arn"))
        if function in functions and function not in {*kept, *_told(stack)}:
            yield f"{name}: when {function} fails nobody learns of it (an alarm on its errors, or OnFailure)"


def _given_up_to(stack: Stack) -> dict[str, str]:
    """Where an invocation that failed at every try goes, by function."""
    configs = stack.of("AWS::Lambda::EventInvokeConfig").values()
    kept = (
        (c["FunctionName"], c.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")) for c in configs
    )
    return {target(function): target(queue) for function, queue in kept if queue}


def _told(stack: Stack) -> set[str]:
    """What an alarm that tells somebody watches."""
    return {
        target(dimension["Value"])
        for alarm in stack.of("AWS::CloudWatch::Alarm").values()
        for dimension in alarm.get("Dimensions", [])
        if alarm.get("AlarmActions")
    }


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


def machines_in_files(stack: Stack) -> Found:
    for name, resource in stack.source["Resources"].items():
        if resource["Type"] == "AWS::Serverless::StateMachine":
            uri = str(resource["Properties"].get("DefinitionUri", ""))
            if not uri.endswith(".asl.json") or not (stack.root / uri).is_file():
                yield f"{name} has no DefinitionUri to an .asl.json file that exists"
        if resource["Type"] == "AWS::StepFunctions::StateMachine":
            yield f"{name} is not an AWS::Serverless::StateMachine"


def states(machine: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, state in machine.get("States", {}).items():
        yield name, state
        for inner in (*state.get("Branches", []), state.get("ItemProcessor", {}), state.get("Iterator", {})):
            yield from states(inner)


def tasks_time_out_and_retry(stack: Stack) -> Found:
    for file, machine in stack.machines.items():
        for name, state in states(machine):
            if state["Type"] == "Task":
                if "TimeoutSeconds" not in state:
                    yield f"{file}: {name} has no TimeoutSeconds"
                if not state.get("Retry"):
                    yield f"{file}: {name} has no Retry"


def states_named_alike(stack: Stack) -> Found:
    for file, machine in stack.machines.items():
        if machine.get("QueryLanguage") != "JSONata":
            yield f"{file} is not in JSONata"
        if not machine.get("Comment"):
            yield f"{file} has no Comment that says what it does"
        for name, _ in states(machine):
            if not re.fullmatch(r"([A-Z][a-z0-9]*)+", name):
                yield f"{file}: {name} is not in PascalCase"


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

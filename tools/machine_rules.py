"""House rules on state machines: in files of their own, named alike, each task with an end and another try."""

import re
from collections.abc import Iterator
from typing import Any

from tools.template_stack import Found, Stack


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

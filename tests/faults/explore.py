"""A scenario is run once whole; then again and again from each of its calls, which fails in each way there is, to rest."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from botocore import xform_name
from botocore.session import get_session

from creneau.wiring import App
from tests.faults.cloud import Cloud
from tests.faults.promises import broken, broken_at_rest, outcome
from tests.faults.wire import ADAPTERS, Call, Mode, Site, modes_of

Plan = dict[int, Mode]
STEPS = 400


@dataclass(frozen=True)
class Scenario:
    """`given` prepares without faults; `acts` are what people do, each followed by `lasts`."""

    name: str
    given: Callable[[Cloud], None]
    act: Callable[[App], Any]
    lasts: timedelta = timedelta(minutes=24)


@dataclass(frozen=True)
class Step:
    """One invocation of the run without faults: what was before it, and the calls that it made."""

    before: bytes
    calls: tuple[Call, ...]


@dataclass
class Explored:
    """`failures` name the step, the plan and what was broken by it."""

    failures: list[tuple[int, Plan, list[str]]] = field(default_factory=list)
    covered: set[tuple[Site, Mode]] = field(default_factory=set)
    runs: int = 0


class Explorer:
    def __init__(self, cloud: Cloud, scenario: Scenario, blank: bytes) -> None:
        self._cloud, self._scenario = cloud, scenario
        cloud.restore(blank)
        cloud.wire.begin({})
        scenario.given(cloud)
        self._until = cloud.state.now + scenario.lasts
        self.steps: list[Step] = []
        self._good: set[bytes] = set()
        self._run_whole()
        self._expected = outcome(cloud)
        self.explored = Explored()
        self._known = {call.site for step in self.steps for call in step.calls}

    def _run_whole(self) -> None:
        cloud = self._cloud
        for number in range(STEPS):
            before = cloud.keep()
            cloud.wire.begin({})
            more = self._step(number)
            self.steps.append(Step(before, tuple(cloud.wire.calls)))
            wrong = list(broken(cloud))
            assert not wrong, f"without any fault: {wrong}"
            self._good.add(cloud.digest())
            if not more:
                break
        wrong = list(broken_at_rest(cloud))
        assert not wrong, f"without any fault: {wrong}"

    def _step(self, number: int) -> bool:
        if number == 0:
            self._cloud.person(self._scenario.name, self._scenario.act)
            return True
        return self._cloud.tick(self._until)

    def every_call(self, known: set[Call] | None = None) -> Explored:
        """`known`: calls made by a way through the product that is among these are left out, and those failed added."""
        for number, step in enumerate(self.steps):
            for index, call in enumerate(step.calls):
                if known is not None:
                    if call in known:
                        continue
                    known.add(call)
                for mode in modes_of(call.site.operation):
                    self._try(number, {index: mode})
        return self.explored

    def _try(self, number: int, plan: Plan, depth: int = 1) -> None:
        calls, wrong = self.run(number, plan)
        if wrong:
            self.explored.failures.append((number, plan, wrong))
        fresh = [i for i, call in enumerate(calls) if call.site not in self._known and i not in plan]
        self._known |= {calls[i].site for i in fresh}
        for index in fresh if depth == 1 else []:
            for mode in modes_of(calls[index].site.operation):
                self._try(number, plan | {index: mode}, depth=2)

    def every_batch_lost(self) -> Explored:
        """The stream's reader gives up on a batch, at each time that there is one: the sweeper alone is left."""
        for number, step in enumerate(self.steps):
            self._cloud.restore(step.before)
            if self._cloud.state.stream:
                _, wrong = self.run(number, {}, lose=True)
                if wrong:
                    self.explored.failures.append((number, {}, wrong))
        return self.explored

    def run(self, number: int, plan: Plan, *, lose: bool = False) -> tuple[list[Call], list[str]]:
        """From before a step, with these of the calls to come failing, or the stream's records lost.

        The calls made, and what is broken at rest.
        """
        cloud = self._cloud
        cloud.restore(self.steps[number].before)
        cloud.wire.begin(plan)
        if lose:
            cloud.state.stream.clear()
        last = max(plan, default=-1)
        self.explored.runs += 1
        states: list[bytes] = []
        wrong: list[str] = []
        for step in range(number, number + STEPS):
            more = self._step(step)
            wrong = list(broken(cloud))
            if wrong:
                break
            if len(cloud.wire.calls) > last:
                states.append(cloud.digest())
                if states[-1] in self._good:
                    break
            if not more:
                wrong = list(broken_at_rest(cloud)) + list(self._differs())
                break
        self.explored.covered |= set(cloud.wire.fired)
        if not wrong:
            self._good |= set(states)
        return list(cloud.wire.calls), wrong

    def _differs(self) -> Iterator[str]:
        came = outcome(self._cloud)
        for name, expected in self._expected.items():
            if came[name] != expected:
                yield f"{name}: {came[name]} in place of {expected}"

    def minimal(self, number: int, plan: Plan) -> Plan:
        """Without the faults that the failure does not need."""
        for index in list(plan):
            less = {i: mode for i, mode in plan.items() if i != index}
            if less and self.run(number, less)[1]:
                return self.minimal(number, less)
        return plan


def sites() -> set[Site]:
    """Every place in the adapters that names an operation of a client: what the exploration must have reached."""
    session = get_session()
    operations = {
        xform_name(name)
        for service in session.get_available_services()
        if service in {"dynamodb", "sqs", "stepfunctions", "s3", "sesv2", "cognito-idp", "scheduler", "sns", "lambda"}
        for name in session.get_service_model(service).operation_names
    }
    found = set()
    for path in Path(ADAPTERS).rglob("*.py"):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef):
                found |= {
                    Site(str(path.relative_to(ADAPTERS)), function.name, node.attr)
                    for node in ast.walk(function)
                    if isinstance(node, ast.Attribute) and node.attr in operations and _is_client(node.value)
                }
    return found


def _is_client(node: ast.expr) -> bool:
    return ast.unparse(node).rsplit(".", 1)[-1].lstrip("_").endswith("client")

"""What AWS does around the product: table and stream, queues, executions, mail, a minute's schedule; nothing is lost,
everything may come twice, and time passes only when nothing is due.

The table is moto's; the product's real handlers and adapters run on it through real boto3 clients.
"""

import base64
import hashlib
import json
import pickle
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlparse

import msgspec
from botocore.awsrequest import AWSResponse
from moto.core.models import botocore_stubber
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType

from billing.bill_page import handler as bill_page
from billing.close_run import handler as close_run
from billing.draw_document import handler as draw_document
from billing.plan_run import handler as plan_run
from creneau import wiring
from creneau.adapters import aws
from creneau.adapters.dynamodb import keys
from creneau.adapters.dynamodb.codec import encode
from creneau.adapters.dynamodb.stream import images
from creneau.billing.documents.draw_document import DrawDocument
from creneau.messaging.replan_job import ReplanJob, asked_for
from creneau.messaging.template import TemplateBook
from creneau.shared.again import Again
from creneau.shared.settings import Settings
from creneau.waitlist.ports import RoundInput
from creneau.wiring import App
from messaging.deliver import handler as deliver
from messaging.hand_over import handler as hand_over
from schedules.sweeper import handler as sweeper
from stream.retried_reactions import handler as retried_reactions
from stream.table_changes import handler as table_changes
from tests.faults.wire import Crash, Wire, refused, response
from tests.integration.template_table import NAME, create_table
from tests.support.executions import Execution as Judged
from tests.support.judge import Transitions
from tests.support.world import ENVIRONMENT, World
from waitlist.close_round import handler as close_round
from waitlist.open_round import handler as open_round

REGION = "eu-west-3"
ACCOUNT = "123456789012"
QUEUES = {"outbox": (deliver, timedelta(seconds=360), 5), "retry": (retried_reactions, timedelta(seconds=180), 6)}
"""Each queue's consumer, its visibility timeout, and how often it delivers before it gives up."""
ROUNDS, DELAYS, RUNS = (f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{name}" for name in ("round", "delay", "run"))
SETTINGS = ENVIRONMENT | {
    "TABLE_NAME": NAME,
    "OUTBOX_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/outbox",
    "RETRY_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/retry",
    "CONTENT_BUCKET": "contents",
    "DRAW_DOCUMENT": "draw_document",
    "WAITLIST_ROUND_ARN": ROUNDS,
    "MESSAGE_DELAY_ARN": DELAYS,
    "BILLING_RUN_ARN": RUNS,
    "CONFIGURATION_SET": "mailings",
    "SES_RATE": "1000000000",
    "PUBLIC_BASE_URL": "https://rdv.cabinet.example",
}
READS = {"get_item", "transact_get_items", "batch_get_item", "query"}
CONDITION = re.compile(
    r"(?P<pk>\w+) = :p(?: AND (?P<sk>\w+) (?:<= (?P<most>:\w)|BETWEEN (?P<low>:\w) AND (?P<high>:\w)))?"
)
HIGHEST = chr(0x10FFFF)
TASK_TRIES = 9
MINUTE, ROUNDS_EACH = timedelta(minutes=1), timedelta(minutes=5)


class Entry(msgspec.Struct):
    id: int
    due: datetime
    body: str
    received: int = 0


class Execution(msgspec.Struct):
    name: str
    machine: str
    given: dict[str, Any]
    until: datetime
    closing: bool = False
    pages: list[Any] = []
    status: str = "RUNNING"


@dataclass
class State:
    """Everything that outlives an invocation, the table aside."""

    now: datetime
    ids: int = 0
    stream: list[dict[str, Any]] = field(default_factory=list)
    queues: dict[str, list[Entry]] = field(default_factory=lambda: {name: [] for name in QUEUES})
    dead: list[str] = field(default_factory=list)
    executions: dict[str, Execution] = field(default_factory=dict)
    mails: Counter[str] = field(default_factory=Counter)
    objects: dict[str, bytes] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    swept_at: datetime | None = None
    refuses_mail: list[str] = field(default_factory=list)
    texts: Counter[str] = field(default_factory=Counter)
    opted_out: list[str] = field(default_factory=list)


class CloudApp(App):
    """The real composition; only the clock, the dice and the wait between two tries are held in the hand."""

    def __init__(self, cloud: "Cloud") -> None:
        super().__init__(SETTINGS)
        self.clock = lambda: cloud.state.now
        self.again = Again(pause=lambda _: None, dice=lambda: 0.0)
        pen = lambda document, _logo: repr(document).encode()  # noqa: E731 - typst's place
        self.draw_document = DrawDocument(self.store, self.clinic, self.clock, self.shelf, pen, self.logo.read)

    def trouble(self, where: object, error: Exception) -> None:
        pass  # the next sweep looks again, which is what is explored here


class Cloud:
    def __init__(self, now: datetime) -> None:
        self.state = State(now)
        self.wire = Wire(self._answer, self._partly)
        self.view = World()
        self.transitions = Transitions(self.view)
        self.view.rounds.by_name = _Running(self)
        self.broken: list[str] = []
        self._tokens: dict[str, bytes] = {}
        create_table(aws.client("dynamodb"))
        for client in (
            *(aws.client(name) for name in ("dynamodb", "sqs", "stepfunctions", "s3", "sns")),
            *(aws.client(name, aws.ONCE) for name in ("sesv2", "sns")),
            aws.client("s3", aws.LINKED),
            aws.client("lambda", aws.AWAITED),
        ):
            self.wire.install(client)
        self.app = CloudApp(self)
        wiring.use(self.app)

    def load(self, world: World) -> None:
        """A clinic made in memory, with all that follows from it."""
        client = aws.client("dynamodb")
        self.state.now = world.now
        for item in world.store.items.values():
            attributes = {k: {"S": v} for k, v in keys.attributes(item).items()}
            client.put_item(TableName=NAME, Item=encode(item) | attributes)
        self.rest(timedelta(minutes=4))

    def rest(self, lasts: timedelta) -> None:
        until = self.state.now + lasts
        while self.tick(until):
            pass

    # -- what calls do
    def _answer(self, request: Any, service: str, operation: str) -> AWSResponse:
        return getattr(self, f"_{service}")(request, operation)  # type: ignore[no-any-return]

    def _dynamodb(self, request: Any, operation: str) -> AWSResponse:
        asked = json.loads(request.body)
        if operation in READS:
            return _json(request, self._read(operation, asked))
        token = asked.get("ClientRequestToken")
        if token in self._tokens:
            return response(request, 200, self._tokens[token])
        answer = botocore_stubber("before-send", request)
        assert answer is not None
        if token and answer.status_code == 200:
            self._tokens = {token: answer.content}
        self._observe()
        return answer

    def _read(self, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Straight from moto's table: its own way of writing answers takes half of the exploration's time."""

        def found(key: dict[str, Any]) -> dict[str, Any]:
            item = self._item(key)
            return {"Item": item.attrs} if item else {}

        if operation == "get_item":
            return found(asked["Key"])
        if operation == "transact_get_items":
            return {"Responses": [found(get["Get"]["Key"]) for get in asked["TransactItems"]]}
        if operation == "query":
            return self._query(asked)
        items = [found(key) for key in asked["RequestItems"][NAME]["Keys"]]
        return {"Responses": {NAME: [item["Item"] for item in items if item]}, "UnprocessedKeys": {}}

    def _query(self, asked: dict[str, Any]) -> dict[str, Any]:
        """In the words that the adapter uses; integration/test_store.py asks moto the same."""
        said = CONDITION.fullmatch(asked["KeyConditionExpression"])
        assert said, asked["KeyConditionExpression"]
        value = {name: given["S"] for name, given in asked["ExpressionAttributeValues"].items()}
        index = (said["pk"], said["sk"] or said["pk"].replace("pk", "sk"))
        names = tuple(dict.fromkeys((*index, "pk", "sk")))  # the order of an index, as its partition is one
        low, high = value.get(said["low"] or "", ""), value.get(said["high"] or said["most"] or "", HIGHEST)
        after = asked.get("ExclusiveStartKey", {})
        place = tuple(after[name]["S"] for name in names) if after else None
        backwards = not asked.get("ScanIndexForward", True)
        found = []
        for item in self._items():
            if index[0] in item and item[index[0]].value == value[":p"] and low <= item[index[1]].value <= high:
                at = tuple(item[name].value for name in names)
                if place is None or (at < place if backwards else at > place):
                    found.append(at)
        found.sort(reverse=backwards)
        page, more = found[: asked["Limit"]], len(found) >= asked["Limit"]
        wired = [{name: {"S": part} for name, part in zip(names, keys, strict=True)} for keys in page]
        items = wired if "IndexName" in asked else [self._item(keys).attrs for keys in wired]
        return {"Items": items, "Count": len(items)} | ({"LastEvaluatedKey": wired[-1]} if more else {})

    def _item(self, key: dict[str, Any]) -> Any:
        return self._table.get_item(DynamoType(key["pk"]), DynamoType(key["sk"]))

    def stored(self, key: dict[str, Any]) -> dict[str, Any] | None:
        """What lies under a key, in wire form."""
        item = self._item(key)
        return json.loads(json.dumps(item.attrs, default=DynamoType.to_json)) if item else None

    def _observe(self) -> None:
        """What the call changed, all at once, for the stream and for the judge."""
        shard = self._table.stream_shard
        records = [{"eventID": r.record["eventID"], "dynamodb": dict(r.record["dynamodb"])} for r in shard.items]
        shard.items.clear()  # moto copies it with every transaction
        changes = []
        for record in records:
            self.state.ids += 1
            record["dynamodb"]["SequenceNumber"] = f"{self.state.ids:020}"
            del record["dynamodb"]["ApproximateCreationDateTime"]
            self.state.stream.append(record)
            before, after = images(record)
            changes.append((before, after))
            key = keys.key_of(keys.ref_to(after or before))  # type: ignore[arg-type]
            if after is None:
                self.view.store.items.pop(key, None)
            else:
                self.view.store.items[key] = after
        self.view.now = self.state.now
        for before, after in changes:
            try:
                self.transitions(before, after)
            except AssertionError as error:  # raised here, the product would take it for a failed call
                self.broken.append(str(error))

    def _partly(self, request: Any) -> AWSResponse:
        """Every other item of a batch is left for later."""
        asked = json.loads(request.body)["RequestItems"][NAME]
        now, later = asked["Keys"][::2], asked["Keys"][1::2]
        request.body = json.dumps({"RequestItems": {NAME: {**asked, "Keys": now}}}).encode()
        answer = json.loads(self._dynamodb(request, "batch_get_item").content)
        if later:
            answer["UnprocessedKeys"] = {NAME: {**asked, "Keys": later}}
        return response(request, 200, json.dumps(answer).encode())

    def _sqs(self, request: Any, operation: str) -> AWSResponse:
        asked = json.loads(request.body)
        self.state.ids += 1
        due = self.state.now + timedelta(seconds=asked["DelaySeconds"])
        queue = urlparse(asked["QueueUrl"]).path.rsplit("/", 1)[1]
        self.state.queues[queue].append(Entry(self.state.ids, due, asked["MessageBody"]))
        digest = hashlib.md5(asked["MessageBody"].encode(), usedforsecurity=False).hexdigest()
        return _json(request, {"MessageId": str(self.state.ids), "MD5OfMessageBody": digest})

    def _sfn(self, request: Any, operation: str) -> AWSResponse:
        asked = json.loads(request.body)
        if operation == "describe_execution":
            known = self.state.executions[asked["executionArn"].rsplit(":", 1)[1]]
            arn = {"executionArn": asked["executionArn"], "stateMachineArn": known.machine}
            return _json(request, {**arn, "status": known.status, "startDate": self.state.now.timestamp()})
        given, name = json.loads(asked["input"]), asked["name"]
        present = self.state.executions.get(name)
        if present and not (present.status == "RUNNING" and present.given == given):
            return refused(request, "ExecutionAlreadyExists")
        if not present:
            waits = next((given[name] for name in ("until", "not_before") if name in given), None)
            until = datetime.fromisoformat(waits) if waits else self.state.now
            self.state.executions[name] = Execution(name, asked["stateMachineArn"], given, until)
        arn = asked["stateMachineArn"].replace(":stateMachine:", ":execution:")
        return _json(request, {"executionArn": f"{arn}:{name}", "startDate": self.state.now.timestamp()})

    def _s3(self, request: Any, operation: str) -> AWSResponse:
        key = urlparse(request.url).path.lstrip("/")
        there = self.state.objects.get(key)
        if operation == "delete_object":
            self.state.objects.pop(key, None)
            return response(request, 204, b"")
        if operation in {"get_object", "head_object"}:
            if there is None:
                return response(
                    request, 404, b"<Error><Code>NoSuchKey</Code></Error>" if operation == "get_object" else b""
                )
            if operation == "get_object":
                return response(request, 200, there)
            return response(request, 200, b"", x_amz_meta_sha256=hashlib.sha256(there).hexdigest())
        if there is not None and request.headers.get("If-None-Match"):
            return response(request, 412, b"<Error><Code>PreconditionFailed</Code></Error>")
        self.state.objects[key] = request.body if isinstance(request.body, bytes) else request.body.read()
        return response(request, 200, b"", etag='"0"')

    def _lambda(self, request: Any, operation: str) -> AWSResponse:
        """The one function that is called and waited for."""
        answer = self.invoke(draw_document, json.loads(request.body))
        if answer is None:
            return response(request, 200, b'{"errorType": "Crash"}', x_amz_function_error="Unhandled")
        return _json(request, answer)

    def _sesv2(self, request: Any, operation: str) -> AWSResponse:
        if self.state.refuses_mail:
            return refused(request, self.state.refuses_mail.pop(0))
        asked = json.loads(request.body)
        base64.b64decode(asked["Content"]["Raw"]["Data"])
        tag = asked["EmailTags"][0]["Value"]
        self.state.mails[tag] += 1
        return _json(request, {"MessageId": f"ses-{tag}-{self.state.mails[tag]}"})

    def _sns(self, request: Any, operation: str) -> AWSResponse:
        asked = {name: values[0] for name, values in parse_qs(_body(request)).items()}
        if operation == "list_phone_numbers_opted_out":
            numbers = "".join(f"<member>{number}</member>" for number in self.state.opted_out)
            return _xml(request, operation, f"<phoneNumbers>{numbers}</phoneNumbers>")
        self.state.texts[f"{asked['PhoneNumber']} {asked['Message']}"] += 1
        return _xml(request, operation, f"<MessageId>sns-{sum(self.state.texts.values())}</MessageId>")

    # -- what happens by itself
    def invoke(self, handler: Callable[[Any, Any], Any], event: Any) -> Any:
        """A function's answer, None when it crashed or raised."""
        try:
            return handler(event, None)
        except (Exception, Crash):  # noqa: BLE001 - as Lambda: whatever it was, the invocation failed
            return None

    def person(self, name: str, act: Callable[[App], Any]) -> None:
        """Somebody does something, and does it again until it is answered."""
        answer: Any = None
        for _ in range(4):
            try:
                answer = act(self.app)
            except (Exception, Crash) as error:  # noqa: BLE001 - and so asks again
                answer = error
            else:
                break
        self.state.answers[name] = str(getattr(answer, "outcome", None) or getattr(answer, "attendance", answer))

    def tick(self, until: datetime) -> bool:
        """The next thing that is due by then; whether there was one."""
        due = self._due(until)
        if due is None:
            self.state.now = max(self.state.now, until)
            return False
        at, act = due
        self.state.now = max(self.state.now, at)
        act()
        return True

    def _due(self, until: datetime) -> tuple[datetime, Callable[[], None]] | None:
        if self.state.stream:
            return self.state.now, self._read_stream
        waits: list[tuple[datetime, int, Callable[[], None]]] = []
        for name, entries in self.state.queues.items():
            if entries:
                waits.append((min(e.due for e in entries), 0, lambda n=name: self._read_queue(n)))  # type: ignore[misc]
        for execution in self.state.executions.values():
            if execution.status == "RUNNING":
                waits.append((execution.until, 1, lambda e=execution: self._step(e)))  # type: ignore[misc]
        sweep = self._next_sweep()
        if sweep is not None:
            waits.append((sweep, 2, self._sweep))
        at, _, act = min(waits, key=lambda w: (max(w[0], self.state.now), w[1]), default=(until, 0, None))
        return (at, act) if act is not None and at <= until else None

    def _read_stream(self) -> None:
        batch = self.state.stream[:25]
        answer = self.invoke(table_changes, {"Records": batch})
        if answer is None:
            return  # the same batch again
        failed = {f["itemIdentifier"] for f in answer["batchItemFailures"]}
        numbers = [r["dynamodb"]["SequenceNumber"] for r in batch]
        done = next((i for i, number in enumerate(numbers) if number in failed), len(batch))
        del self.state.stream[:done]

    def _read_queue(self, name: str) -> None:
        handler, hidden, tries = QUEUES[name]
        entries = self.state.queues[name]
        batch = sorted((e for e in entries if e.due <= self.state.now), key=lambda e: (e.due, e.id))[:5]
        for entry in batch:
            entry.received += 1
            entry.due = self.state.now + hidden
        answer = self.invoke(handler, {"Records": [{"messageId": str(e.id), "body": e.body} for e in batch]})
        failed = {e.id for e in batch}
        if answer is not None:
            failed = {int(f["itemIdentifier"]) for f in answer["batchItemFailures"]}
        for entry in batch:
            if entry.id not in failed:
                entries.remove(entry)
            elif entry.received >= tries:
                entries.remove(entry)
                self.state.dead.append(f"{name}: {entry.body}")

    def _task(self, handler: Callable[[Any, Any], Any], given: Any) -> Any:
        """A state's answer, however often it must be asked; None: it gave up."""
        for _ in range(TASK_TRIES):
            answer = self.invoke(handler, given)
            if answer is not None:
                return answer
        return None

    def _step_of_run(self, execution: Execution) -> None:
        """`billing_run`, one task at a time: planned, its pages one after another, closed."""
        if execution.pages:
            self._task(bill_page, execution.pages.pop(0))  # one that gives up stops no other
            execution.closing = not execution.pages
            return
        answer = self._task(close_run if execution.closing else plan_run, execution.given)
        outcome = answer["outcome"] if answer is not None else "failed"
        if outcome == "planned":
            execution.pages = list(answer["pages"])
        elif outcome == "empty":
            execution.closing = True
        elif outcome != "more":
            execution.status = "SUCCEEDED" if outcome in {"closed", "held", "over", "shown"} else "LEFT"

    def _step(self, execution: Execution) -> None:
        if execution.machine == RUNS:
            return self._step_of_run(execution)
        handler, given = hand_over, dict(execution.given)
        if execution.machine == ROUNDS:
            handler = close_round if execution.closing else open_round
        else:
            del given["until"]
        answer = self._task(handler, given)
        if answer is None:
            execution.status = "FAILED"
            return None
        if answer["outcome"] in {"opened", "wait", "not_yet"}:
            execution.until = datetime.fromisoformat(answer["until"])
            execution.closing = execution.closing or answer["outcome"] == "opened"
        else:
            execution.status = "SUCCEEDED"
        return None

    def _next_sweep(self) -> datetime | None:
        """The next minute in which the sweeper has something to look at; its other runs change nothing."""
        looks = [(i["look_sk"].value, i["look_pk"].value) for i in self._items() if "look_sk" in i]
        if not looks and not self._unwalked():
            return None
        earliest = self.state.swept_at + MINUTE if self.state.swept_at else self.state.now
        earliest = _up_to(max(self.state.now, earliest), MINUTE)
        first = datetime.fromisoformat(min(looks)[0]) if looks and not self._unwalked() else earliest
        minutes = [max(earliest, _up_to(first, MINUTE))]
        if any(kind == "LOOK#ROUND" for _, kind in looks):
            minutes.append(_up_to(earliest, ROUNDS_EACH))
        return min(minutes)

    def _unwalked(self) -> bool:
        """Whether other reminders are asked for than the last walk was begun for."""
        settings = next(iter(self.view.all(Settings)), Settings())
        asked = asked_for(settings, next(iter(self.view.all(TemplateBook)), TemplateBook()))
        job = next(iter(self.view.all(ReplanJob)), None)
        return asked != (job.asked if job else asked_for(Settings(), TemplateBook()))

    def _sweep(self) -> None:
        self.state.swept_at = self.state.now
        self.invoke(sweeper, {})

    # -- all of it, to keep and to compare
    @property
    def _table(self) -> Any:
        return dynamodb_backends[ACCOUNT][REGION].tables[NAME]

    def _items(self) -> list[dict[str, Any]]:
        return [item.attrs for rows in self._table.items.values() for item in rows.values()]

    def keep(self) -> bytes:
        return pickle.dumps((self.state, self._table.items, self.view.store.items))

    def restore(self, kept: bytes) -> None:
        state, items, seen = pickle.loads(kept)  # noqa: S301 - our own
        self.state = state
        self._table.items = items
        self.view.store.items = seen
        self._tokens, self.broken = {}, []
        self.app = CloudApp(self)
        wiring.use(self.app)

    def digest(self) -> bytes:
        """Equal for two states from which the same follows; random links and counters aside."""
        s = self.state
        values = sorted(repr(item) for item in self.view.store.items.values() if type(item).__name__ != "Link")
        looks = sorted((i["pk"].value, i["sk"].value, i["look_sk"].value) for i in self._items() if "look_sk" in i)
        rest = (
            s.now,
            [r["dynamodb"].get("NewImage", {}).get("pk") for r in s.stream],
            {n: sorted((e.due, e.body, e.received) for e in q) for n, q in s.queues.items()},
            s.dead,
            sorted(repr(e) for e in s.executions.values()),
            sorted(s.mails.items()),
            sorted(s.objects),
            sorted(s.answers.items()),
            s.swept_at,
            s.refuses_mail,
            sorted(s.texts.items()),
            s.opted_out,
        )
        return hashlib.sha256(repr((values, looks, rest)).encode()).digest()


class _Running(dict[str, Any]):
    """The executions as the judge asks for them."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def values(self) -> Any:
        return [
            Judged(e.name, msgspec.convert(e.given, RoundInput), e.until, e.closing, e.status == "RUNNING")
            for e in self._cloud.state.executions.values()
            if e.machine == ROUNDS
        ]


def _json(request: Any, content: dict[str, Any]) -> AWSResponse:
    return response(request, 200, json.dumps(content, default=DynamoType.to_json).encode())


def _body(request: Any) -> str:
    return request.body.decode() if isinstance(request.body, bytes) else str(request.body)


def _xml(request: Any, operation: str, content: str) -> AWSResponse:
    name = {"publish": "Publish", "list_phone_numbers_opted_out": "ListPhoneNumbersOptedOut"}[operation]
    answer = f"<{name}Response><{name}Result>{content}</{name}Result></{name}Response>"
    return response(request, 200, answer.encode())


def _up_to(instant: datetime, step: timedelta) -> datetime:
    """The first multiple of a step from an instant on."""
    since = instant - datetime.min.replace(tzinfo=UTC)
    return instant + (-since % step)

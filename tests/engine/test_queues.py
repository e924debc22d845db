"""SQS and its functions: delays on the clock, partial failures, redrive, nobody behind a slow one, nothing lost."""

import json
import threading
import time
from datetime import timedelta

from tests.engine.stack import until


def test_a_delayed_message_arrives_with_the_jump(app):
    app.send("Work", key="warm")
    app.noted("work#warm")
    app.send("Work", delay=300, key="delayed")
    app.engine.jump(timedelta(minutes=4, seconds=50))
    app.engine.wait_idle()
    assert not app.notes("work#delayed")
    start = time.monotonic()
    app.engine.jump(timedelta(seconds=11))
    app.engine.wait_idle()
    assert len(app.notes("work#delayed")) == 1
    assert time.monotonic() - start < 1


def test_a_reported_failure_comes_again_then_goes_to_the_dead_letters(app):
    entries = [{"Id": str(i), "MessageBody": json.dumps({"key": f"m{i}", "fail": i == 1})} for i in range(3)]
    app.client("sqs").send_message_batch(QueueUrl=app.out["Work"], Entries=entries)
    app.noted("work#m2")
    app.noted("work#m1")
    for _ in range(2):  # visibility timeout 60 s, maxReceiveCount 2
        app.engine.jump(timedelta(seconds=61))
        app.engine.wait_idle()
    assert [note["receives"] for note in app.notes("work#m1")] == ["1", "2"]
    assert len(app.notes("work#m0")) == len(app.notes("work#m2")) == 1
    assert [message["key"] for message in app.messages("Dead")] == ["m1"]


def test_a_slow_function_delays_nobody(app):
    app.send("Work", key="before")
    app.noted("work#before")
    app.send("SlowWork", key="busy", sleep=1.5)
    app.noted("slow#busy")
    start = time.monotonic()
    app.send("Work", key="beside")
    app.noted("work#beside")
    app.put("plain#beside-slow", {"sk": {"S": "beside-slow"}})
    until(lambda: any("beside-slow" in note["ids"] for note in app.notes("seen#Plain")))
    assert time.monotonic() - start < 1.2


def test_no_message_is_lost_between_senders_and_removers(app):
    sqs = app.client("sqs")
    queue = sqs.create_queue(QueueName="rush", Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
    got: list[str] = []
    sending = threading.Event()

    def send(sender: int) -> None:
        for i in range(10):
            entries = [{"Id": str(n), "MessageBody": f"{sender}-{i}-{n}"} for n in range(10)]
            sqs.send_message_batch(QueueUrl=queue, Entries=entries)

    def take() -> None:
        while True:
            messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
            if not messages and sending.is_set():
                return
            for message in messages:
                got.append(message["Body"])
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])

    senders = [threading.Thread(target=send, args=(n,)) for n in range(3)]
    takers = [threading.Thread(target=take) for _ in range(2)]
    for thread in senders + takers:
        thread.start()
    for thread in senders:
        thread.join()
    sending.set()
    for thread in takers:
        thread.join()
    assert sorted(got) == sorted({f"{s}-{i}-{n}" for s in range(3) for i in range(10) for n in range(10)})

"""SQS and its functions: delays on the clock, partial failures, redrive, nobody behind a slow one, nothing lost."""

import json
import subprocess
import sys
import threading
import time
from datetime import timedelta

from local.engine.client import ROOT
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
    app.send("SlowWork", key="busy", sleep=8)
    app.noted("slow#busy")
    app.send("Work", key="beside")
    app.put("plain#beside-slow", {"sk": {"S": "beside-slow"}})
    app.noted("work#beside")
    until(lambda: any("beside-slow" in note["ids"] for note in app.notes("seen#Plain")))
    name = "ApproximateNumberOfMessagesNotVisible"
    slow = app.client("sqs").get_queue_attributes(QueueUrl=app.out["SlowWork"], AttributeNames=[name])
    assert slow["Attributes"][name] == "1"  # still at work


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


SENT_MEANWHILE = """
import sys, time
from pathlib import Path
from local.engine import gaps, launcher
launcher.prepare(Path(sys.argv[1]), False)
gaps.close()
from ministack.services import sqs

class Messages(list):
    # A message arrives at the end of each walk through the list, before its successor is put in place.
    sent = 0
    def __iter__(self):
        yield from super().__iter__()
        self.append({"id": f"late-{Messages.sent}", "sent_at": time.time(), "visible_at": 0, "receive_count": 0})
        Messages.sent += 1

old = {"id": "old", "sent_at": 0, "visible_at": 0, "receive_count": 1}
queue = {"attributes": {"MessageRetentionPeriod": "60"}, "messages": Messages([old])}
sqs._expire_retained(queue)
ids = [queue["messages"][i]["id"] for i in range(len(queue["messages"]))]
print("lost" if set(ids) != {f"late-{n}" for n in range(Messages.sent)} else "kept", "old" in ids)
"""


def test_a_message_sent_while_others_are_removed_stays(tmp_path):
    command = [sys.executable, "-c", SENT_MEANWHILE, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "kept False\n"

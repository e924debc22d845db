"""House rules on what fails: readers of queues and streams give up some time, and somebody is told of what was given up."""

from tools.template_stack import Found, Stack, target


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

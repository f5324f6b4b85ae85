"""SQS and EventBridge: queues, and what is put into them."""

import json
from collections.abc import Iterator
from typing import Final

from rehearsal.clouds.aws import policies
from rehearsal.clouds.aws.account import ACCOUNT
from rehearsal.clouds.aws.arn import arn, name, region
from rehearsal.clouds.aws.models import Operation
from rehearsal.clouds.cloud import digest
from rehearsal.clouds.kind import Kind, Mistake, Reference
from rehearsal.clouds.words import Words
from rehearsal.plugins.values import UNKNOWN, Json

QUEUE: Final = "aws:sqs/queue:Queue"
QUEUE_POLICY: Final = "aws:sqs/queuePolicy:QueuePolicy"
RULE: Final = "aws:cloudwatch/eventRule:EventRule"
TARGET: Final = "aws:cloudwatch/eventTarget:EventTarget"

_ATTRIBUTES: Final = {
    "delaySeconds": (0, 900),
    "kmsDataKeyReusePeriodSeconds": (60, 86_400),
    "maxMessageSize": (1_024, 1_048_576),
    "messageRetentionSeconds": (60, 1_209_600),
    "receiveWaitTimeSeconds": (0, 20),
    "visibilityTimeoutSeconds": (0, 43_200),
}
"""Attribute → least and most. From the API reference of CreateQueue: its model has no bounds for them."""
_MORE: Final = frozenset(
    {"contentBasedDeduplication", "deduplicationScope", "fifoQueue", "fifoThroughputLimit", "kmsMasterKeyId", "policy"}
    | {"redriveAllowPolicy", "redrivePolicy", "sqsManagedSseEnabled"}
)


def _queue(inputs: Json) -> Iterator[Mistake]:
    names = {"name": "QueueName", "namePrefix": "QueueName"}
    yield from Operation("sqs", "CreateQueue", names, _MORE | _ATTRIBUTES.keys())(inputs)
    for attribute, (least, most) in _ATTRIBUTES.items():
        value = inputs.get(attribute, least)
        if value is not UNKNOWN and not least <= value <= most:
            yield Mistake(attribute, f"is {value}; AWS takes {least} to {most}")
    yield from policies.mistakes(inputs, "policy", policies.RESOURCE)


def _rule(inputs: Json) -> Iterator[Mistake]:
    yield from Operation("events", "PutRule", {"namePrefix": "Name"}, frozenset({"forceDestroy", "isEnabled"}))(inputs)
    if not (inputs.get("eventPattern") or inputs.get("scheduleExpression")):
        yield Mistake("eventPattern", "is missing, and so is scheduleExpression: a rule needs one of them")
    if isinstance(pattern := inputs.get("eventPattern"), str):
        try:
            json.loads(pattern)
        except ValueError:
            yield Mistake("eventPattern", "InvalidEventPatternException: Event pattern is not valid. Reason: it is not JSON")


def _queue_policy(inputs: Json) -> Iterator[Mistake]:
    yield from policies.mistakes(inputs, "policy", policies.RESOURCE)


KINDS: Final = (
    Kind(
        QUEUE,
        identify=lambda request: f"https://sqs.{region(request)}.amazonaws.com/{ACCOUNT}/{name(request)}",
        computed=lambda request, id_: {"arn": arn(request, "sqs", name(request)), "url": id_, "name": name(request)},
        autoname="name",
        prefix="namePrefix",
        unique=("name",),
        frozen=frozenset({"name", "namePrefix", "fifoQueue"}),
        check=_queue,
        words=Words(
            missing="AWS.SimpleQueueService.NonExistentQueue: The specified queue does not exist.",
            taken="QueueAlreadyExists: A queue already exists with the same name and a different value for an attribute",
        ),
    ),
    Kind(
        QUEUE_POLICY,
        identify=lambda request: request.inputs["queueUrl"],
        references=(Reference("queueUrl", QUEUE, holds=False),),
        frozen=frozenset({"queueUrl"}),
        check=_queue_policy,
    ),
    Kind(
        RULE,
        identify=name,
        computed=lambda request, id_: {"arn": arn(request, "events", f"rule/{id_}"), "name": id_},
        defaults={"eventBusName": "default"},
        autoname="name",
        prefix="namePrefix",
        unique=("name",),
        frozen=frozenset({"name", "namePrefix", "eventBusName"}),
        check=_rule,
        words=Words(
            missing="ResourceNotFoundException: Rule {id} does not exist on EventBus default.",
            in_use="ValidationException: Rule {id} can't be deleted since it has targets.",
        ),
    ),
    Kind(
        TARGET,
        identify=lambda request: f"{request.inputs['rule']}-{_target(request.urn)}",
        computed=lambda request, _id: {"targetId": request.inputs.get("targetId", _target(request.urn))},
        defaults={"eventBusName": "default"},
        references=(Reference("rule", RULE, by="name"), Reference("arn", QUEUE, by="arn", holds=False)),
        frozen=frozenset({"rule", "eventBusName", "targetId"}),
        check=Operation(
            "events",
            "PutTargets",
            {"arn": "Targets.Arn", "targetId": "Targets.Id", "input": "Targets.Input", "roleArn": "Targets.RoleArn"},
            filled=frozenset({"Targets"}),
        ),
    ),
)


def _target(urn: str) -> str:
    return f"target-{digest(urn)[:12]}"

"""What AWS says beforehand of nodes that will go, and where Karpenter hears it."""

import json
from collections.abc import Mapping
from typing import Final

import pulumi
from pulumi_aws.cloudwatch import EventRule, EventTarget
from pulumi_aws.sqs import Queue, QueuePolicy

from components.clusters.eks.identity import document
from components.naming import type_token

_EVENTS: Final[Mapping[str, tuple[str, str]]] = {
    "health": ("aws.health", "AWS Health Event"),
    "spot": ("aws.ec2", "EC2 Spot Instance Interruption Warning"),
    "rebalance": ("aws.ec2", "EC2 Instance Rebalance Recommendation"),
    "state": ("aws.ec2", "EC2 Instance State-change Notification"),
    "reservation": ("aws.ec2", "EC2 Capacity Reservation Instance Interruption Warning"),
}
"""Name → who says it, and what it is called there."""

_SECONDS: Final = 300
"""How long a message waits: two minutes after it was sent a spot machine is gone."""


class EksInterruptions(pulumi.ComponentResource):
    """A queue that only AWS's own events, through these rules, get into."""

    queue: Queue

    def __init__(self, name: str, queue_name: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None):
        super().__init__(type_token("clusters", "EksInterruptions"), name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.queue = Queue(
            f"{name}-queue",
            name=queue_name,
            message_retention_seconds=_SECONDS,
            sqs_managed_sse_enabled=True,
            opts=child,
        )
        rules = {
            event: EventRule(
                f"{name}-{event}", event_pattern=json.dumps({"source": [source], "detail-type": [detail]}), opts=child
            )
            for event, (source, detail) in _EVENTS.items()
        }
        QueuePolicy(
            f"{name}-policy",
            queue_url=self.queue.url,
            policy=document(
                {
                    "Principal": {"Service": "events.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": self.queue.arn,
                    "Condition": {"ArnEquals": {"aws:SourceArn": [rule.arn for rule in rules.values()]}},
                }
            ),
            opts=child,
        )
        for event, rule in rules.items():
            EventTarget(f"{name}-{event}-target", rule=rule.name, arn=self.queue.arn, opts=child)
        self.register_outputs({"queue": self.queue.name})

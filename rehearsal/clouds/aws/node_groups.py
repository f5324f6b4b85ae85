"""EKS: managed node groups."""

from collections.abc import Iterator
from typing import Final

from rehearsal.autoscaling.group import Groups
from rehearsal.clouds.aws import admission, iam, instances, machines, scaling
from rehearsal.clouds.aws.account import CLUSTER
from rehearsal.clouds.aws.arn import arn, name, region
from rehearsal.clouds.aws.launch_templates import TEMPLATE
from rehearsal.clouds.aws.models import Operation
from rehearsal.clouds.aws.network import SUBNET
from rehearsal.clouds.cloud import TimedOutError, digest
from rehearsal.clouds.kind import Kind, Mistake, Reference, Request
from rehearsal.clouds.ledger import Entry
from rehearsal.clouds.server import Server
from rehearsal.clouds.words import Words
from rehearsal.plugins.values import Json

NODE_GROUP: Final = "aws:eks/nodeGroup:NodeGroup"

_CREATE = Operation(
    "eks",
    "CreateNodegroup",
    {
        "nodeGroupName": "nodegroupName",
        "nodeGroupNamePrefix": "nodegroupName",
        "nodeRoleArn": "nodeRole",
        "subnetIds": "subnets",
        "remoteAccess.ec2SshKey": "ec2SshKey",
        "remoteAccess.sourceSecurityGroupIds": "sourceSecurityGroups",
    },
    frozenset({"forceUpdateVersion"}),
)

WORDS: Final = Words(
    missing="ResourceNotFoundException: No node group found for name: {id}.",
    taken="ResourceInUseException: NodeGroup already exists with name {id}",
    throttled="ThrottlingException: Rate exceeded",
    quota="creating EKS Node Group: unexpected state 'CREATE_FAILED': AsgInstanceLaunchFailures: Could not launch instances. "
    "VcpuLimitExceeded - You have requested more vCPU capacity than your current vCPU limit allows for the instance bucket that "
    "the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment "
    "to this limit.",
    capacity="creating EKS Node Group: unexpected state 'CREATE_FAILED': AsgInstanceLaunchFailures: Could not launch instances. "
    "InsufficientInstanceCapacity - We currently do not have sufficient capacity in the Availability Zones you requested.",
    timeout="waiting for EKS Node Group ({id}) create: timeout while waiting for state to become 'ACTIVE' (last state: "
    "'CREATING', timeout: 1h0m0s)",
)


def _check(inputs: Json) -> Iterator[Mistake]:
    yield from _CREATE(inputs)
    yield from admission.mistakes(inputs)


def _name(request: Request) -> str:
    return name(request, "nodeGroupName", "nodeGroupNamePrefix")


def kind(server: Server, groups: Groups) -> Kind:
    """Node groups of the cluster that this API server answers for, and whose autoscaler is told of those that may grow."""

    def computed(request: Request, _id: str) -> Json:
        named = _name(request)
        autoscaling = f"eks-{named[:50]}-{digest(request.urn, named)[:8]}"
        return {
            "arn": arn(request, "eks", f"nodegroup/{request.inputs['clusterName']}/{named}/{digest(named)[:8]}"),
            "nodeGroupName": named,
            "resources": [{"autoscalingGroups": [{"name": autoscaling}], "remoteAccessSecurityGroupId": ""}],
            "status": "ACTIVE",
        }

    def join(request: Request, entry: Entry) -> None:
        """The machines are bought, start, and join. Raises TimedOutError if they do not."""
        template = scaling.template(request, entry)
        count: int = request.inputs["scalingConfig"]["desiredSize"]
        if count and (reason := admission.stranded(request) or scaling.sold_out(groups, request, template)):
            raise TimedOutError(
                f"waiting for EKS Node Group ({entry.id}) create: unexpected state 'CREATE_FAILED': {reason}", entry
            )
        machines_ = instances.scale(request.ledger, region(request), template.group, request.inputs["subnetIds"], count)
        server.join(
            template.group,
            [machines.node(template, each.get("privateDns"), each.get("availabilityZone"), each.id) for each in machines_],
        )
        scaling.offer(groups, request, entry)

    def leave(request: Request, entry: Entry) -> None:
        group = scaling.autoscaling_group(entry)
        groups.remove(group)
        server.leave(group)
        instances.terminate(request.ledger, group)

    return Kind(
        NODE_GROUP,
        identify=lambda request: f"{request.inputs['clusterName']}:{_name(request)}",
        autoname="nodeGroupName",
        prefix="nodeGroupNamePrefix",
        computed=computed,
        unique=("nodeGroupName",),
        references=(
            Reference("clusterName", CLUSTER, by="name"),
            Reference("nodeRoleArn", iam.ROLE, by="arn", holds=False),
            Reference("subnetIds.*", SUBNET),
            Reference("launchTemplate.id", TEMPLATE, holds=False),
        ),
        frozen=frozenset(
            {"amiType", "capacityType", "clusterName", "diskSize", "instanceTypes", "nodeGroupName", "nodeGroupNamePrefix"}
            | {"launchTemplate.id", "launchTemplate.name", "nodeRoleArn", "remoteAccess", "subnetIds"}
        ),
        check=_check,
        admit=admission.admit,
        made=join,
        gone=leave,
        words=WORDS,
    )

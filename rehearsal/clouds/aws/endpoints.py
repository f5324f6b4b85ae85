"""EC2: AWS's own services from inside a VPC, and the record of what goes on there."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from rehearsal.clouds.aws import iam, logs
from rehearsal.clouds.aws.account import ACCOUNT
from rehearsal.clouds.aws.arn import arn, identifier, region
from rehearsal.clouds.aws.ec2 import EC2
from rehearsal.clouds.aws.models import Operation
from rehearsal.clouds.aws.network import SUBNET, VPC, network_of
from rehearsal.clouds.aws.routes import TABLE
from rehearsal.clouds.aws.security_groups import GROUP
from rehearsal.clouds.kind import Kind, Mistake, Reference, RefusedError, Request
from rehearsal.plugins.values import UNKNOWN, Json

ENDPOINT: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"
FLOW_LOG: Final = "aws:ec2/flowLog:FlowLog"

_GATEWAYS: Final = frozenset({"s3", "dynamodb"})
_INTERFACES: Final = frozenset(
    {"s3", "dynamodb", "ec2", "ec2messages", "ssm", "ssmmessages", "sts", "kms", "logs", "monitoring", "events", "sqs", "sns"}
    | {
        "ecr.api",
        "ecr.dkr",
        "eks",
        "eks-auth",
        "autoscaling",
        "elasticloadbalancing",
        "elasticfilesystem",
        "fsx",
        "secretsmanager",
    }
)
"""Services that have an endpoint, as far as a cluster may call them."""

_ENDPOINT = Operation("ec2", "CreateVpcEndpoint", {"policy": "PolicyDocument"}, frozenset({"autoAccept"}))


def _check(inputs: Json) -> Iterator[Mistake]:
    yield from _ENDPOINT(inputs)
    kind, service = inputs.get("vpcEndpointType", "Gateway"), inputs.get("serviceName")
    for only, name in (("Interface", "subnetIds"), ("Interface", "privateDnsEnabled"), ("Gateway", "routeTableIds")):
        if inputs.get(name) and kind not in (only, UNKNOWN):
            yield Mistake(name, f"is for endpoints of type {only}, not {kind}")
    if service not in (None, UNKNOWN):
        known = _GATEWAYS if kind == "Gateway" else _INTERFACES
        if service.removeprefix("com.amazonaws.").partition(".")[2] not in known:
            yield Mistake("serviceName", f"is {service!r}; there is no such service of type {kind}")


def _fits(request: Request) -> None:
    service, vpc = str(request.inputs["serviceName"]), request.inputs["vpcId"]
    if service.split(".")[2] != region(request):
        raise RefusedError(f"InvalidServiceName: The Vpc Endpoint Service '{service}' does not exist")
    if elsewhere := network_of(request.ledger, request.inputs.get("subnetIds", [])) - {vpc}:
        raise RefusedError(f"InvalidParameter: Endpoint subnets must be in {vpc}, not in {', '.join(elsewhere)}")
    for other in request.ledger.of(ENDPOINT):
        mine = request.before is not None and request.before.id == other.id
        same = (other.get("vpcId"), other.get("serviceName")) == (vpc, service)
        if not mine and same and other.get("privateDnsEnabled") and request.inputs.get("privateDnsEnabled"):
            raise RefusedError(
                f"InvalidParameter: private-dns-enabled cannot be set because there is already a conflicting DNS domain for "
                f"{service} in the VPC {vpc}"
            )


KINDS: Final = (
    Kind(
        ENDPOINT,
        identify=identifier("vpce"),
        computed=lambda request, id_: {
            "arn": arn(request, "ec2", f"vpc-endpoint/{id_}"),
            "ownerId": ACCOUNT,
            "state": "available",
        },
        references=(
            Reference("vpcId", VPC),
            Reference("subnetIds.*", SUBNET),
            Reference("securityGroupIds.*", GROUP),
            Reference("routeTableIds.*", TABLE, holds=False),
        ),
        frozen=frozenset({"vpcId", "serviceName", "vpcEndpointType"}),
        check=_check,
        admit=_fits,
        words=replace(
            EC2,
            missing="InvalidVpcEndpointId.NotFound: The Vpc Endpoint Id '{id}' does not exist",
            quota="VpcEndpointLimitExceeded: The maximum number of VPC endpoints has been reached.",
        ),
    ),
    Kind(
        FLOW_LOG,
        identify=identifier("fl"),
        computed=lambda request, id_: {"arn": arn(request, "ec2", f"vpc-flow-log/{id_}")},
        references=(
            Reference("vpcId", VPC, holds=False),
            Reference("iamRoleArn", iam.ROLE, by="arn", holds=False),
            Reference("logDestination", logs.GROUP, by="arn", holds=False),
        ),
        frozen=frozenset({"vpcId", "trafficType", "logDestination", "logDestinationType", "iamRoleArn", "logFormat"}),
        check=Operation(
            "ec2",
            "CreateFlowLogs",
            {"vpcId": "ResourceIds", "subnetId": "ResourceIds", "eniId": "ResourceIds", "iamRoleArn": "DeliverLogsPermissionArn"},
            filled=frozenset({"ResourceType"}),
        ),
        admit=lambda request: iam.assumable(request, "iamRoleArn", "vpc-flow-logs.amazonaws.com"),
        words=EC2,
    ),
)

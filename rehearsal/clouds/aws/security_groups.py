"""EC2: security groups and their rules."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from rehearsal.clouds.aws.account import ACCOUNT
from rehearsal.clouds.aws.arn import arn, identifier, name
from rehearsal.clouds.aws.ec2 import EC2
from rehearsal.clouds.aws.models import Operation
from rehearsal.clouds.aws.network import VPC
from rehearsal.clouds.kind import Kind, Mistake, Reference, RefusedError, Request
from rehearsal.plugins.values import Json

GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
DEFAULT_GROUP: Final = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"

RULES: Final = (
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
)

_ELSEWHERE: Final = frozenset({"ingress", "egress", "revokeRulesOnDelete"})
_OTHERS: Final = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")
"""Whom a rule may be about: exactly one."""


def _default_group(request: Request) -> str:
    vpc = request.ledger.get(VPC, request.inputs["vpcId"])
    if vpc is None:
        raise RefusedError(f"InvalidVpcID.NotFound: The vpc ID '{request.inputs['vpcId']}' does not exist")
    return str(vpc.get("defaultSecurityGroupId"))


def _unlike_others(request: Request) -> None:
    for other in request.ledger.of(GROUP):
        mine = request.before is not None and request.before.id == other.id
        if not mine and other.get("vpcId") == request.inputs.get("vpcId") and other.get("name") == name(request):
            raise RefusedError(f"InvalidGroup.Duplicate: The security group '{name(request)}' already exists for VPC")


def _rule(inputs: Json) -> Iterator[Mistake]:
    yield from Operation(
        "ec2",
        "AuthorizeSecurityGroupIngress",
        {
            "securityGroupId": "GroupId",
            "cidrIpv4": "IpPermissions.IpRanges.CidrIp",
            "cidrIpv6": "IpPermissions.Ipv6Ranges.CidrIpv6",
        }
        | {"prefixListId": "IpPermissions.PrefixListIds.PrefixListId", "description": "IpPermissions.IpRanges.Description"}
        | {"referencedSecurityGroupId": "IpPermissions.UserIdGroupPairs.GroupId"},
    )(inputs)
    if len([key for key in _OTHERS if inputs.get(key) is not None]) != 1:
        yield Mistake("", f"a rule is about exactly one of {', '.join(_OTHERS)}")
    if inputs.get("ipProtocol") not in ("-1", None) and inputs.get("fromPort") is None:
        yield Mistake("fromPort", "is missing; all ports are -1")


def _rules(resource: str) -> Kind:
    return Kind(
        resource,
        identify=identifier("sgr"),
        computed=lambda request, id_: {"arn": arn(request, "ec2", f"security-group-rule/{id_}"), "securityGroupRuleId": id_},
        references=(Reference("securityGroupId", GROUP, holds=False), Reference("referencedSecurityGroupId", GROUP)),
        frozen=frozenset({"securityGroupId"}),
        check=_rule,
        words=replace(
            EC2, quota="RulesPerSecurityGroupLimitExceeded: The maximum number of rules per security group has been reached."
        ),
    )


KINDS: Final = (
    Kind(
        GROUP,
        identify=identifier("sg"),
        computed=lambda request, id_: {
            "arn": arn(request, "ec2", f"security-group/{id_}"),
            "ownerId": ACCOUNT,
            "name": name(request),
        },
        defaults={"description": "Managed by Pulumi"},
        autoname="name",
        prefix="namePrefix",
        references=(Reference("vpcId", VPC),),
        frozen=frozenset({"name", "namePrefix", "description", "vpcId"}),
        check=Operation("ec2", "CreateSecurityGroup", {"name": "GroupName", "namePrefix": "GroupName"}, _ELSEWHERE),
        admit=_unlike_others,
        words=replace(
            EC2,
            missing="InvalidGroup.NotFound: The security group '{id}' does not exist",
            in_use="DependencyViolation: resource {id} has a dependent object",
            quota="SecurityGroupLimitExceeded: The maximum number of security groups has been reached.",
        ),
    ),
    Kind(
        DEFAULT_GROUP,
        identify=_default_group,
        computed=lambda request, id_: {
            "arn": arn(request, "ec2", f"security-group/{id_}"),
            "name": "default",
            "ownerId": ACCOUNT,
        },
        references=(Reference("vpcId", VPC, holds=False),),
        frozen=frozenset({"vpcId"}),
        words=EC2,
    ),
    *map(_rules, RULES),
)

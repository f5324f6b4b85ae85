"""EC2: launch templates, and where machines are put."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from rehearsal.clouds.aws.arn import arn, identifier, name
from rehearsal.clouds.aws.ec2 import EC2
from rehearsal.clouds.aws.models import Operation
from rehearsal.clouds.aws.security_groups import GROUP
from rehearsal.clouds.cloud import digest
from rehearsal.clouds.kind import Kind, Mistake, Reference, Request
from rehearsal.plugins.values import Json

TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"
PLACEMENT: Final = "aws:ec2/placementGroup:PlacementGroup"

_DATA: Final = (
    *("blockDeviceMappings", "capacityReservationSpecification", "cpuOptions", "creditSpecification", "disableApiStop"),
    *("disableApiTermination", "ebsOptimized", "enclaveOptions", "hibernationOptions", "iamInstanceProfile", "imageId"),
    *(
        "instanceInitiatedShutdownBehavior",
        "instanceMarketOptions",
        "instanceRequirements",
        "instanceType",
        "kernelId",
        "keyName",
    ),
    *("licenseSpecifications", "maintenanceOptions", "metadataOptions", "monitoring", "networkInterfaces"),
    *("networkPerformanceOptions", "placement", "privateDnsNameOptions", "tagSpecifications", "userData"),
)
"""Inputs that the API has under the same name, a level deeper."""

_TEMPLATE = Operation(
    "ec2",
    "CreateLaunchTemplate",
    {
        "name": "LaunchTemplateName",
        "namePrefix": "LaunchTemplateName",
        "description": "VersionDescription",
        **{name: f"LaunchTemplateData.{name[0].upper()}{name[1:]}" for name in _DATA},
        "ramDiskId": "LaunchTemplateData.RamDiskId",
        "securityGroupNames": "LaunchTemplateData.SecurityGroups",
        "vpcSecurityGroupIds": "LaunchTemplateData.SecurityGroupIds",
        "networkInterfaces.*.securityGroups": "Groups",
        "networkInterfaces.*.ipv4AddressCount": "SecondaryPrivateIpAddressCount",
        "capacityReservationSpecification.capacityReservationTarget.capacityReservationResourceGroupArn": (
            "CapacityReservationResourceGroupArn"
        ),
        "tagSpecifications.*.tags": "Tags",
    },
    frozenset({"defaultVersion", "updateDefaultVersion"}),
)


def _check(inputs: Json) -> Iterator[Mistake]:
    tags = [{key: item for key, item in each.items() if key != "tags"} for each in inputs.get("tagSpecifications") or ()]
    yield from _TEMPLATE({**inputs, "tagSpecifications": tags or None})  # Pulumi has a map where the API has a list of pairs
    if inputs.get("vpcSecurityGroupIds") and inputs.get("networkInterfaces"):
        yield Mistake(
            "vpcSecurityGroupIds",
            "Network interfaces and an instance-level security groups may not be specified on the same request",
        )


def _versions(request: Request, id_: str) -> Json:
    latest = request.before.get("latestVersion") + 1 if request.before else 1
    follows = request.before is None or request.inputs.get("updateDefaultVersion")
    return {
        "arn": arn(request, "ec2", f"launch-template/{id_}"),
        "name": name(request),
        "latestVersion": latest,
        "defaultVersion": latest if follows else (request.before and request.before.get("defaultVersion")),
    }


KINDS: Final = (
    Kind(
        TEMPLATE,
        identify=identifier("lt"),
        computed=_versions,
        autoname="name",
        prefix="namePrefix",
        unique=("name",),
        references=(
            Reference("vpcSecurityGroupIds.*", GROUP, holds=False),
            Reference("networkInterfaces.*.securityGroups.*", GROUP, holds=False),
            Reference("placement.groupName", PLACEMENT, by="name", holds=False),
        ),
        frozen=frozenset({"name", "namePrefix"}),
        check=_check,
        words=replace(
            EC2,
            missing="InvalidLaunchTemplateId.NotFound: The specified launch template, with template ID {id}, does not exist.",
            taken="InvalidLaunchTemplateName.AlreadyExistsException: Launch template name already in use.",
        ),
    ),
    Kind(
        PLACEMENT,
        identify=name,
        computed=lambda request, id_: {
            "arn": arn(request, "ec2", f"placement-group/{id_}"),
            "placementGroupId": f"pg-{digest(id_)[:17]}",
            "name": id_,
        },
        autoname="name",
        unique=("name",),
        frozen=frozenset({"name", "strategy", "partitionCount", "spreadLevel"}),
        check=Operation("ec2", "CreatePlacementGroup", {"name": "GroupName"}),
        words=replace(
            EC2,
            missing="InvalidPlacementGroup.Unknown: The Placement Group '{id}' is unknown.",
            taken="InvalidPlacementGroup.Duplicate: The Placement Group '{id}' already exists.",
            in_use="InvalidPlacementGroup.InUse: The placement group {id} is in use and may not be deleted.",
        ),
    ),
)

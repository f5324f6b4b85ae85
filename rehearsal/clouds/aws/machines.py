"""The nodes of a node group: what EKS, the image and the cloud's controllers write on them, and what devices are found there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from config.catalog import ACCELERATORS, Arch, Machine, Vendor
from rehearsal.clouds.aws.arn import region
from rehearsal.clouds.aws.lookups import zone_id
from rehearsal.clouds.cloud import digest, machine
from rehearsal.clouds.kind import RefusedError, Request
from rehearsal.clouds.ledger import Entry
from rehearsal.clouds.nodes import Template
from rehearsal.control_plane.api import Json as Manifest
from rehearsal.plugins.values import Json, dig

EFA: Final = "vpc.amazonaws.com/efa"
_EFA_INTERFACES: Final = ("efa", "efa-only")
_PODS: Final = "110"
"""What EKS recommends for machines of up to 30 vCPUs; more than a rehearsal's node ever has."""

EFFECTS: Final[Mapping[str, str]] = {
    "NO_SCHEDULE": "NoSchedule",
    "PREFER_NO_SCHEDULE": "PreferNoSchedule",
    "NO_EXECUTE": "NoExecute",
}
"""A taint's effect in EKS's words → in Kubernetes'."""


@dataclass(frozen=True)
class Image:
    """One of EKS's node images."""

    arch: Arch
    driver: Vendor | None = None
    """Whose devices it has a driver for."""
    plugin: Literal["pod", "image"] = "pod"
    labels: Mapping[str, str] | None = None
    """What its kubelet writes on the node."""


_PRESENT: Final = {"nvidia.com/gpu.present": "true"}

IMAGES: Final[Mapping[str, Image]] = {
    "AL2023_x86_64_STANDARD": Image("amd64"),
    "AL2023_ARM_64_STANDARD": Image("arm64"),
    "AL2023_x86_64_NVIDIA": Image("amd64", "nvidia", labels=_PRESENT),
    "AL2023_ARM_64_NVIDIA": Image("arm64", "nvidia", labels=_PRESENT),
    "AL2023_x86_64_NEURON": Image("amd64", "neuron"),
    "BOTTLEROCKET_x86_64": Image("amd64"),
    "BOTTLEROCKET_ARM_64": Image("arm64"),
    "BOTTLEROCKET_x86_64_NVIDIA": Image("amd64", "nvidia", "image"),
    "BOTTLEROCKET_ARM_64_NVIDIA": Image("arm64", "nvidia", "image"),
}
"""AMI type → image. Amazon's guide to EKS-optimized accelerated AMIs and Bottlerocket's variants, 2026."""


def fits(image_name: str, its: Machine) -> str | None:
    """Why EKS does not put this image on this machine, if it does not. That there is no driver is no reason to it."""
    image = IMAGES[image_name]
    if image.arch != its.arch or (image.driver and image.driver != its.vendor):
        return f"[{its.name}] is not a valid instance type for requested amiType {image_name}"
    return None


def chosen(inputs: Json, launch: Json) -> Machine:
    """The machine of a node group; of several, the first. `launch`: its launch template's inputs.

    Raises RefusedError.
    """
    named: list[str] = inputs.get("instanceTypes") or []
    if named and launch.get("instanceType"):
        raise RefusedError(
            "InvalidParameterException: You cannot specify instance types in both the launch template and the API request."
        )
    return machine("aws", (named or [launch.get("instanceType", "t3.medium")])[0])


def template(request: Request, group: str, named: str, launch: Entry | None) -> Template:
    """What all nodes of a node group have in common. `group`: its autoscaling group; `named`: its own name."""
    inputs = request.inputs
    data: Json = launch.inputs if launch else {}
    its, image = chosen(inputs, data), IMAGES[inputs.get("amiType", "AL2023_x86_64_STANDARD")]
    source = {
        "eks.amazonaws.com/sourceLaunchTemplateId": launch.id if launch else "",
        "eks.amazonaws.com/sourceLaunchTemplateVersion": str(dig(inputs, "launchTemplate", "version") or ""),
    }
    return Template(
        group=group,
        machine=its.name,
        arch=its.arch,
        labels={
            "beta.kubernetes.io/arch": its.arch,
            "beta.kubernetes.io/instance-type": its.name,
            "beta.kubernetes.io/os": "linux",
            "eks.amazonaws.com/capacityType": inputs.get("capacityType", "ON_DEMAND"),
            "eks.amazonaws.com/nodegroup": named,
            "eks.amazonaws.com/nodegroup-image": f"ami-{digest(inputs.get('amiType', ''), str(inputs.get('version')))[:17]}",
            **(source if launch else {}),
            "failure-domain.beta.kubernetes.io/region": region(request),
            "k8s.io/cloud-provider-aws": digest(inputs["clusterName"])[:32],
            "topology.kubernetes.io/region": region(request),
            **(image.labels or {}),
            **(inputs.get("labels") or {}),
        },
        taints=tuple(
            {"key": taint["key"], "value": taint.get("value", ""), "effect": EFFECTS[taint["effect"]]}
            for taint in inputs.get("taints") or ()
        ),
        capacity={
            "cpu": str(its.cpu),
            "memory": f"{its.memory_gib}Gi",
            "pods": _PODS,
            "ephemeral-storage": f"{_disk(inputs, data)}Gi",
        },
        devices=_devices(its, image, data),
        plugin=image.plugin,
    )


def _devices(its: Machine, image: Image, launch: Json) -> dict[str, str]:
    """What a plugin finds: accelerators if there is a driver, network interfaces that the machine was started with."""
    interfaces = [each for each in launch.get("networkInterfaces") or () if each.get("interfaceType") in _EFA_INTERFACES]
    driven = image.driver is not None and image.driver == its.vendor
    return {
        **({ACCELERATORS[its.accelerator].resource: str(its.count)} if driven else {}),
        **({EFA: str(len(interfaces))} if interfaces else {}),
    }


def _disk(inputs: Json, launch: Json) -> int:
    """GiB."""
    sizes = [each["ebs"].get("volumeSize", 20) for each in launch.get("blockDeviceMappings") or () if each.get("ebs")]
    return int(max(sizes, default=inputs.get("diskSize", 20)))


def node(template: Template, name: str, zone: str, instance: str) -> Manifest:
    """One machine as the node that it joins the cluster as."""
    manifest = template.node(name, zone)
    manifest["metadata"]["labels"] |= {
        "failure-domain.beta.kubernetes.io/zone": zone,
        "topology.k8s.aws/zone-id": zone_id(zone),
    }
    manifest["spec"]["providerID"] = f"aws:///{zone}/{instance}"
    return manifest

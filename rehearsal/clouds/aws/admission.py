"""What EKS finds wrong with a node group, and why its machines may never join."""

from collections.abc import Iterator
from typing import Final

from rehearsal.clouds.aws import iam, machines
from rehearsal.clouds.aws.account import CLUSTER
from rehearsal.clouds.aws.addons import ADDON
from rehearsal.clouds.aws.clusters import minor
from rehearsal.clouds.aws.launch_templates import TEMPLATE
from rehearsal.clouds.aws.network import SUBNET, network_of
from rehearsal.clouds.aws.routes import leads_out
from rehearsal.clouds.kind import Mistake, RefusedError, Request
from rehearsal.clouds.ledger import FOREIGN, Entry
from rehearsal.plugins.values import UNKNOWN, Json, dig

_RESERVED: Final = ("kubernetes.io/", "k8s.io/", "eks.amazonaws.com/")
"""Beginnings of labels that are EKS's or Kubernetes' own."""
_TAINTS: Final = 50
_BLOCK: Final = "capacity-block"


def mistakes(inputs: Json) -> Iterator[Mistake]:
    """Of the inputs by themselves, beyond what the API's model says."""
    labels: Json = inputs.get("labels") or {}
    for label in labels:
        if label.startswith(_RESERVED):
            yield Mistake(
                f'labels["{label}"]',
                f"InvalidParameterException: Label cannot contain reserved prefixes [{', '.join(_RESERVED)}]",
            )
    if len(inputs.get("taints") or ()) > _TAINTS:
        yield Mistake("taints", f"InvalidParameterException: a node group has at most {_TAINTS} taints")
    least, wanted, most = (dig(inputs, "scalingConfig", key) for key in ("minSize", "desiredSize", "maxSize"))
    if not {None, UNKNOWN} & {least, wanted, most} and not least <= wanted <= most:
        yield Mistake(
            "scalingConfig",
            f"InvalidParameterException: Minimum capacity {least}, desired size {wanted} and maximum size {most} must not "
            f"be smaller each than the one before",
        )
    if inputs.get("launchTemplate") and inputs.get("diskSize"):
        yield Mistake("diskSize", "InvalidParameterException: Disk size must be specified within the launch template.")
    if inputs.get("amiType", UNKNOWN) is not UNKNOWN and inputs["amiType"] not in machines.IMAGES:
        yield Mistake("amiType", f"is {inputs['amiType']!r}, which is not simulated; there are {', '.join(machines.IMAGES)}")


def launch_template(request: Request) -> Entry | None:
    """The launch template that the node group names."""
    named = dig(request.inputs, "launchTemplate", "id")
    return request.ledger.get(TEMPLATE, named) if named else None


def admit(request: Request) -> None:
    """Raises RefusedError for what EKS would not make."""
    inputs, ledger = request.inputs, request.ledger
    launch = launch_template(request)
    data: Json = launch.inputs if launch else {}
    its = machines.chosen(inputs, data)
    for reason in filter(None, (machines.fits(inputs.get("amiType", "AL2023_x86_64_STANDARD"), its), _bought(inputs, data))):
        raise RefusedError(f"InvalidParameterException: {reason}")
    iam.assumable(request, "nodeRoleArn", "ec2.amazonaws.com")
    cluster = ledger.get(CLUSTER, inputs["clusterName"])
    if cluster is None:
        return
    if network_of(ledger, inputs["subnetIds"]) != {cluster.get("vpcConfig")["vpcId"]}:
        raise RefusedError("InvalidParameterException: Subnets are not in the VPC of the cluster")
    if inputs.get("version") and minor(inputs["version"]) > minor(cluster.get("version")):
        raise RefusedError(
            f"InvalidParameterException: Requested Nodegroup version {inputs['version']} is newer than the cluster's, "
            f"{cluster.get('version')}"
        )
    interfaces = [each for each in data.get("networkInterfaces") or () if str(each.get("interfaceType", "")).startswith("efa")]
    if len(interfaces) > its.interfaces:
        raise RefusedError(
            f"InvalidParameterException: {its.name} has {its.interfaces} EFA interfaces, the launch template {len(interfaces)}"
        )


def _bought(inputs: Json, launch: Json) -> str | None:
    """Why the machines can't be bought like this."""
    way = inputs.get("capacityType", "ON_DEMAND")
    market = dig(launch, "instanceMarketOptions", "marketType")
    target = dig(launch, "capacityReservationSpecification", "capacityReservationTarget")
    if (way == "CAPACITY_BLOCK") != (market == _BLOCK):
        return (
            f"capacityType is {way}, and the launch template's market type {market}; a capacity block needs CAPACITY_BLOCK and "
            f"{_BLOCK}"
        )
    if market == "spot":
        return "The launch template must not ask for spot instances; use capacityType SPOT"
    if way == "CAPACITY_BLOCK" and not dig(target, "capacityReservationId"):
        return "The launch template must name the capacity reservation of the capacity block"
    if way == "SPOT" and target:
        return "Spot instances are not launched into a capacity reservation"
    return None


def stranded(request: Request) -> str | None:
    """Why machines that were launched would not become nodes, if they would not."""
    inputs, ledger = request.inputs, request.ledger
    failure = "NodeCreationFailure: Instances failed to join the kubernetes cluster"
    if inside := [subnet for subnet in inputs["subnetIds"] if not leads_out(ledger, subnet) and _ours(request, subnet)]:
        return f"{failure} ({', '.join(inside)}: no route to the internet)"
    granted = iam.attached(ledger, inputs["nodeRoleArn"])
    if not granted & {"AmazonEKSWorkerNodePolicy", "AmazonEKSWorkerNodeMinimalPolicy"}:
        return f"{failure} (the node role lacks AmazonEKSWorkerNodePolicy)"
    if not any(policy.startswith("AmazonEC2ContainerRegistry") for policy in granted):
        return f"{failure} (the node role lacks AmazonEC2ContainerRegistryPullOnly: no image can be pulled)"
    cluster = ledger.get(CLUSTER, inputs["clusterName"])
    bare = cluster is not None and cluster.get("bootstrapSelfManagedAddons") is False
    there = {addon.get("addonName") for addon in ledger.of(ADDON)}
    if bare and (lacking := sorted({"vpc-cni", "kube-proxy"} - there)):
        return f"NodeCreationFailure: Unhealthy nodes in the kubernetes cluster (without {', '.join(lacking)})"
    return None


def _ours(request: Request, subnet: str) -> bool:
    """Whether the stack made the subnet: somebody else's has routes that are not known here."""
    entry = request.ledger.get(SUBNET, subnet)
    return entry is not None and entry.urn != FOREIGN

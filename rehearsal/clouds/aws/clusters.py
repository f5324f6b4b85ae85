"""EKS: clusters."""

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import Any, Final

from rehearsal.clouds.aws import iam
from rehearsal.clouds.aws.account import ACCOUNT, CLUSTER
from rehearsal.clouds.aws.arn import arn
from rehearsal.clouds.aws.keys import KEY
from rehearsal.clouds.aws.models import Operation
from rehearsal.clouds.aws.network import SUBNET, VPC, cidr, network_of, zones_of
from rehearsal.clouds.aws.security_groups import GROUP
from rehearsal.clouds.cloud import digest
from rehearsal.clouds.kind import Kind, Mistake, Reference, RefusedError, Request
from rehearsal.clouds.ledger import Entry
from rehearsal.clouds.server import Server
from rehearsal.clouds.words import Words
from rehearsal.plugins.values import UNKNOWN, Json, dig

INTERFACE: Final = "aws:ec2/networkInterface:NetworkInterface"

VERSIONS: Final = ("1.32", "1.33", "1.34", "1.35", "1.36")
"""Kubernetes minors that EKS makes clusters of, the oldest in extended support (2026)."""

_SERVICES: Final = [IPv4Network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]
"""Where the addresses of services may be."""

WORDS: Final = Words(
    missing="ResourceNotFoundException: No cluster found for name: {id}.",
    taken="ResourceInUseException: Cluster already exists with name: {id}",
    in_use="ResourceInUseException: Cluster {id} has nodegroups attached",
    throttled="ThrottlingException: Rate exceeded",
    quota="ResourceLimitExceededException: Cluster limit exceeded: 100 clusters in this region",
    capacity="UnsupportedAvailabilityZoneException: Cannot create cluster because a targeted availability zone does not "
    "currently have sufficient capacity to support the cluster. Retry with other zones",
    timeout="waiting for EKS Cluster ({id}) create: timeout while waiting for state to become 'ACTIVE' (last state: 'CREATING', "
    "timeout: 30m0s)",
)

_CREATE = Operation(
    "eks",
    "CreateCluster",
    {
        "vpcConfig": "resourcesVpcConfig",
        "vpcConfig.vpcId": "subnetIds",  # the provider's own output
        "vpcConfig.clusterSecurityGroupId": "securityGroupIds",
        "enabledClusterLogTypes": "logging.clusterLogging.types",
    },
    frozenset({"defaultAddonsToRemoves", "forceUpdateVersion"}),
)


def cluster_security_group(name: str) -> str:
    """Id of the group that EKS makes for a cluster and its nodes."""
    return f"sg-{digest(name, 'cluster')[:17]}"


def minor(version: Any) -> int:
    """35 for `1.35`."""
    return int(str(version).split(".")[1])


def _check(inputs: Json) -> Iterator[Mistake]:
    yield from _CREATE(inputs)
    if (version := inputs.get("version")) not in (None, UNKNOWN, *VERSIONS):
        yield Mistake(
            "version", f"InvalidParameterException: unsupported Kubernetes version {version}; EKS has {', '.join(VERSIONS)}"
        )
    block = dig(inputs, "kubernetesNetworkConfig", "serviceIpv4Cidr")
    if block not in (None, UNKNOWN) and not any(_within(block, private) for private in _SERVICES):
        yield Mistake(
            "kubernetesNetworkConfig.serviceIpv4Cidr",
            f"InvalidParameterException: {block} is not within {', '.join(map(str, _SERVICES))}, between /24 and /12",
        )


def _within(block: str, private: IPv4Network) -> bool:
    try:
        network = IPv4Network(block)
    except ValueError:
        return False
    return 12 <= network.prefixlen <= 24 and network.subnet_of(private)


def _admit(request: Request) -> None:
    inputs, ledger = request.inputs, request.ledger
    subnets: list[str] = inputs["vpcConfig"]["subnetIds"]
    iam.assumable(request, "roleArn", "eks.amazonaws.com")
    if len(set(zones_of(ledger, subnets))) < 2:
        raise RefusedError("InvalidParameterException: Subnets specified must be in at least two different AZs")
    networks = network_of(ledger, subnets)
    if len(networks) > 1:
        raise RefusedError("InvalidParameterException: Subnets provided do not belong to the same VPC")
    block = dig(inputs, "kubernetesNetworkConfig", "serviceIpv4Cidr")
    for vpc in ledger.of(VPC):
        if block and vpc.id in networks and cidr(vpc).overlaps(IPv4Network(block)):
            raise RefusedError(f"InvalidParameterException: The service CIDR {block} overlaps with that of the VPC, {cidr(vpc)}")
    if request.before:
        _one_minor_up(request.before.get("version"), inputs.get("version", request.before.get("version")))


def _one_minor_up(old: str, new: str) -> None:
    if minor(new) < minor(old):
        raise RefusedError(f"InvalidParameterException: Cluster version can't be decremented from {old} to {new}")
    if minor(new) > minor(old) + 1:
        raise RefusedError(f"InvalidParameterException: Unsupported Kubernetes minor version update from {old} to {new}")


def _protected(request: Request) -> None:
    if request.before and request.before.get("deletionProtection"):
        raise RefusedError(
            f"InvalidRequestException: Cluster {request.before.id} has deletion protection enabled. Disable it, then delete it."
        )


def kind(server: Server) -> Kind:
    """Clusters that this API server answers for."""

    def computed(request: Request, id_: str) -> Json:
        config = request.inputs["vpcConfig"]
        (vpc,) = network_of(request.ledger, config["subnetIds"])
        created = {"endpointPrivateAccess": False, "endpointPublicAccess": True, "publicAccessCidrs": ["0.0.0.0/0"]}
        return {
            "arn": arn(request, "eks", f"cluster/{id_}"),
            "endpoint": server.url,
            "certificateAuthority": {"data": server.authority},
            "status": "ACTIVE",
            "platformVersion": "eks.1",
            "version": request.inputs.get("version", VERSIONS[-2]),
            "vpcConfig": {**created, **config, "vpcId": vpc, "clusterSecurityGroupId": cluster_security_group(id_)},
            "identities": [{"oidcs": [{"issuer": f"https://oidc.eks.example.com/id/{digest(id_)[:32].upper()}"}]}],
        }

    return Kind(
        CLUSTER,
        identify=lambda request: request.inputs["name"],
        computed=computed,
        autoname="name",
        unique=("name",),
        references=(
            Reference("roleArn", iam.ROLE, by="arn", holds=False),
            Reference("vpcConfig.subnetIds.*", SUBNET),
            Reference("vpcConfig.securityGroupIds.*", GROUP),
            Reference("encryptionConfig.provider.keyArn", KEY, by="arn", holds=False),
        ),
        frozen=frozenset(
            {"name", "roleArn", "kubernetesNetworkConfig.serviceIpv4Cidr", "kubernetesNetworkConfig.ipFamily", "encryptionConfig"}
            | {"accessConfig.bootstrapClusterCreatorAdminPermissions", "bootstrapSelfManagedAddons", "outpostConfig"}
        ),
        check=_check,
        admit=_admit,
        made=_connect,
        release=_protected,
        gone=_disconnect,
        words=WORDS,
    )


def _connect(request: Request, entry: Entry) -> None:
    """What EKS makes in the account: a security group, and an interface in two of the subnets, through which it reaches nodes."""
    vpc = entry.get("vpcConfig")["vpcId"]
    group = cluster_security_group(entry.id)
    name = f"eks-cluster-sg-{entry.id}-{digest(entry.id)[:9]}"
    properties = {"vpcId": vpc, "name": name, "arn": arn(request, "ec2", f"security-group/{group}"), "ownerId": ACCOUNT}
    request.ledger.put(Entry(GROUP, group, "", properties, {**properties, "uses": {"vpcId": VPC}}))
    for subnet in entry.get("vpcConfig")["subnetIds"][:2]:
        inputs = {"subnetId": subnet, "description": f"Amazon EKS {entry.id}"}
        request.ledger.put(Entry(INTERFACE, _interface(entry, subnet), "", inputs, {**inputs, "uses": {"subnetId": SUBNET}}))


def _disconnect(request: Request, entry: Entry) -> None:
    """EKS takes its interfaces away in the name of the cluster's role: if that may no longer, they stay, and hold the subnets."""
    if "AmazonEKSClusterPolicy" in iam.attached(request.ledger, entry.get("roleArn")):
        for subnet in entry.get("vpcConfig")["subnetIds"][:2]:
            if interface := request.ledger.get(INTERFACE, _interface(entry, subnet)):
                request.ledger.remove(interface)
    group = request.ledger.get(GROUP, cluster_security_group(entry.id))
    if group and not _named_by_rules(request, group):
        request.ledger.remove(group)


def _named_by_rules(request: Request, group: Entry) -> bool:
    return any(other.get("referencedSecurityGroupId") == group.id for other in request.ledger if other.id != group.id)


def _interface(entry: Entry, subnet: str) -> str:
    return f"eni-{digest(entry.id, subnet)[:17]}"

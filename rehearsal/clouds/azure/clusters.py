"""AKS clusters."""

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import Final

from config.versions import KUBERNETES
from rehearsal.clouds.azure import arm, authorization, network, pools
from rehearsal.clouds.cloud import Cloud, Invoke, digest
from rehearsal.clouds.kind import Kind, Mistake, Reference, Request
from rehearsal.clouds.ledger import Entry, Ledger
from rehearsal.clouds.server import Server
from rehearsal.plugins.values import UNKNOWN, Json, is_object

CLUSTER: Final = "azure-native:containerservice:ManagedCluster"
MAINTENANCE: Final = "azure-native:containerservice:MaintenanceConfiguration"

CREDENTIALS: Final = "azure-native:containerservice:listManagedClusterUserCredentials"

_FROZEN: Final = frozenset(
    {"diskEncryptionSetID", "dnsPrefix", "fqdnSubdomain", "linuxProfile", "nodeResourceGroup", "windowsProfile"}
) | {
    f"networkProfile.{name}"
    for name in (
        *("serviceCidr", "dnsServiceIP", "networkMode", "networkPlugin", "networkPluginMode"),
        *("podCidr", "networkDataplane", "networkPolicy", "outboundType"),
    )
}
"""What the provider replaces a cluster for, as its own list has it."""

_WINDOWS: Final = ("default", "aksManagedAutoUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule")

_NEWEST_PATCH: Final = 5
"""Patch of each minor that a simulated AKS runs."""


def kinds(own: Callable[[Request, Json], None], disown: Callable[[Request, Json], None]) -> tuple[Kind, ...]:
    """Clusters; `own` and `disown` make and remove the nodes of a pool in a cluster's profile."""

    def made(request: Request, _entry: Entry) -> None:
        for profile in _profiles(request.inputs):
            own(request, profile)

    def gone(request: Request, entry: Entry) -> None:
        for profile in _profiles(entry.inputs):
            disown(request, profile)

    return (
        arm.kind(
            CLUSTER,
            "Microsoft.ContainerService/managedClusters",
            "resourceName",
            computed=_computed,
            check=_mistakes,
            references=(
                Reference("agentPoolProfiles.*.vnetSubnetID", network.SUBNET),
                Reference("identity.userAssignedIdentities.*", authorization.IDENTITY),
            ),
            frozen=_FROZEN,
            admit=_admit,
            made=made,
            gone=gone,
        ),
        arm.kind(
            MAINTENANCE,
            "Microsoft.ContainerService/managedClusters/{resourceName}/maintenanceConfigurations",
            "configName",
            check=_window_mistakes,
            references=(Reference("resourceName", CLUSTER, by="name", holds=False),),
            frozen={"resourceName"},
        ),
    )


def invokes(server: Server) -> Mapping[str, Invoke]:
    """Credentials for this API server."""

    def credentials(cloud: Cloud, _config: Json, arguments: Json) -> Json:
        name = arguments["resourceName"]
        if not any(cluster.get("name") == name for cluster in cloud.ledger.of(CLUSTER)):
            raise arm.refusal(
                "ResourceNotFound", f"The Resource 'Microsoft.ContainerService/managedClusters/{name}' was not found."
            )
        context = {"cluster": {"server": server.url, "certificate-authority-data": server.authority}}
        kubeconfig = {"apiVersion": "v1", "kind": "Config", "clusters": [{"name": name, **context}], "users": [], "contexts": []}
        return {"kubeconfigs": [{"name": "clusterUser", "value": base64.b64encode(json.dumps(kubeconfig).encode()).decode()}]}

    return {CREDENTIALS: credentials}


def named(ledger: Ledger, name: str) -> Entry | None:
    """The cluster of this name."""
    return next((cluster for cluster in ledger.of(CLUSTER) if cluster.get("name") == name), None)


def identity(ledger: Ledger, cluster: Json) -> str:
    """The principal that the cluster acts as."""
    used = arm.listed(arm.inner(cluster, "identity"), "userAssignedIdentities")
    return next((str(entry.get("principalId")) for entry in ledger.of(authorization.IDENTITY) if entry.id in used), "")


def _profiles(inputs: Json) -> list[Json]:
    return [profile for profile in arm.listed(inputs, "agentPoolProfiles") if is_object(profile)]


def _computed(request: Request, identifier: str) -> Json:
    inputs, region = request.inputs, request.config["location"]
    host = f"{inputs['dnsPrefix']}-{digest(identifier)[:8]}"
    private = arm.inner(inputs, "apiServerAccessProfile").get("enablePrivateCluster")
    address = {"privateFQDN": f"{host}.privatelink.{region}.azmk8s.io"} if private else {"fqdn": f"{host}.hcp.{region}.azmk8s.io"}
    return {
        **address,
        "currentKubernetesVersion": f"{inputs['kubernetesVersion']}.{_NEWEST_PATCH}",
        "oidcIssuerProfile": {
            "enabled": True,
            "issuerURL": f"https://{region}.oic.prod-aks.azure.com/{arm.TENANT}/{digest(identifier)[:36]}/",
        },
        # Written as a list, read as a mapping.
        "identity": {
            "type": arm.inner(inputs, "identity").get("type"),
            "userAssignedIdentities": {each: {} for each in arm.listed(arm.inner(inputs, "identity"), "userAssignedIdentities")},
        },
        "identityProfile": {"kubeletidentity": {"objectId": digest(identifier, "kubelet")[:36]}},
    }


def _mistakes(inputs: Json) -> Iterator[Mistake]:
    for index, profile in enumerate(_profiles(inputs)):
        yield from pools.mistakes(profile, f"agentPoolProfiles[{index}].", "name")
    profiles = _profiles(inputs)
    if not any(profile.get("mode") in ("System", UNKNOWN) for profile in profiles):
        yield Mistake("agentPoolProfiles", "Must define at least one system pool")
    its = arm.inner(inputs, "networkProfile")
    if its.get("networkPolicy") == "cilium" and its.get("networkDataplane") != "cilium":
        yield Mistake("networkProfile.networkPolicy", "network policy 'cilium' requires network dataplane 'cilium'")
    if its.get("networkDataplane") == "cilium" and its.get("networkPluginMode") != "overlay":
        yield Mistake("networkProfile.networkDataplane", "Cilium dataplane requires network plugin 'azure' in mode 'overlay'")
    if inputs.get("disableLocalAccounts") and not arm.inner(inputs, "aadProfile").get("managed"):
        yield Mistake("disableLocalAccounts", "local accounts can be disabled in clusters with managed Entra ID integration only")
    access = arm.inner(inputs, "apiServerAccessProfile")
    if access.get("enablePrivateCluster") and access.get("authorizedIPRanges"):
        yield Mistake("apiServerAccessProfile.authorizedIPRanges", "authorized IP ranges are for public clusters only")
    yield from _service_mistakes(its)


def _service_mistakes(its: Json) -> Iterator[Mistake]:
    services, dns = its.get("serviceCidr"), its.get("dnsServiceIP")
    if isinstance(services, str) and isinstance(dns, str):
        inside = IPv4Address(dns) in IPv4Network(services)
        if not inside or IPv4Address(dns) == IPv4Network(services)[1]:
            yield Mistake(
                "networkProfile.dnsServiceIP", f"{dns} must be in {services} and not its first address, which is the API's"
            )


def _window_mistakes(inputs: Json) -> Iterable[Mistake]:
    if inputs.get("configName") not in (*_WINDOWS, UNKNOWN):
        yield Mistake("configName", f"{inputs.get('configName')!r} is not one of {', '.join(_WINDOWS)}")
    hours = arm.inner(inputs, "maintenanceWindow").get("durationHours")
    if isinstance(hours, int) and not 4 <= hours <= 24:
        yield Mistake("maintenanceWindow.durationHours", f"{hours} is not from 4 to 24")


def _admit(request: Request) -> None:
    _version(request)
    subnets = {entry.id: entry for entry in request.ledger.of(network.SUBNET)}
    used = [subnets[profile["vnetSubnetID"]] for profile in _profiles(request.inputs) if profile.get("vnetSubnetID")]
    its = arm.inner(request.inputs, "networkProfile")
    _ranges(its, used)
    for subnet in used:
        principal = identity(request.ledger, request.inputs)
        if not authorization.may(request.ledger, principal, "Network Contributor", subnet.id):
            action = "Microsoft.Network/virtualNetworks/subnets/join/action"
            message = f"Control plane identity {principal} does not have {action} on {subnet.id}."
            raise arm.refusal("ResourceMissingPermissionError", message)
        if its.get("outboundType") == "userAssignedNATGateway" and not subnet.get("natGateway"):
            raise arm.refusal(
                "InvalidParameter", f"outboundType userAssignedNATGateway: the subnet {subnet.id} has no NAT gateway."
            )
    for profile in _profiles(request.inputs):
        pools.admit(request, profile, str(request.inputs["kubernetesVersion"]))
    if request.before:
        _changes(request, request.before)


def _version(request: Request) -> None:
    wanted = str(request.inputs["kubernetesVersion"])
    if pools.minor(wanted) not in KUBERNETES:
        message = f"Version {wanted} is not supported in this region. Supported are {', '.join(KUBERNETES)}."
        raise arm.refusal("K8sVersionNotSupported", message)
    if request.before:
        is_now = str(request.before.inputs["kubernetesVersion"])
        step = KUBERNETES.index(pools.minor(wanted)) - KUBERNETES.index(pools.minor(is_now))
        if step not in (0, 1):
            message = (
                f"Upgrading Kubernetes version {is_now} to {wanted} is not allowed. Minors go up one at a time, and never down."
            )
            raise arm.refusal("OperationNotAllowed", message)


def _ranges(its: Json, subnets: Iterable[Entry]) -> None:
    """The cluster's own ranges are apart from those of the network that it is in, and from each other."""
    own = {name: IPv4Network(its[name]) for name in ("serviceCidr", "podCidr") if its.get(name)}
    for subnet in subnets:
        for name, cidr in own.items():
            if any(cidr.overlaps(taken) for taken in network.ranges(subnet)):
                code = f"{name[0].upper()}{name[1:]}OverlapExistingSubnetsCidr"
                raise arm.refusal(code, f"The specified {name} {cidr} is conflicted with an existing subnet CIDR of {subnet.id}.")
    if len(own) > 1 and own["serviceCidr"].overlaps(own["podCidr"]):
        raise arm.refusal("InvalidParameter", f"podCidr {own['podCidr']} overlaps with serviceCidr {own['serviceCidr']}.")


def _changes(request: Request, before: Entry) -> None:
    was, now = (arm.inner(inputs, "apiServerAccessProfile") for inputs in (before.inputs, request.inputs))
    arm.changed({"enablePrivateCluster": "apiServerAccessProfile.enablePrivateCluster"}, now, was)
    there: dict[str, Json] = {profile["name"]: profile for profile in _profiles(before.inputs)}
    for profile in _profiles(request.inputs):
        if profile["name"] not in there:
            raise arm.refusal(
                "BadRequest",
                "A new agent pool was introduced. Adding agent pools to an existing cluster is not allowed through managed "
                "cluster operations. For agent pool specific change, please use per agent pool operations.",
            )
        pools.changes(profile, there[profile["name"]])

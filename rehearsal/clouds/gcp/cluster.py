"""GKE: clusters."""

from collections.abc import Callable
from typing import Final

from config import regions
from rehearsal.autoscaling.group import Groups
from rehearsal.clouds.cloud import digest
from rehearsal.clouds.gcp import auto_creation, bodies, iam, kms, versions
from rehearsal.clouds.gcp.api import model
from rehearsal.clouds.gcp.compute import NETWORK, SUBNETWORK, Made, ranges
from rehearsal.clouds.gcp.compute_class import DEFINITION
from rehearsal.clouds.gcp.names import CALLER, WORDS, link, project, refused, region
from rehearsal.clouds.kind import Kind, Reference, RefusedError, Request
from rehearsal.clouds.ledger import Entry
from rehearsal.clouds.server import Server
from rehearsal.plugins.values import Json

CLUSTER: Final = "gcp:container/cluster:Cluster"

_ADMIN: Final = "gke:deployer"
"""Who may administer clusters in Google Cloud may do everything inside them."""

_FROZEN: Final = frozenset(
    {
        *("name", "location", "project", "network", "subnetwork", "networkingMode", "datapathProvider", "description"),
        *("initialNodeCount", "defaultMaxPodsPerNode", "enableAutopilot", "enableKubernetesAlpha", "confidentialNodes"),
        *("ipAllocationPolicy.clusterSecondaryRangeName", "ipAllocationPolicy.servicesSecondaryRangeName"),
        *("ipAllocationPolicy.clusterIpv4CidrBlock", "ipAllocationPolicy.servicesIpv4CidrBlock"),
        *("masterAuth.clientCertificateConfig", "privateClusterConfig.masterIpv4CidrBlock"),
    }
)


def kind(server: Server, groups: Groups, gone: Callable[[Request, Entry], None]) -> Kind:
    """Clusters in front of this API server, for which GKE may make node pools by itself, in `groups`.

    `gone`: what happens to the node pools of one that is deleted.
    """

    def computed(request: Request, id_: str) -> Json:
        channel = request.inputs.get("releaseChannel", {}).get("channel", "REGULAR")
        address = server.url.removeprefix("https://")
        endpoints = request.inputs.get("controlPlaneEndpointsConfig", {})
        name = f"gke-{digest(id_)[:12]}.{region(request)}.gke.goog"
        return {
            "endpoint": address,
            "selfLink": link(id_).replace("compute", "container"),
            "project": project(request),
            "masterVersion": versions.offered(request.inputs["minMasterVersion"], channel),
            "masterAuth": {**request.inputs.get("masterAuth", {}), "clusterCaCertificate": server.authority},
            "privateClusterConfig": {**request.inputs.get("privateClusterConfig", {}), "privateEndpoint": "10.0.0.2"},
            # In a rehearsal both endpoints are the one API server.
            "controlPlaneEndpointsConfig": {
                **endpoints,
                "dnsEndpointConfig": {**endpoints.get("dnsEndpointConfig", {}), "endpoint": name},
            },
        }

    def made(request: Request, _entry: Entry) -> None:
        server.define(DEFINITION)
        groups.make(auto_creation.allowed(request))
        server.grant(_ADMIN, CALLER)

    def ended(request: Request, entry: Entry) -> None:
        gone(request, entry)
        groups.make(None)
        server.revoke(_ADMIN)
        server.undefine(DEFINITION["metadata"]["name"])

    return Kind(
        CLUSTER,
        identify=lambda request: f"projects/{project(request)}/locations/{region(request)}/clusters/{request.inputs['name']}",
        computed=computed,
        autoname="name",
        unique=("name",),
        references=(
            Made("network", NETWORK),
            Made("subnetwork", SUBNETWORK),
            Reference("databaseEncryption.keyName", kms.KEY, holds=False),
        ),
        frozen=_FROZEN,
        check=model("google.cloud.container_v1.types", "Cluster", bodies.cluster),
        admit=_admit,
        release=_release,
        made=made,
        gone=ended,
        words=WORDS,
    )


def _admit(request: Request) -> None:
    for rule in (versions.step, _ranges_are_there, _zones_are_there, _api_is_reachable, _key_is_usable, _pool_of_identities):
        rule(request)


def _ranges_are_there(request: Request) -> None:
    subnetwork = request.ledger.get(SUBNETWORK, request.inputs["subnetwork"])
    for field, name in request.inputs.get("ipAllocationPolicy", {}).items():
        if subnetwork and field.endswith("SecondaryRangeName") and name not in ranges(subnetwork):
            what = "Pod" if field.startswith("cluster") else "Services"
            raise RefusedError(refused(f"{what} secondary range {name!r} does not exist in subnetwork {subnetwork.id!r}"))


def _zones_are_there(request: Request) -> None:
    for zone in request.inputs.get("nodeLocations", []):
        if zone not in regions.zones("gcp", region(request)):
            raise RefusedError(refused(f"Location {zone!r} is not a zone of region {region(request)!r}"))


def _api_is_reachable(request: Request) -> None:
    private = request.inputs.get("privateClusterConfig", {}).get("enablePrivateEndpoint")
    if private and "masterAuthorizedNetworksConfig" not in request.inputs:
        raise RefusedError(refused("Private endpoint can only be enabled with master authorized networks"))


def _key_is_usable(request: Request) -> None:
    """GKE asks for the key in its own name."""
    encryption = request.inputs.get("databaseEncryption", {})
    if encryption.get("state") != "ENCRYPTED":
        return
    agents = {entry.get("member") for entry in request.ledger.of(iam.AGENT)}
    for entry in request.ledger.of(kms.PERMISSION):
        if (entry.get("cryptoKeyId"), entry.get("role")) == (
            encryption["keyName"],
            "roles/cloudkms.cryptoKeyEncrypterDecrypter",
        ) and entry.get("member") in agents:
            return
    raise RefusedError(refused(f"Cloud KMS key {encryption['keyName']} can't be used by GKE's service agent"))


def _pool_of_identities(request: Request) -> None:
    pool = request.inputs.get("workloadIdentityConfig", {}).get("workloadPool")
    if pool and pool != f"{project(request)}.svc.id.goog":
        raise RefusedError(refused(f"Workload pool {pool!r} is not {project(request)}.svc.id.goog"))


def _release(request: Request) -> None:
    if request.before and request.before.get("deletionProtection") is not False:
        raise RefusedError(
            "Cannot destroy cluster because deletion_protection is set to true. Set it to false to proceed with cluster deletion."
        )

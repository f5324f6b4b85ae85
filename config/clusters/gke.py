"""Google Kubernetes Engine."""

from typing import Annotated, ClassVar, Literal, Self

from annotated_types import Ge, Le, MinLen
from pydantic import AfterValidator, Field, model_validator

from config import offers, regions
from config.clusters.cidr import Cidr, NamedCidr, overlapping
from config.clusters.kubernetes import KubernetesVersion
from config.model import Model
from config.node_images import NONE
from config.node_pool import NodePool
from config.versions import DEFAULT_KUBERNETES, KUBERNETES

Day = Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

_ZONES = 3
"""Zones that nodes are in if nothing is said: one may fail and two are left."""

_HOURS_A_WEEK = 12
"""GKE wants 48 hours of maintenance windows in any 32 days."""


class ExistingNetwork(Model):
    """A subnetwork that somebody else made, in the cluster's region and project."""

    network: Annotated[str, MinLen(1)]
    """The VPC's name."""
    subnetwork: Annotated[str, MinLen(1)]
    """The subnetwork's name."""
    pods: Annotated[str, MinLen(1)]
    """Name of its secondary range for pods."""
    services: Annotated[str, MinLen(1)]
    """Name of its secondary range for services."""


class GkeNetwork(Model):
    """A VPC of the cluster's own, with one subnetwork; nodes reach the internet through Cloud NAT."""

    nodes: Cidr = "10.0.0.0/20"
    """Addresses of nodes, one each."""
    pods: Cidr = "10.64.0.0/12"
    """Addresses of pods: GKE takes a /24 for every node."""
    services: Cidr = "10.0.16.0/20"
    """Addresses of services."""
    existing: ExistingNetwork | None = None
    """A network to use in the place of a new one. Its ranges and its way to the internet are its owner's."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.existing and (ranges := sorted(self.model_fields_set - {"existing"})):
            raise ValueError(f"an existing network has its ranges already; leave out {' and '.join(ranges)}")
        return self

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if not self.existing and (both := overlapping((self.nodes, self.pods, self.services))):
            raise ValueError(f"{both[0]} and {both[1]} overlap; write another range for one of them")
        return self


class GkeEndpoint(Model):
    """Who reaches the Kubernetes API. By default only the cluster's network, and what is connected to it."""

    public: bool = False
    """Whether the API has a public address; then only `cidrs` reach it."""
    cidrs: tuple[NamedCidr, ...] = ()
    """Ranges that may call the API: on the internet with `public`, else private ones that are connected to the network."""
    dns: bool = False
    """Whether Google's front end lets anyone in who has the IAM permission `container.clusters.connect`, wherever they are."""

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.public and not self.cidrs:
            raise ValueError("a public endpoint needs its cidrs; write for example cidrs: [203.0.113.0/24]")
        return self


class GkeMaintenance(Model):
    """When GKE may upgrade the control plane and nodes."""

    days: Annotated[tuple[Day, ...], MinLen(1)] = ("SA", "SU")
    start: str = Field(default="02:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    """UTC, e.g. `02:00`."""
    hours: Annotated[int, Ge(4), Le(24)] = 6

    @model_validator(mode="after")
    def _enough(self) -> Self:
        if len(set(self.days)) * self.hours < _HOURS_A_WEEK:
            raise ValueError(f"at least {_HOURS_A_WEEK} hours a week are what GKE wants; write more days or more hours")
        return self


def _region(region: str) -> str:
    try:
        regions.zones("gcp", region)
    except LookupError as unknown:
        raise ValueError(str(unknown)) from None
    return region


class Gke(Model):
    """Google Kubernetes Engine, in its Standard mode, over several zones of a region."""

    cloud: ClassVar[str | None] = "gcp"
    kind: Literal["gke"]
    project: str | None = Field(default=None, pattern=r"^[a-z][-a-z0-9]{4,28}[a-z0-9]$", examples=["example-ml-dev"])
    """The Google Cloud project's id; by default that of your credentials (`GOOGLE_PROJECT`, `gcloud config`)."""
    region: Annotated[str, Field(examples=["europe-west4"]), AfterValidator(_region)]
    """The Google Cloud region."""
    zones: tuple[str, ...] = ()
    """Where nodes may be, e.g. `[europe-west4-a, europe-west4-b]`; by default the region's first three zones."""
    name: str | None = Field(default=None, pattern=r"^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$")
    """The cluster's name in Google Cloud; by default the project's and the stack's. Another name is another cluster."""
    version: KubernetesVersion = DEFAULT_KUBERNETES
    """Kubernetes' minor; one step up at a time."""
    channel: Literal["rapid", "regular", "stable", "extended"] = "regular"
    """How soon GKE upgrades to a new version."""
    network: GkeNetwork = GkeNetwork()
    endpoint: GkeEndpoint = GkeEndpoint()
    maintenance: GkeMaintenance = GkeMaintenance()
    autoscaling: Literal["balanced", "optimize-utilization"] = "balanced"
    """How eagerly nodes that do little are taken away."""
    auto_creation: bool = False
    """Whether GKE makes node pools of GPUs by itself when pods wait for them, and removes the empty ones; else they are there all
    the time, with or without nodes. It makes what a ComputeClass can say: of pools with no smallest size, no placement, Google's
    own image and its driver. All nodes together then have no more devices, CPUs and memory than the pools may have together; and
    pods leave a spot node that GKE has made within 15 seconds, not a minute."""
    security_group: str | None = Field(default=None, pattern=r"^gke-security-groups@.+$")
    """The Google group that your teams' groups are members of; without it, GKE knows users and no groups."""
    deletion_protection: bool = True
    """Whether a destroy of the cluster is refused; set it to false, and `up`, before you destroy."""
    autopilot: bool = False
    """Autopilot is refused: it has no node pools, so machines, capacity and drivers could not be what this file says."""

    @model_validator(mode="after")
    def _zones_exist(self) -> Self:
        try:
            regions.chosen("gcp", self.region, self.zones, _ZONES)
        except LookupError as unknown:
            raise ValueError(str(unknown)) from None
        if len(set(self.zones)) < len(self.zones):
            raise ValueError("a zone is given twice; write each once")
        return self

    @property
    def spanned(self) -> tuple[str, ...]:
        """The zones that its nodes may be in."""
        return self.zones or regions.zones("gcp", self.region)[:_ZONES]

    @model_validator(mode="after")
    def _offered(self) -> Self:
        if self.channel == "stable" and self.version == KUBERNETES[-1]:
            raise ValueError(f"the stable channel has no {self.version} yet; write channel: regular or an older version")
        return self

    @model_validator(mode="after")
    def _standard(self) -> Self:
        if self.autopilot:
            raise ValueError(
                "autopilot clusters have no node pools: machines, capacity and drivers could not be what nodePools says; "
                "leave out autopilot"
            )
        return self


def placed(cluster: Gke, pool: NodePool) -> tuple[str, ...]:
    """The zones that a pool's nodes may be in: those it names, else those of the cluster that have its machine, else those of the
    region. Nodes that are to be close to one another are in the first of them. None, where the region has no such machine."""
    machine = pool.machine("gcp").name
    there = regions.zones("gcp", cluster.region)
    zones = pool.zones or offers.offered(machine, cluster.spanned) or offers.offered(machine, there)
    together = pool.placement or (pool.accelerator and pool.accelerator.nodes > 1)
    return zones[:1] if together else zones


def auto_created(cluster: Gke, pool: NodePool) -> bool:
    """Whether GKE makes the pool's nodes by itself."""
    return (
        cluster.auto_creation
        and pool.vendor == "nvidia"
        and not (pool.size.min or pool.placement)
        and pool.image in (None, "cos")
        and pool.driver != NONE
    )


def most(cluster: Gke, pool: NodePool) -> int:
    """Nodes that the pool may have. Of node pools that are made beforehand, each rung may grow to the whole size."""
    return pool.size.max * (1 if auto_created(cluster, pool) else len(pool.capacity))

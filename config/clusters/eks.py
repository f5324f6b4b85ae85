"""Amazon Elastic Kubernetes Service."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from config import regions
from config.clusters.cidr import Cidr, overlapping, size, split
from config.clusters.endpoint import Endpoint
from config.clusters.kubernetes import KubernetesVersion
from config.model import Model
from config.versions import DEFAULT_KUBERNETES

_ZONES = 3
"""Zones that a cluster spans if nothing is said: one may fail and two are left to agree."""


class ExistingVpc(Model):
    """A network that somebody else made, in the cluster's region. Its way to the internet is its owner's."""

    vpc: str = Field(pattern=r"^vpc-[0-9a-f]{8,17}$", examples=["vpc-0123456789abcdef0"])
    """The VPC's id."""
    subnets: dict[str, Annotated[str, Field(pattern=r"^subnet-[0-9a-f]{8,17}$")]]
    """Zone → id of the private subnet there that nodes and pods take their addresses from; at least two zones."""


class EksNetwork(Model):
    """A VPC of the cluster's own: in each zone a private subnet for nodes and pods, and a public one for load balancers."""

    cidr: Cidr = "10.0.0.0/16"
    """Addresses of nodes and pods, /16 to /24."""
    services: Cidr = "172.20.0.0/16"
    """Addresses of services, which no one outside the cluster sees, /12 to /24."""
    nat: Literal["each-zone", "one"] = "each-zone"
    """How nodes call out: through a gateway in their own zone, or all through one, which is cheaper and a single point of
    failure."""
    existing: ExistingVpc | None = None
    """A network to use in the place of a new one."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.existing and (ours := sorted(self.model_fields_set & {"cidr", "nat"})):
            raise ValueError(f"an existing network has its ranges and gateways already; leave out {' and '.join(ours)}")
        return self

    @model_validator(mode="after")
    def _in_bounds(self) -> Self:
        for what, network, largest in (("cidr", self.cidr, 16), ("services", self.services, 12)):
            if not 2 ** (32 - 24) <= size(network) <= 2 ** (32 - largest):
                raise ValueError(f"{what} {network} is out of bounds; write a range from /{largest} to /24")
        if not self.existing and overlapping((self.cidr, self.services)):
            raise ValueError(f"services {self.services} overlaps cidr {self.cidr}; write another range for one of them")
        return self


def _region(region: str) -> str:
    try:
        regions.zones("aws", region)
    except LookupError as unknown:
        raise ValueError(str(unknown)) from None
    return region


Principal = Annotated[
    str,
    Field(pattern=r"^arn:aws:iam::\d{12}:(role|user)/[\w+=,.@/-]+$", examples=["arn:aws:iam::111122223333:role/platform"]),
]
"""The ARN of an IAM role or user."""


@dataclass(frozen=True)
class Subnets:
    """The ranges of one zone's subnets."""

    private: str
    public: str


class Eks(Model):
    """Amazon Elastic Kubernetes Service."""

    cloud: ClassVar[str | None] = "aws"
    kind: Literal["eks"]
    region: Annotated[str, Field(examples=["eu-north-1"]), AfterValidator(_region)]
    """The AWS region."""
    zones: tuple[str, ...] = ()
    """Where subnets are, e.g. `[eu-north-1a, eu-north-1b]`: two at least; by default the region's first three. EKS has no room in
    a few old zones: name others if it says so."""
    name: str | None = Field(default=None, pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$")
    """The cluster's name in AWS; by default the project's and the stack's. Another name is another cluster."""
    version: KubernetesVersion = DEFAULT_KUBERNETES
    """Kubernetes' minor; one step up at a time."""
    network: EksNetwork = EksNetwork()
    endpoint: Endpoint = Endpoint()
    admins: tuple[Principal, ...] = ()
    """Roles and users that may do everything in the cluster. The one that runs Pulumi must be among them; without any it is the
    only one. Name them as soon as a second one runs Pulumi."""
    log_days: Literal[1, 7, 30, 90, 365] = 90
    """How long logs of the control plane and of network flows are kept, in days."""
    autoscaler: Literal["cluster-autoscaler", "karpenter"] = "cluster-autoscaler"
    """Who adds and takes away nodes. Karpenter makes them one by one; a pool's smallest size stays a group of EKS's."""
    shared_storage: Literal["efs", "fsx"] = "efs"
    """What volumes that many pods write at once are made of. efs: one file system in all zones that grows with what is written;
    fsx: for each claim a Lustre file system in the first zone, of 1200Gi at least, many times as fast and paid by its size."""
    deletion_protection: bool = True
    """Whether a destroy of the cluster is refused; set it to false, and `up`, before you destroy."""

    @model_validator(mode="after")
    def _zones_exist(self) -> Self:
        if self.network.existing and self.zones:
            raise ValueError("the zones of an existing network are those of its subnets; leave out zones")
        try:
            regions.chosen("aws", self.region, self.spanned, _ZONES)
        except LookupError as unknown:
            raise ValueError(str(unknown)) from None
        if len(self.spanned) < 2:
            raise ValueError("is in one zone, and EKS wants two at least; write one more")
        if len(set(self.spanned)) < len(self.spanned):
            raise ValueError("a zone is given twice; write each once")
        return self

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        """AWS has no subnet smaller than /28."""
        if not self.network.existing and any(size(ranges.public) < 2 ** (32 - 28) for ranges in self.subnets.values()):
            raise ValueError(f"network.cidr {self.network.cidr} is too small for {self.region}'s zones; write a larger range")
        return self

    @property
    def spanned(self) -> tuple[str, ...]:
        """The zones that it is in."""
        if self.network.existing:
            return tuple(self.network.existing.subnets)
        return self.zones or regions.zones("aws", self.region)[:_ZONES]

    @property
    def subnets(self) -> dict[str, Subnets]:
        """Zone → ranges of its subnets in a network of the cluster's own.

        A range belongs to a zone of the region, whether the cluster is in it or not: taking a zone in or leaving one out moves no
        other. The VPC is cut into one part more than there are zones; the last part is cut again for the public subnets.
        """
        everywhere = regions.zones("aws", self.region)
        *private, rest = split(self.network.cidr, len(everywhere) + 1)
        public = split(rest, len(everywhere))
        return {zone: Subnets(*both) for zone, *both in zip(everywhere, private, public, strict=False) if zone in self.spanned}

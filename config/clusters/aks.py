"""Azure Kubernetes Service."""

from typing import Annotated, ClassVar, Final, Literal, Self
from uuid import UUID

from annotated_types import Ge, Le
from pydantic import AfterValidator, Field, model_validator

from config import regions
from config.clusters.cidr import Cidr, overlapping
from config.clusters.endpoint import Endpoint
from config.clusters.kubernetes import KubernetesVersion
from config.model import Model, Range
from config.versions import DEFAULT_KUBERNETES


def _region(region: str) -> str:
    try:
        regions.zones("azure", region)
    except LookupError as unknown:
        raise ValueError(str(unknown)) from None
    return region


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise ValueError(f"{text!r} is not an id; write 32 hexadecimal digits as 00000000-0000-0000-0000-000000000000") from None


Id = Annotated[str, AfterValidator(_uuid)]
"""An id as Azure and Entra ID give them to subscriptions, groups and users."""

_SUBNET = r"(?i)^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Network/virtualNetworks/[^/]+/subnets/[^/]+$"


SYSTEM_POOL: Final = Range(min=3, max=6)
"""Nodes that AKS runs its own add-ons on, beside the stack's pools: it asks for two at least and recommends three."""


class AksNetwork(Model):
    """A virtual network of the cluster's own, with one subnet; nodes reach the internet through a NAT gateway."""

    nodes: Cidr = "10.224.0.0/16"
    """Addresses of nodes, one each, and of the API's private endpoint."""
    pods: Cidr = "10.244.0.0/16"
    """Addresses of pods: AKS takes a /24 for every node. They are seen in the cluster only."""
    services: Cidr = "10.0.0.0/16"
    """Addresses of services. They are seen in the cluster only."""
    existing: Annotated[str, Field(pattern=_SUBNET)] | None = None
    """Resource id of a subnet to use in the place of a new one. Its range and its NAT gateway are its owner's."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.existing and "nodes" in self.model_fields_set:
            raise ValueError("an existing subnet has its range already; leave out nodes")
        return self

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if both := overlapping((self.pods, self.services) if self.existing else (self.nodes, self.pods, self.services)):
            raise ValueError(f"{both[0]} and {both[1]} overlap; write other ranges for nodes, pods or services")
        return self


class Maintenance(Model):
    """When AKS may upgrade the control plane and nodes, once a week."""

    day: Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] = "Sunday"
    start: str = Field(default="02:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    """UTC, e.g. `02:00`."""
    hours: Annotated[int, Ge(4), Le(24)] = 6


class Aks(Model):
    """Azure Kubernetes Service."""

    cloud: ClassVar[str | None] = "azure"
    kind: Literal["aks"]
    region: Annotated[str, Field(examples=["swedencentral"]), AfterValidator(_region)]
    """The Azure region."""
    subscription: Id | None = None
    """The subscription's id; by default that of your credentials (`ARM_SUBSCRIPTION_ID`, `az account show`)."""
    name: str | None = Field(default=None, pattern=r"^[0-9A-Za-z]([0-9A-Za-z-]{0,52}[0-9A-Za-z])?$")
    """What the cluster and its resource group are called; by default the project's and the stack's. Another name is another
    cluster."""
    version: KubernetesVersion = DEFAULT_KUBERNETES
    """Kubernetes' minor, one step up at a time; AKS itself keeps its patches up to date."""
    network: AksNetwork = AksNetwork()
    endpoint: Endpoint = Endpoint()
    admins: tuple[Id, ...] = ()
    """Object ids of Entra ID groups that may do everything in the cluster. Whoever runs Pulumi must be in one; without any it is
    the only one that may. Name them as soon as a second one runs Pulumi."""
    maintenance: Maintenance = Maintenance()
    host_encryption: bool = True
    """Whether nodes' disks and caches are encrypted on their hosts already, for which the subscription must be registered once:
    `az feature register --namespace Microsoft.Compute --name EncryptionAtHost`. false if AKS says that a machine can't."""
    deletion_protection: bool = True
    """Whether a destroy of the cluster is refused; set it to false, and `up`, before you destroy."""

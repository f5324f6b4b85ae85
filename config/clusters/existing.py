"""A cluster that somebody else made: kubeadm, kind, minikube, or any other."""

from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from config.clusters.kubernetes import KubernetesVersion
from config.model import Model
from config.versions import DEFAULT_KUBERNETES


class Driver(Model):
    """Who makes the volumes of one kind."""

    provisioner: str = Field(min_length=1, examples=["driver.longhorn.io"])
    """As a StorageClass names it."""
    parameters: dict[str, str] = {}
    """What the provisioner wants to know, e.g. an NFS server and its share."""


class Autoscaler(Model):
    """The Cluster Autoscaler, where Cluster API manages the machines: it sets how many replicas MachineDeployments have. Between
    which numbers, and what a node of one without machines would be, annotations of theirs say, which are their owner's."""

    version: KubernetesVersion = DEFAULT_KUBERNETES
    """Kubernetes' minor in the cluster: the autoscaler simulates the scheduler of that one."""
    cluster_name: str = Field(pattern=r"^[0-9a-z]([0-9a-z.-]{0,61}[0-9a-z])?$", examples=["ml"])
    """What the cluster is called in Cluster API; no other cluster's MachineDeployments are scaled."""
    namespace: str = Field(default="default", pattern=r"^[0-9a-z]([0-9a-z-]{0,61}[0-9a-z])?$")
    """Where its MachineDeployments are."""
    machine_templates: tuple[Annotated[str, Field(pattern=r"^[A-Z][0-9A-Za-z]{0,62}$")], ...] = ()
    """What machines are made from, e.g. `[OpenStackMachineTemplate]`: `infrastructureRef.kind` of the MachineDeployments. The
    autoscaler looks there what a node would have, and does nothing at all for as long as it may not."""
    management_secret: str | None = Field(default=None, pattern=r"^[0-9a-z]([0-9a-z.-]{0,251}[0-9a-z])?$")
    """Where another cluster manages this one: the Secret in kube-system with a kubeconfig for that one as its key `value`, in the
    place of `machineTemplates`, since what may be done there is up to the user in it. Without it the cluster manages itself, as
    after `clusterctl move`."""

    @model_validator(mode="after")
    def _may_read_templates(self) -> Self:
        if not (self.machine_templates or self.management_secret):
            raise ValueError(
                "must be able to read what machines are made from; write the kinds of the templates, for example "
                "machineTemplates: [OpenStackMachineTemplate], or managementSecret if another cluster has them"
            )
        if self.machine_templates and self.management_secret:
            raise ValueError("machineTemplates are read as the managementSecret's user may; leave one of them out")
        return self


class Existing(Model):
    """A cluster that is there already. Its nodes are found by their labels, and stay when the stack goes."""

    cloud: ClassVar[str | None] = None
    kind: Literal["existing"]
    kubeconfig: Path = Path("~/.kube/config")
    """How to reach it; relative to the project, `~` is your home. A secret `ml-platform:kubeconfig` goes before it."""
    context: str | None = Field(default=None, min_length=1)
    """The context in the kubeconfig; without it, the current one. Naming it keeps a stack from another cluster."""
    block: Driver
    """Volumes that one node at a time can use."""
    shared: Driver
    """Volumes that all nodes can use at once: teams keep their datasets on one."""
    autoscaler: Autoscaler | None = None
    """Who adds and takes away nodes, where Cluster API makes them. Without it pools are as large as their owner keeps them."""

"""What a stack may say about its node pools, in no cloud's own terms."""

from difflib import get_close_matches
from typing import Annotated, Any, Literal, Self, cast

from annotated_types import Ge
from pydantic import AfterValidator, Field, model_validator

from config import catalog
from config.accelerators import Accelerators
from config.capacity import Ladder, Rung
from config.labels import Labels, Selector, Taint
from config.model import Model, Name, Quantity, Range, amount


def _machine(name: str) -> str:
    if name not in catalog.by_name():
        near = get_close_matches(name, catalog.by_name(), n=3)
        instead = f"did you mean {', '.join(near)}?" if near else "say what it must have instead: accelerator, cpu and memory"
        raise ValueError(f"the catalogue has no machine {name!r}; {instead}")
    return name


def _disk(size: str) -> str:
    if not 30 * 2**30 <= amount(size) <= 16 * 2**40:
        raise ValueError(f"{size} is no size for a node's disk; write 30Gi to 16Ti")
    return size


def _zones(zones: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(zones)) < len(zones):
        raise ValueError("a zone is given twice; write each once")
    return zones


def _mapping(written: object) -> dict[str, Any]:
    return cast("dict[str, Any]", written) if isinstance(written, dict) else {}


class Size(Range):
    """How many nodes a pool may have."""

    min: Annotated[int, Ge(0)] = 0
    """Nodes that are always there."""
    max: Annotated[int, Ge(1)]
    """Nodes that the pool may grow to."""


class NodePool(Model):
    """Nodes of one kind. The smallest machine of the cluster's cloud that has what is asked for is taken."""

    name: Name
    size: Size
    accelerator: Accelerators | None = None
    """The devices of each node, with `machine` those of the machine; a pool without any is for everything that needs none."""
    cpu: Annotated[int, Ge(1)] = 4
    """vCPUs that a node has at least."""
    memory: Quantity = "8Gi"
    """Memory that a node has at least."""
    arch: catalog.Arch | None = None
    """Of the processor; by default amd64, or whatever machines with these devices have."""
    machine_name: Annotated[str, AfterValidator(_machine)] | None = Field(default=None, alias="machine")
    """The machine type by its cloud's own name, e.g. `p5.48xlarge`, in the place of `accelerator`, `cpu`, `memory` and `arch`."""
    capacity: Annotated[Ladder, Field(json_schema_extra={"default": ["on-demand"]})] = (Rung(kind="on-demand"),)
    """How machines are bought, tried in order: `[{kind: reserved, reservation: …}, on-demand, spot]`. The pool's smallest size is
    bought on the first rung."""
    placement: Literal["compact"] | None = None
    """compact: nodes close to one another, for fast collectives, at the price of finding room for them less often."""
    interconnect: bool = False
    """Whether devices reach those of other nodes past the ordinary network, and past its policies: by EFA on EKS, where jobs are
    given its interfaces with their devices. Elsewhere pods of teams may not do what it takes: GKE's nodes are made without,
    with a warning, and a pool on AKS is refused."""
    zones: Annotated[tuple[str, ...], AfterValidator(_zones)] = ()
    """Where nodes may be, e.g. `[eu-central-1a]`; by default all zones of the cluster."""
    disk: Annotated[Quantity, AfterValidator(_disk)] | None = None
    """Size of a node's disk; by default 200Gi for pools with devices, whose images are large, and 100Gi for others."""
    image: str | None = None
    """The node image: al2023 or bottlerocket on EKS, cos or ubuntu on GKE, ubuntu or azurelinux on AKS; by default the first that
    suits the machine."""
    driver: str | None = None
    """The devices' driver: `image` (EKS, AKS), `default` or `latest` (GKE), or `none` if you install it; by default the image's
    first."""
    labels: Labels = {}
    """More labels for its nodes."""
    taints: tuple[Taint, ...] = ()
    """More taints for its nodes; its own devices have theirs already."""
    selector: Selector = {}
    """On an existing cluster: the labels by which its nodes are found; by default `ml-platform.dev/pool` and
    `ml-platform.dev/accelerator`, as on a cluster of our own."""

    preinstalled: frozenset[Literal["device-plugin"]] = frozenset()
    """On an existing cluster: what its nodes have, and would otherwise get a second time, for example because NVIDIA's GPU
    operator is there."""

    @model_validator(mode="before")
    @classmethod
    def _of_a_machine(cls, written: object) -> object:
        """A pool with `machine` has what that machine has: everyone else need not know which of the two was said."""
        values = _mapping(written)
        if not isinstance(name := values.get("machine"), str):
            return written
        if said := sorted({"accelerator", "cpu", "memory", "arch"} & values.keys()):
            raise ValueError(f"machine is given, and {', '.join(said)} too; write the machine or what it must have, not both")
        if not (machine := catalog.by_name().get(name)):
            return written  # _machine says so
        devices = {"accelerator": {"type": machine.accelerator, "count": machine.count}} if machine.accelerator else {}
        return {**values, "cpu": machine.cpu, "memory": f"{machine.memory_gib}Gi", "arch": machine.arch, **devices}

    @model_validator(mode="after")
    def _machine_exists(self) -> Self:
        try:
            self.machine()
        except LookupError as missing:
            raise ValueError(str(missing)) from None
        return self

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        kinds = {rung.kind for rung in self.capacity}
        if self.capacity[0].kind == "flex" and self.size.min:
            raise ValueError("flex nodes come when pods wait for them; write size.min: 0 or another rung before flex")
        if self.placement and "flex" in kinds:
            raise ValueError("flex nodes can't be placed compactly; leave out placement or the flex rung")
        if self.accelerator and self.accelerator.nodes > 1 and "flex" in kinds:
            raise ValueError("flex nodes come one by one, and a slice of several needs all of its own; leave out the flex rung")
        if self.accelerator and (nodes := self.accelerator.nodes) > 1 and {self.size.min, self.size.max} - {0, nodes}:
            raise ValueError(
                f"a {self.accelerator.shape} slice is {nodes} nodes, which come and go together; "
                f"write size: {{max: {nodes}}}, or {{min: {nodes}, max: {nodes}}} to keep it"
            )
        return self

    def machine(self, cloud: str | None = None) -> catalog.Machine:
        """The machine of its nodes on `cloud` or, without one, on any.

        Raises LookupError, which says which machines or clouds there are instead.
        """
        if self.machine_name:
            machine = catalog.by_name()[self.machine_name]
            if cloud not in (None, machine.cloud):
                raise LookupError(
                    f"{machine.name} is a machine of {machine.cloud}, not of {cloud}; {self._elsewhere(machine, cloud)}"
                )
            if self.interconnect and not machine.interconnect:
                raise LookupError(f"{machine.name} has no interconnect; leave it out, or say what the machine must have instead")
            return machine
        return catalog.find(self._wanted(), cloud)

    @property
    def vendor(self) -> catalog.Vendor | None:
        """Whose devices its nodes have."""
        return catalog.ACCELERATORS[self.accelerator.type].vendor if self.accelerator else None

    @property
    def disk_gib(self) -> int:
        """Size of a node's disk."""
        return -(-int(amount(self.disk)) // 2**30) if self.disk else 200 if self.accelerator else 100

    @property
    def interruptible(self) -> bool:
        """Whether the cloud may take nodes away at any time."""
        return any(rung.kind == "spot" for rung in self.capacity)

    def _wanted(self) -> catalog.Wanted:
        devices = (self.accelerator.type, self.accelerator.count) if self.accelerator else ("", 0)
        arch = self.arch if self.arch or self.accelerator else "amd64"
        return catalog.Wanted(*devices, self.cpu, amount(self.memory), arch, self.interconnect)

    def _elsewhere(self, machine: catalog.Machine, cloud: str | None) -> str:
        try:
            like_it = catalog.find(catalog.Wanted(machine.accelerator, machine.count, arch=machine.arch), cloud)
        except LookupError as missing:
            return str(missing)
        return f"write for example machine: {like_it.name}"

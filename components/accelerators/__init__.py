"""How a pod gets an accelerator, and what joins it to those of other nodes: one of either a file, and the lists."""

from collections.abc import Callable, Mapping
from typing import Final

import pulumi

from components.accelerators.amd import Amd
from components.accelerators.efa import Efa
from components.accelerators.neuron import Neuron
from components.accelerators.nvidia import Nvidia
from components.clusters import Pool
from config.catalog import INTERFACES, Vendor

__all__ = ["INTERCONNECTS", "VENDORS", "Amd", "Efa", "Neuron", "Nvidia", "create"]

VENDORS: Final[Mapping[Vendor, Callable[..., pulumi.ComponentResource]]] = {"nvidia": Nvidia, "amd": Amd, "neuron": Neuron}
"""Vendor in the catalogue → the component that makes its devices usable. TPUs are not here: GKE equips their nodes whole."""

INTERCONNECTS: Final[Mapping[str, Callable[..., pulumi.ComponentResource]]] = {"efa": Efa}
"""Interconnect in the catalogue → the component that makes its interfaces usable."""


def create(pools: Mapping[str, Pool], opts: pulumi.ResourceOptions) -> list[pulumi.ComponentResource]:
    """One component for each vendor and each interconnect that some pool has, given all the pools that have it."""
    made = list[pulumi.ComponentResource]()
    for vendor, component in VENDORS.items():
        if theirs := [pool for pool in pools.values() if pool.vendor == vendor]:
            made.append(component(vendor, theirs, opts=opts))
    for interconnect, component in INTERCONNECTS.items():
        if theirs := [pool for pool in pools.values() if INTERFACES[interconnect] in pool.interfaces]:
            made.append(component(interconnect, theirs, opts=opts))
    return made

"""How a pod gets an accelerator: one vendor a file, and the list of them."""

from collections.abc import Callable, Mapping
from typing import Final

import pulumi

from components.accelerators.amd import Amd
from components.accelerators.neuron import Neuron
from components.accelerators.nvidia import Nvidia
from components.clusters import Pool
from config.catalog import Vendor

__all__ = ["VENDORS", "Amd", "Neuron", "Nvidia", "create"]

VENDORS: Final[Mapping[Vendor, Callable[..., pulumi.ComponentResource]]] = {"nvidia": Nvidia, "amd": Amd, "neuron": Neuron}
"""Vendor in the catalogue → the component that makes its devices usable. TPUs are not here: GKE equips their nodes whole."""


def create(pools: Mapping[str, Pool], opts: pulumi.ResourceOptions) -> list[pulumi.ComponentResource]:
    """One component for each vendor whose devices are in some pool, given all the pools that have them."""
    made = list[pulumi.ComponentResource]()
    for vendor, component in VENDORS.items():
        if theirs := [pool for pool in pools.values() if pool.vendor == vendor]:
            made.append(component(vendor, theirs, opts=opts))
    return made

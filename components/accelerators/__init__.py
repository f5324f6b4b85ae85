"""How a pod gets an accelerator: one vendor a file, and the list of them."""

from collections.abc import Callable, Mapping
from typing import Final

import pulumi

from components.accelerators.nvidia import Nvidia
from components.clusters import Pool
from config import catalog

__all__ = ["VENDORS", "Nvidia", "create"]

VENDORS: Final[Mapping[str, Callable[..., pulumi.ComponentResource]]] = {"nvidia": Nvidia}
"""Vendor in the catalogue → the component that makes its devices usable."""


def create(pools: Mapping[str, Pool], opts: pulumi.ResourceOptions) -> list[pulumi.ComponentResource]:
    """One component for each vendor whose devices are in some pool."""
    used = {catalog.ACCELERATORS[pool.machine.accelerator].vendor for pool in pools.values() if pool.machine.accelerator}
    return [VENDORS[vendor](vendor, opts=opts) for vendor in sorted(used)]

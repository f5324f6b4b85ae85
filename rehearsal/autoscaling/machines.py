"""The machines that Karpenter may choose from, in the form that its kwok cloud reads.

Prices only order the choices: a bigger machine is dearer, a spot one costs less than one on demand, a reserved one nothing more.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from itertools import product
from typing import Any, Final

from config.catalog import ACCELERATORS, Machine
from rehearsal.autoscaling.group import CapacityType, SoldOut

_PER_CPU, _PER_GIB, _PER_DEVICE = 0.04, 0.005, 2.0
"""Dollars an hour."""

_SHARE: Final[Mapping[CapacityType, float]] = {"reserved": 0.01, "on-demand": 1.0, "spot": 0.4}
"""How a machine is bought → the part of the price on demand."""


def devices(machine: Machine) -> dict[str, str]:
    """Extended resource → how many of it the machine has, as device plugins report it."""
    accelerators = {ACCELERATORS[machine.accelerator].resource: str(machine.count)} if machine.accelerator else {}
    return accelerators | {resource: str(count) for resource, count in machine.fabric.items()}


def instance_types(
    machines: Iterable[Machine],
    zones: Collection[str],
    capacities: Collection[CapacityType],
    sold_out: Collection[SoldOut] = (),
    labels: Mapping[str, Mapping[str, str]] = {},
) -> str:
    """These machines, each in every zone and bought in each of these ways; but those that are sold out are not available.

    `labels`: machine → what its nodes are labelled with besides, so that NodePools can require it.
    """
    return json.dumps(
        [
            {
                "name": machine.name,
                "architecture": machine.arch,
                "operatingSystems": ["linux"],
                "resources": {
                    "cpu": str(machine.cpu),
                    "memory": f"{machine.memory_gib}Gi",
                    "ephemeral-storage": "200Gi",
                    "pods": "110",
                    **devices(machine),
                },
                "offerings": [
                    {
                        "Price": round(_price(machine) * _SHARE[capacity], 4),
                        "Available": not any(each.covers(machine.name, zone, capacity) for each in sold_out),
                        "Requirements": _requirements(
                            {
                                "karpenter.sh/capacity-type": capacity,
                                "topology.kubernetes.io/zone": zone,
                                **labels.get(machine.name, {}),
                            }
                        ),
                    }
                    for zone, capacity in product(sorted(zones), sorted(capacities))
                ],
            }
            for machine in machines
        ],
        indent=1,
    )


def _price(machine: Machine) -> float:
    return machine.cpu * _PER_CPU + machine.memory_gib * _PER_GIB + machine.count * _PER_DEVICE


def _requirements(labels: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"key": key, "operator": "In", "values": [value]} for key, value in labels.items()]

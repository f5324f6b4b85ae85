"""What Karpenter on AWS says of a machine in its nodes' labels, and so what a NodePool of the stack may require of it."""

import re

from config.catalog import ACCELERATORS, Machine

DOMAIN = "karpenter.k8s.aws"

_NAME = re.compile(r"(?P<family>(?P<category>[a-z]+)(?P<generation>\d+)[^.]*)\.(?P<size>.+)")


def labels(machine: Machine) -> dict[str, str]:
    """Label → value, for a machine of AWS."""
    name = _NAME.fullmatch(machine.name)
    said = {**(name.groupdict() if name else {}), "cpu": str(machine.cpu), "memory": str(machine.memory_gib * 1024)}
    if machine.accelerator:
        vendor = ACCELERATORS[machine.accelerator].vendor
        kind = "accelerator" if vendor == "neuron" else "gpu"
        said |= {
            f"{kind}-name": machine.accelerator.split("-")[0],
            f"{kind}-manufacturer": "aws" if vendor == "neuron" else vendor,
            f"{kind}-count": str(machine.count),
        }
    return {f"{DOMAIN}/instance-{key}": value for key, value in said.items()}

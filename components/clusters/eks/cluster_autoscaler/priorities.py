"""The ladder in the words of the Cluster Autoscaler's priority expander."""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Final

import pulumi
import yaml

from components.clusters.cluster_autoscaler.rbac import NAME, rule

CONFIG_MAP: Final = f"{NAME}-priority-expander"
"""The name under which the autoscaler looks for it, and reads it again when it changes."""

RULES: Final = (
    rule("", ["configmaps"], ["list", "watch"]),
    rule("", ["configmaps"], ["get"], [CONFIG_MAP]),
)

_HIGHEST: Final = 100
_STEP: Final = 10


def priorities(steps: Mapping[pulumi.Output[str], int]) -> pulumi.Output[str]:
    """Autoscaling group → rung, 0 for the first, as the expander's configuration: the highest number is tried first.

    All pools in one list: only groups whose nodes would do for the waiting pods are compared.
    """
    return pulumi.Output.all(*steps).apply(lambda names: _configuration(dict(zip(names, steps.values(), strict=True))))


def _configuration(steps: Mapping[str, int]) -> str:
    groups: defaultdict[int, list[str]] = defaultdict(list)
    for name, step in steps.items():
        groups[_HIGHEST - _STEP * step].append(f"^{re.escape(name)}$")
    return yaml.safe_dump(dict(groups))

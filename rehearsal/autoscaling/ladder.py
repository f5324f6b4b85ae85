"""The order in which the Cluster Autoscaler tries groups: its priority expander's own configuration, which the stack deploys."""

import re
from collections.abc import Collection, Iterable
from typing import Any, Final

import yaml

from rehearsal.control_plane.api import Json

CONFIG_MAP: Final = "cluster-autoscaler-priority-expander"


def weights(config_maps: Iterable[Json], groups: Collection[str]) -> dict[str, int]:
    """Group → Karpenter's weight, the same for all without a configuration that can be read.

    A group has the highest number of those with an expression that is found in its name; one that none names comes last.
    """
    numbers = [number for config_map in config_maps for number in _numbers(config_map)]
    reached = {group: max((number for number, name in numbers if re.search(name, group)), default=-1) for group in groups}
    steps = sorted(set(reached.values()))
    return {group: 1 + steps.index(number) for group, number in reached.items()}


def _numbers(config_map: Json) -> list[tuple[int, str]]:
    try:
        said: Any = yaml.safe_load(config_map["data"]["priorities"])
        return [(int(number), re.compile(name).pattern) for number, names in said.items() for name in names]
    except (yaml.YAMLError, re.error, KeyError, ValueError, TypeError, AttributeError):
        return []

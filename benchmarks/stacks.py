"""Stack files that grow in one way only: in teams."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from config import load

LEAST = 2
"""Teams of the smallest stack, the local one as it is: a team that may borrow needs another that lends."""


def stack_file(teams: int, kubeconfig: Path) -> dict[str, Any]:
    """A stack file's contents for this many teams on the cluster of this kubeconfig.

    For `LEAST` teams it is the local stack with its job and its model server. For more, there are none of those: the local
    stack's teams are repeated, and its pools may grow to hold what they own; their nodes stay as many.
    """
    content: dict[str, Any] = yaml.safe_load(load.stack_file("local").read_text())
    ours: dict[str, Any] = {key.removeprefix(f"{load.NAMESPACE}:"): value for key, value in content["config"].items()}
    ours["cluster"]["kubeconfig"] = str(kubeconfig)
    if teams > LEAST:
        for workloads in ("training", "serving"):
            del ours[workloads]
        samples = ours["teams"]
        ours["teams"] = [_numbered(samples[number % len(samples)], number) for number in range(teams)]
        owned = _owned(ours["teams"])
        for pool in ours["nodePools"]:
            if devices := pool.get("accelerator"):
                pool["size"]["max"] = max(pool["size"]["max"], math.ceil(owned[devices["type"]] / devices["count"]))
    return {"config": {key if ":" in key else f"{load.NAMESPACE}:{key}": value for key, value in ours.items()}}


def _numbered(team: Mapping[str, Any], number: int) -> dict[str, Any]:
    return {**team, "name": f"{team['name']}-{number:03}", "group": f"{number:03}-{team['group']}"}


def _owned(teams: Iterable[Mapping[str, Any]]) -> Counter[str]:
    """Accelerator → devices that the teams own together."""
    owned = Counter[str]()
    for team in teams:
        owned.update(team["quota"]["gpus"])
    return owned

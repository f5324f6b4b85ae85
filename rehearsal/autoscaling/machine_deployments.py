"""What the Cluster Autoscaler goes by where Cluster API makes the machines: MachineDeployments of the cluster that it is for."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from rehearsal.autoscaling.group import Group
from rehearsal.clouds.nodes import GROUP
from rehearsal.control_plane.api import Json

MACHINE_DEPLOYMENTS: Final = "/apis/cluster.x-k8s.io/v1beta2/machinedeployments"

_DISCOVERY: Final = "--node-group-auto-discovery=clusterapi:"


def discovered(groups: Mapping[str, Group], deployments: Iterable[Json], scalers: Iterable[Json]) -> dict[str, Group]:
    """The groups as these pods see them: one whose MachineDeployment none of them looks for does not grow."""
    sought = [criteria for pod in scalers for criteria in _criteria(pod)]
    overlooked = {each["metadata"]["name"] for each in deployments if not any(_meets(each, criteria) for criteria in sought)}
    return {name: replace(group, max=group.min) if name in overlooked else group for name, group in groups.items()}


def resized(deployments: Iterable[Json], nodes: Iterable[Json]) -> Iterator[tuple[str, Json]]:
    """Path and merge patch of each that has other nodes than it says."""
    members = Counter(node["metadata"]["labels"].get(GROUP) for node in nodes)
    for each in deployments:
        name, namespace = each["metadata"]["name"], each["metadata"]["namespace"]
        if each["spec"].get("replicas") != members[name]:
            path = MACHINE_DEPLOYMENTS.replace("/machine", f"/namespaces/{namespace}/machine")
            yield f"{path}/{name}", {"spec": {"replicas": members[name]}}


def _criteria(pod: Json) -> Iterator[dict[str, str]]:
    for flag in pod["spec"]["containers"][0].get("command", []):
        if flag.startswith(_DISCOVERY):
            yield dict(each.split("=", 1) for each in flag.removeprefix(_DISCOVERY).split(","))


def _meets(deployment: Json, criteria: Mapping[str, str]) -> bool:
    """Besides cluster and namespace, criteria are labels."""
    metadata = deployment["metadata"]
    own = {**metadata.get("labels", {}), "namespace": metadata["namespace"], "clusterName": deployment["spec"]["clusterName"]}
    return criteria.items() <= own.items()

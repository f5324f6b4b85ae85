"""Who may train on what: a flavor for each node pool, a queue for each team, one cohort for all."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

import pulumi
import pulumi_kubernetes as k8s

from components.clusters import Pool
from components.naming import MANAGED, type_token
from config.catalog import ACCELERATORS, Machine
from config.model import quantity
from config.tenancy import Quota

API: Final = "kueue.x-k8s.io/v1beta2"
COHORT: Final = "ml-platform"


class Queues(pulumi.ComponentResource):
    """Kueue's objects. `namespaces` says for each team where its local queue goes; queue and team have one name."""

    local: dict[str, pulumi.Resource]
    """Team → its local queue. A job depends on this one: on all of them, edges would grow with teams × jobs."""

    def __init__(
        self,
        name: str,
        pools: Mapping[str, Pool],
        quotas: Mapping[str, Quota],
        namespaces: Mapping[str, pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ):
        super().__init__(type_token("training", "Queues"), name, None, opts)

        for pool in pools.values():
            self._object("ResourceFlavor", f"{name}-flavor-{pool.name}", {"name": pool.name}, flavor(pool))
        self.local = {}
        for team, quota in quotas.items():
            queue = self._object("ClusterQueue", f"{name}-cluster-{team}", {"name": team}, cluster_queue(team, quota, pools))
            place = {"name": team, "namespace": namespaces[team]}
            # Deleted the other way round, the cluster queue would wait for workloads that the local one still holds.
            spec = {"clusterQueue": team}
            self.local[team] = self._object("LocalQueue", f"{name}-local-{team}", place, spec, depends_on=[queue])
        self.register_outputs({})

    def _object(
        self,
        kind: str,
        name: str,
        metadata: Mapping[str, Any],
        spec: Mapping[str, Any],
        depends_on: Sequence[pulumi.Resource] = (),
    ) -> k8s.apiextensions.CustomResource:
        return k8s.apiextensions.CustomResource(
            name,
            api_version=API,
            kind=kind,
            metadata={**metadata, "labels": MANAGED},
            spec=spec,
            opts=pulumi.ResourceOptions(parent=self, depends_on=depends_on),
        )


def flavor(pool: Pool) -> dict[str, Any]:
    """A pool as a ResourceFlavor: Kueue sends an admitted job's pods there by these labels and tolerations.

    Of the pool's labels only those that a job selects by, and those that tell it from other pools: Kueue takes eight at most.
    """
    return {"nodeLabels": {**pool.own, **pool.selector}, "tolerations": [dict(toleration) for toleration in pool.tolerations]}


def cluster_queue(team: str, quota: Quota, pools: Mapping[str, Pool]) -> dict[str, Any]:
    """A team's share of every pool.

    Of a GPU pool it is its devices, with their part of the machine's CPUs and memory; of the others, its whole CPU and memory
    quota. A pool that the team has no share of is listed with nothing, so that the cohort's flavors are the same everywhere.
    """
    resources = sorted({resource for pool in pools.values() for resource in pool.devices})
    return {
        "cohortName": COHORT,
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": team}},
        "resourceGroups": [
            {
                "coveredResources": ["cpu", "memory", *resources],
                "flavors": [{"name": pool.name, "resources": _share(quota, pool, resources)} for pool in _cheapest_first(pools)],
            }
        ],
        # What was lent comes back when its owner needs it; within a team, the more important job goes first.
        "preemption": {"reclaimWithinCohort": "Any", "withinClusterQueue": "LowerPriority"},
    }


def _cheapest_first(pools: Mapping[str, Pool]) -> list[Pool]:
    """Kueue takes the first flavor that fits; a job that needs no GPU should not sit on a GPU node."""
    return sorted(pools.values(), key=lambda pool: sum(pool.devices.values()))


def _share(quota: Quota, pool: Pool, resources: list[str]) -> list[dict[str, Any]]:
    machine = pool.machine
    if not pool.devices:
        return [
            {"name": "cpu", "nominalQuota": quota.requests.cpu},
            {"name": "memory", "nominalQuota": quota.requests.memory},
            *({"name": resource, "nominalQuota": "0"} for resource in resources),
        ]
    nominal, borrowed = (_part(machine, devices.get(machine.accelerator, 0)) for devices in (quota.gpus, quota.borrow))
    return [
        {"name": resource, "nominalQuota": nominal.get(resource, "0"), "borrowingLimit": borrowed.get(resource, "0")}
        for resource in ("cpu", "memory", *resources)
    ]


def _part(machine: Machine, devices: int) -> dict[str, str]:
    """So many of a machine's devices, with their part of the rest of it."""
    return {
        "cpu": quantity(Fraction(devices * machine.cpu, machine.count)),
        "memory": quantity(devices * machine.memory_gib * 2**30 // machine.count, base=1024),
        ACCELERATORS[machine.accelerator].resource: quantity(devices),
    }

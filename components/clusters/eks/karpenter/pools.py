"""A pool's rung as Karpenter wants it: an EC2NodeClass, what its machines are made of, and a NodePool, when and how many."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pulumi

from components.clusters.base import Pool
from components.clusters.eks import machines
from components.clusters.eks.groups import Group
from config.versions import EKS_NODE_IMAGES

GROUP: Final = "karpenter.k8s.aws"

_HIGHEST: Final = 100
_STEP: Final = 10


def node_class(
    group: Group,
    pool: Pool,
    subnets: Sequence[pulumi.Input[str]],
    security_group: pulumi.Input[str],
    instance_profile: pulumi.Input[str],
    placement_group: pulumi.Input[str] | None,
    tags: Mapping[str, str],
) -> dict[str, Any]:
    """The spec of its EC2NodeClass: everything about a machine but how many."""
    cards = machines.network_cards(pool.machine) if group.pool.interconnect else ()
    optional = {
        "networkInterfaces": [
            {"networkCardIndex": card.index, "deviceIndex": card.device, "interfaceType": card.interface} for card in cards
        ],
        "capacityReservationSelectorTerms": [{"id": group.rung.reservation}] if group.rung.reservation else [],
        "placementGroupSelector": {"name": placement_group} if placement_group else {},
    }
    return {
        "amiSelectorTerms": [{"alias": EKS_NODE_IMAGES[machines.software(group.pool, pool.machine).image.name]}],
        "instanceProfile": instance_profile,
        "subnetSelectorTerms": [{"id": subnet} for subnet in subnets],
        "securityGroupSelectorTerms": [{"id": security_group}],
        "blockDeviceMappings": [
            {
                "deviceName": machines.data_disk(group.pool, pool.machine),
                "ebs": {
                    "volumeType": "gp3",
                    "volumeSize": f"{group.pool.disk_gib}Gi",
                    "encrypted": True,
                    "deleteOnTermination": True,
                },
            }
        ],
        # Only the node itself may ask for its credentials, with a token, and no pod: its packets go one hop further.
        "metadataOptions": {"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 1},
        "tags": dict(tags),
        **{key: value for key, value in optional.items() if value},
    }


def node_pool(group: Group, pool: Pool, node_class: pulumi.Input[str]) -> dict[str, Any]:
    """The spec of its NodePool."""
    required = {
        "node.kubernetes.io/instance-type": [pool.machine.name],
        "kubernetes.io/arch": [pool.machine.arch],
        "kubernetes.io/os": ["linux"],
        "karpenter.sh/capacity-type": [group.rung.kind],
        "topology.kubernetes.io/zone": list(group.zones),
    }
    return {
        # Rungs in their order, whatever they cost: left to itself, Karpenter would take the cheapest.
        "weight": _HIGHEST - _STEP * group.step,
        # Of the nodes that one round adds it counts only what they have: with `nodes` alone, many pods at once get too many.
        "limits": {"nodes": str(group.max), "cpu": str(group.max * pool.machine.cpu)},
        "disruption": _WITH_DEVICES if pool.devices else _WITHOUT_DEVICES,
        "template": {
            "metadata": {"labels": machines.labels(group, pool)},
            "spec": {
                "nodeClassRef": {"group": GROUP, "kind": "EC2NodeClass", "name": node_class},
                "requirements": [{"key": key, "operator": "In", "values": values} for key, values in required.items()],
                "taints": [dict(taint) for taint in pool.taints],
                # Training runs for weeks; a node of the others is made anew every month, with what its image has learned.
                "expireAfter": "Never" if pool.devices else "720h",
            },
        },
    }


_WITH_DEVICES: Final = {
    # A node with work is never emptied to save money: what it computed since its last checkpoint would be lost.
    "consolidationPolicy": "WhenEmpty",
    "consolidateAfter": "10m",
    "budgets": [{"nodes": "10%"}],
}
_WITHOUT_DEVICES: Final = {
    "consolidationPolicy": "WhenEmptyOrUnderutilized",
    "consolidateAfter": "5m",
    "budgets": [{"nodes": "10%"}],
}

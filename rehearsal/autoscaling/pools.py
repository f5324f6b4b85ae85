"""A node group as a Karpenter NodePool."""

from typing import Final

from config import catalog
from rehearsal.autoscaling.group import Group
from rehearsal.clouds.nodes import GROUP
from rehearsal.control_plane.api import Json

POOLS: Final = "/apis/karpenter.sh/v1/nodepools"
NODE_CLASSES: Final = "/apis/karpenter.kwok.sh/v1alpha1/kwoknodeclasses"

NODE_CLASS: Final[Json] = {
    "apiVersion": "karpenter.kwok.sh/v1alpha1",
    "kind": "KWOKNodeClass",
    "metadata": {"name": "rehearsal"},
    # At once: of a node that is still to come, a Karpenter that is started again would know nothing, and wait for it in vain.
    "spec": {"nodeRegistrationDelay": "0s"},
}
"""How long it takes until a node that was asked for is there. Its name is also in tools/kubernetes/karpenter/main.go."""

_KARPENTERS_OWN: Final = (
    "karpenter.sh/",
    "kubernetes.io/hostname",
    "kubernetes.io/arch",
    "kubernetes.io/os",
    "node.kubernetes.io/instance-type",
    "topology.kubernetes.io/",
    "beta.kubernetes.io/",
    "failure-domain.beta.kubernetes.io/",
    "k8s.io/",
)
"""Labels that follow from the machine and from where it is, and such as are Kubernetes' own: a template must not give them."""


def node_pool(group: Group, weight: int) -> Json:
    """The NodePool that adds nodes to this group, up to its maximum, and takes those away that have nothing to do.

    `weight`: of the groups that a pod fits, the one with the highest is tried first; 1 to 100.
    """
    template = group.template
    machine = catalog.by_name()[template.machine]
    growth = group.max - group.min
    required = {
        "node.kubernetes.io/instance-type": [machine.name],
        "kubernetes.io/arch": [machine.arch],
        "karpenter.sh/capacity-type": [group.capacity],
        "topology.kubernetes.io/zone": list(group.zones),
    }
    labels = {key: value for key, value in template.all_labels.items() if not key.startswith(_KARPENTERS_OWN)}
    return {
        "apiVersion": "karpenter.sh/v1",
        "kind": "NodePool",
        "metadata": {"name": group.name, "labels": {GROUP: group.name}},
        "spec": {
            "weight": weight,
            # Of the nodes that one round adds, Karpenter counts what they have; of those on their way, how many there are.
            "limits": {"nodes": str(growth), "cpu": str(growth * machine.cpu)},
            "disruption": {
                "consolidationPolicy": "WhenEmpty",
                "consolidateAfter": "15s",  # autoscalers wait ten minutes; nobody rehearses to wait for that
                "budgets": [{"nodes": "100%"}],
            },
            "template": {
                "metadata": {"labels": labels, "annotations": template.annotations},
                "spec": {
                    "nodeClassRef": {
                        "group": "karpenter.kwok.sh",
                        "kind": NODE_CLASS["kind"],
                        "name": NODE_CLASS["metadata"]["name"],
                    },
                    "requirements": [
                        {"key": key, "operator": "In", "values": values} for key, values in required.items() if values
                    ],
                    "taints": [dict(taint) for taint in template.taints],
                    "expireAfter": "Never",  # no cloud's own autoscaler replaces nodes for their age
                    "terminationGracePeriod": "60s",  # a cloud that deletes a group does not wait for ever for its pods
                },
            },
        },
    }

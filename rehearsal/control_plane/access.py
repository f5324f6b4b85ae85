"""What the rehearsal's own users may do, beyond the roles that the API server brings along."""

from rehearsal.control_plane.api import Api, Json
from rehearsal.control_plane.pki import ADMINS, KARPENTER_USER, KWOK_USER

_RBAC = "rbac.authorization.k8s.io"

_KWOK_RULES: list[Json] = [
    {"apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "list", "watch"]},
    {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch", "delete"]},
    {"apiGroups": [""], "resources": ["nodes/status", "pods/status"], "verbs": ["patch", "update"]},
    {"apiGroups": ["", "events.k8s.io"], "resources": ["events"], "verbs": ["create", "patch", "update"]},
    {
        "apiGroups": ["coordination.k8s.io"],
        "resources": ["leases"],
        "verbs": ["get", "list", "watch", "create", "update", "patch"],
    },
]
"""What kubelets do, and no more: no Secrets, no writing of specs."""

_READ = ["get", "list", "watch"]

_KARPENTER_RULES: list[Json] = [
    {"apiGroups": ["karpenter.sh"], "resources": ["nodepools", "nodeclaims", "nodeoverlays"], "verbs": _READ},
    {
        "apiGroups": ["karpenter.sh"],
        "resources": ["nodeclaims", "nodeclaims/status", "nodeclaims/finalizers"],
        "verbs": ["create", "delete", "update", "patch"],
    },
    {
        "apiGroups": ["karpenter.sh"],
        "resources": ["nodepools", "nodepools/status", "nodepools/finalizers", "nodeoverlays/status"],
        "verbs": ["update", "patch"],
    },
    {"apiGroups": ["karpenter.kwok.sh"], "resources": ["kwoknodeclasses"], "verbs": _READ},
    {
        "apiGroups": ["karpenter.kwok.sh"],
        "resources": ["kwoknodeclasses", "kwoknodeclasses/status"],
        "verbs": ["update", "patch"],
    },
    {"apiGroups": ["karpenter.k8s.aws"], "resources": ["ec2nodeclasses"], "verbs": _READ},
    {
        "apiGroups": [""],
        "resources": ["pods", "persistentvolumes", "persistentvolumeclaims", "replicationcontrollers", "namespaces"],
        "verbs": _READ,
    },
    {"apiGroups": [""], "resources": ["nodes"], "verbs": [*_READ, "create", "update", "patch", "delete"]},
    {"apiGroups": [""], "resources": ["pods"], "verbs": ["delete"]},
    {"apiGroups": [""], "resources": ["pods/eviction"], "verbs": ["create"]},
    {"apiGroups": [""], "resources": ["events"], "verbs": ["create", "patch"]},
    {"apiGroups": ["storage.k8s.io"], "resources": ["storageclasses", "csinodes", "volumeattachments"], "verbs": _READ},
    {"apiGroups": ["apps"], "resources": ["daemonsets", "deployments", "replicasets", "statefulsets"], "verbs": _READ},
    {"apiGroups": ["policy"], "resources": ["poddisruptionbudgets"], "verbs": _READ},
    {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": [*_READ, "delete"]},
]
"""What Karpenter's own chart grants, and Nodes to create: its cloud is kwok, and no kubelet does it."""


def _role(user: str, rules: list[Json]) -> Json:
    return {"apiVersion": f"{_RBAC}/v1", "kind": "ClusterRole", "metadata": {"name": user}, "rules": rules}


def _binding(name: str, role: str, kind: str, subject: str) -> Json:
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name},
        "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": role},
        "subjects": [{"apiGroup": _RBAC, "kind": kind, "name": subject}],
    }


_GRANTS = (
    ("clusterroles", _role(KWOK_USER, _KWOK_RULES)),
    ("clusterrolebindings", _binding(KWOK_USER, KWOK_USER, "User", KWOK_USER)),
    ("clusterroles", _role(KARPENTER_USER, _KARPENTER_RULES)),
    ("clusterrolebindings", _binding(KARPENTER_USER, KARPENTER_USER, "User", KARPENTER_USER)),
    ("clusterrolebindings", _binding(ADMINS, "cluster-admin", "Group", ADMINS)),
)


async def grant(api: Api) -> None:
    """Apply the roles and bindings; again at every start, so that none stays deleted."""
    for resource, manifest in _GRANTS:
        await api.apply(f"/apis/{_RBAC}/v1/{resource}", manifest)

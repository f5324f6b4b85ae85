"""What the rehearsal's own users may do, beyond the roles that the API server brings along."""

from rehearsal.control_plane.api import Api, Json
from rehearsal.control_plane.pki import ADMINS, KWOK_USER

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


def _binding(name: str, role: str, kind: str, subject: str) -> Json:
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name},
        "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": role},
        "subjects": [{"apiGroup": _RBAC, "kind": kind, "name": subject}],
    }


_KWOK_ROLE: Json = {
    "apiVersion": f"{_RBAC}/v1",
    "kind": "ClusterRole",
    "metadata": {"name": KWOK_USER},
    "rules": _KWOK_RULES,
}

_GRANTS = (
    ("clusterroles", _KWOK_ROLE),
    ("clusterrolebindings", _binding(KWOK_USER, KWOK_USER, "User", KWOK_USER)),
    ("clusterrolebindings", _binding(ADMINS, "cluster-admin", "Group", ADMINS)),
)


async def grant(api: Api) -> None:
    """Apply the roles and bindings; again at every start, so that none stays deleted."""
    for resource, manifest in _GRANTS:
        await api.apply(f"/apis/{_RBAC}/v1/{resource}", manifest)

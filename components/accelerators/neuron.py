"""AWS Trainium and Inferentia: made allocatable by the Neuron device plugin; the driver is in the nodes' image."""

from collections.abc import Sequence
from typing import Final

import pulumi
import pulumi_kubernetes as k8s

from components.accelerators.base import KUBELET_PLUGINS, REGISTRATION, Daemon, daemon_set, namespace
from components.clusters import Pool
from components.naming import MANAGED, selector, type_token
from components.pods import HARDENED
from config.catalog import RESOURCES
from config.versions import NEURON_DEVICE_PLUGIN

NAME: Final = "neuron-device-plugin"

DEVICE_PLUGIN: Final = Daemon(
    NAME,
    "device-plugin",
    {
        "service_account_name": NAME,
        # Unlike the other vendors' plugins it talks to the API server: it reads its node's type and notes on pods what they got.
        "automount_service_account_token": True,
        "containers": [
            {
                "name": "device-plugin",
                "image": NEURON_DEVICE_PLUGIN,
                "env": [{"name": "NODE_NAME", "value_from": {"field_ref": {"field_path": "spec.nodeName"}}}],
                "security_context": HARDENED,
                "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
                "volume_mounts": [
                    {"name": "device-plugins", "mount_path": KUBELET_PLUGINS},
                    {"name": "run", "mount_path": "/run", "read_only": True},
                ],
            }
        ],
        # The driver's map of devices is in the host's /run.
        "volumes": [REGISTRATION, {"name": "run", "host_path": {"path": "/run", "type": "Directory"}}],
    },
    serves=RESOURCES["neuron"],
)


class Neuron(pulumi.ComponentResource):
    """The device plugin on exactly the nodes with Neuron devices that have none, and what it may do."""

    def __init__(self, name: str, pools: Sequence[Pool], opts: pulumi.ResourceOptions | None = None):
        super().__init__(type_token("accelerators", "Neuron"), name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        place = namespace(name, "neuron", child)
        if without := [pool for pool in pools if "device-plugin" not in pool.preinstalled]:
            _permissions(name, place, child)
            daemon_set(name, DEVICE_PLUGIN, place, without, child)
        self.register_outputs({"namespace": place})


def _permissions(name: str, place: pulumi.Input[str], opts: pulumi.ResourceOptions) -> None:
    account = k8s.core.v1.ServiceAccount(
        f"{name}-account", metadata={"name": NAME, "namespace": place, "labels": MANAGED}, opts=opts
    )
    role = k8s.rbac.v1.ClusterRole(
        f"{name}-role",
        metadata={"name": NAME, "labels": MANAGED},
        rules=[
            {"api_groups": [""], "resources": ["nodes"], "verbs": ["get", "list", "watch"]},
            {"api_groups": [""], "resources": ["nodes/status"], "verbs": ["patch", "update"]},
            {"api_groups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch", "patch", "update"]},
            {"api_groups": [""], "resources": ["events"], "verbs": ["create", "patch"]},
        ],
        opts=opts,
    )
    k8s.rbac.v1.ClusterRoleBinding(
        f"{name}-binding",
        metadata={"name": NAME, "labels": MANAGED},
        role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role.metadata.name},
        subjects=[{"kind": "ServiceAccount", "name": account.metadata.name, "namespace": place}],
        opts=opts,
    )
    k8s.networking.v1.NetworkPolicy(
        f"{name}-api-server",
        metadata={"name": "api-server", "namespace": place, "labels": MANAGED},
        # No policy can name the API server: its address is the cloud's. These are the ports that it listens on.
        spec={
            "pod_selector": {"match_labels": selector(NAME)},
            "egress": [{"ports": [{"port": 443, "protocol": "TCP"}, {"port": 6443, "protocol": "TCP"}]}],
            "policy_types": ["Egress"],
        },
        opts=opts,
    )

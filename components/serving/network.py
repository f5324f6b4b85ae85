"""Who may call a model server: an opening on both sides, since the network of every team is closed in both directions."""

from collections.abc import Mapping

import pulumi
import pulumi_kubernetes as k8s

import config.serving
from components.naming import MANAGED, TEAM, selector


def open_to(
    clients: Mapping[str, pulumi.Input[str]],
    server: config.serving.ModelServer,
    namespace: pulumi.Input[str],
    name: str,
    opts: pulumi.ResourceOptions,
) -> None:
    """Lets the pods of the server's own team and of `clients` (team → its namespace) reach it, and nobody else."""
    pods = selector(server.name)
    k8s.networking.v1.NetworkPolicy(
        f"{name}-clients",
        metadata={"name": f"{server.name}-clients", "namespace": namespace, "labels": MANAGED},
        spec={
            "pod_selector": {"match_labels": pods},
            "ingress": [
                {
                    "from_": [{"namespace_selector": {"match_labels": {TEAM: team}}} for team in (server.team, *clients)],
                    "ports": [{"port": "http"}],
                }
            ],
            "policy_types": ["Ingress"],
        },
        opts=opts,
    )
    for client, its_namespace in clients.items():
        k8s.networking.v1.NetworkPolicy(
            f"{name}-from-{client}",
            metadata={"name": f"to-{server.name}", "namespace": its_namespace, "labels": MANAGED},
            spec={
                "pod_selector": {},
                "egress": [
                    {
                        "to": [
                            {
                                "namespace_selector": {"match_labels": {TEAM: server.team}},
                                "pod_selector": {"match_labels": pods},
                            }
                        ],
                        "ports": [{"port": "http"}],
                    }
                ],
                "policy_types": ["Egress"],
            },
            opts=opts,
        )

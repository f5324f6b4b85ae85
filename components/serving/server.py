"""A model server: replicas that scale, an address, and who may call it."""

from collections.abc import Mapping

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.core.v1 import ContainerArgsDict, HTTPGetActionArgsDict
from pulumi_kubernetes.meta.v1 import LabelSelectorArgsDict, ObjectMetaArgsDict

import config.serving
from components.clusters import Pool
from components.naming import app, selector, type_token
from components.pods import HARDENED, HOME, SCRATCH_MOUNTS, UNPRIVILEGED, scratch
from components.serving import network
from components.serving.base import Container, Engine
from components.tenancy import DATASETS

_WEIGHTS = "/models"

_LOADING_MINUTES = 30
"""How long weights may take to load from the shared volume before a replica counts as failed."""

_ROLLOUT_MINUTES = _LOADING_MINUTES + 10
"""How long a rollout may stand still: while weights load, and an image of gigabytes is pulled."""


class ModelServer(pulumi.ComponentResource):
    """One model on one engine, in its team's namespace; `clients` says for each team that may call it where that team is."""

    def __init__(
        self,
        name: str,
        server: config.serving.ModelServer,
        engine: Engine,
        namespace: pulumi.Input[str],
        clients: Mapping[str, pulumi.Input[str]],
        pool: Pool,
        opts: pulumi.ResourceOptions | None = None,
    ):
        super().__init__(type_token("serving", "ModelServer"), name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        labels = app(server.name, component="model-server")
        metadata: ObjectMetaArgsDict = {"name": server.name, "namespace": namespace, "labels": labels}
        pods: LabelSelectorArgsDict = {"match_labels": selector(server.name)}
        container = engine(server, f"{_WEIGHTS}/{server.model}")

        # Both wait for ready replicas, by themselves for no more than ten minutes.
        patience = pulumi.CustomTimeouts(create=f"{_ROLLOUT_MINUTES}m", update=f"{_ROLLOUT_MINUTES}m")
        waiting = pulumi.ResourceOptions(parent=self, custom_timeouts=patience)
        deployment = k8s.apps.v1.Deployment(
            f"{name}-deployment",
            metadata=metadata,
            # No `replicas`: the autoscaler owns them, and every update would take them back.
            spec={
                "selector": pods,
                # A new replica waits for an old one's GPU: there may be no other.
                "strategy": {"rolling_update": {"max_surge": 0, "max_unavailable": 1}},
                "progress_deadline_seconds": _ROLLOUT_MINUTES * 60,
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {
                        "termination_grace_period_seconds": pool.grace,
                        "automount_service_account_token": False,
                        "security_context": UNPRIVILEGED,
                        "node_selector": pool.selector,
                        "tolerations": list(pool.tolerations),
                        "topology_spread_constraints": [
                            {
                                "max_skew": 1,
                                "topology_key": "kubernetes.io/hostname",
                                "when_unsatisfiable": "ScheduleAnyway",
                                "label_selector": pods,
                            }
                        ],
                        "containers": [_container(server, container, pool)],
                        "volumes": [
                            {"name": DATASETS, "persistent_volume_claim": {"claim_name": DATASETS, "read_only": True}},
                            *scratch(shared_memory="4Gi"),
                        ],
                    },
                },
            },
            opts=waiting,
        )
        k8s.core.v1.Service(
            f"{name}-service",
            metadata=metadata,
            spec={"selector": selector(server.name), "ports": [{"name": "http", "port": 80, "target_port": "http"}]},
            opts=waiting,
        )
        k8s.autoscaling.v2.HorizontalPodAutoscaler(
            f"{name}-autoscaler",
            metadata=metadata,
            spec={
                "scale_target_ref": {"api_version": "apps/v1", "kind": "Deployment", "name": deployment.metadata.name},
                "min_replicas": server.replicas.min,
                "max_replicas": server.replicas.max,
                "metrics": [
                    {
                        "type": "Resource",
                        "resource": {"name": "cpu", "target": {"type": "Utilization", "average_utilization": 70}},
                    }
                ],
            },
            opts=child,
        )
        k8s.policy.v1.PodDisruptionBudget(
            f"{name}-budget",
            metadata=metadata,
            spec={"selector": pods, "max_unavailable": 1},
            opts=child,
        )
        network.open_to(clients, server, namespace, name, child)
        self.register_outputs({})


def _container(server: config.serving.ModelServer, engine: Container, pool: Pool) -> ContainerArgsDict:
    healthy: HTTPGetActionArgsDict = {"path": engine.health, "port": "http"}
    requests = {"cpu": server.cpu, "memory": server.memory}
    return {
        "name": "server",
        "image": engine.image,
        "args": list(engine.args),
        "ports": [{"name": "http", "container_port": engine.port}],
        # The weights are on the volume; without this, the engine would ask the hub about them all the same.
        "env": [HOME, {"name": "HF_HUB_OFFLINE", "value": "1"}],
        "security_context": HARDENED,
        "resources": {
            "requests": requests,
            "limits": {
                **requests,
                **{resource: str(server.gpus) for resource in pool.devices},
            },
        },
        "startup_probe": {"http_get": healthy, "period_seconds": 10, "failure_threshold": _LOADING_MINUTES * 6},
        "readiness_probe": {"http_get": healthy, "period_seconds": 10},
        "liveness_probe": {"http_get": healthy, "period_seconds": 30, "failure_threshold": 3},
        "volume_mounts": [
            {"name": DATASETS, "mount_path": _WEIGHTS, "sub_path": "models", "read_only": True},
            *SCRATCH_MOUNTS,
        ],
    }

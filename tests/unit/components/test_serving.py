"""A model server: how it scales, who may call it."""

from typing import Any

import pytest

from tests.unit.plan import Plan, Planned


@pytest.fixture
def deployment(local: Plan) -> Planned:
    """The server `chat` of the team `language`, which `vision` may call."""
    return local.one("Deployment", "chat")


@pytest.fixture
def container(deployment: Planned) -> dict[str, Any]:
    """The engine."""
    (container,) = deployment.pod["containers"]
    return container


def _pods(deployment: Planned) -> dict[str, str]:
    return deployment.spec["template"]["metadata"]["labels"]


def test_replicas_belong_to_the_autoscaler(local: Plan, deployment: Planned):
    scaler = local.one("HorizontalPodAutoscaler", "chat").spec
    assert "replicas" not in deployment.spec
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (2, 4)
    assert scaler["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "chat"}


def test_a_drain_takes_one_replica_at_a_time(local: Plan, deployment: Planned):
    budget = local.one("PodDisruptionBudget", "chat").spec
    assert budget["maxUnavailable"] == 1
    assert budget["selector"]["matchLabels"].items() <= _pods(deployment).items()


def test_a_rollout_needs_no_spare_gpu(deployment: Planned):
    assert deployment.spec["strategy"]["rollingUpdate"] == {"maxSurge": 0, "maxUnavailable": 1}


def test_the_address_leads_to_its_pods(local: Plan, deployment: Planned, container: dict[str, Any]):
    service = local.one("Service", "chat")
    assert service.metadata["namespace"] == deployment.metadata["namespace"] == "language"
    assert service.spec["selector"].items() <= _pods(deployment).items()
    assert [port["targetPort"] for port in service.spec["ports"]] == [port["name"] for port in container["ports"]]


def test_only_its_own_team_and_the_clients_that_were_named_may_call(local: Plan, deployment: Planned):
    policy = local.one("NetworkPolicy", "chat-clients")
    (opening,) = policy.spec["ingress"]
    assert opening["from"] == [
        {"namespaceSelector": {"matchLabels": {"ml-platform.dev/team": team}}} for team in ("language", "vision")
    ]
    assert policy.spec["podSelector"]["matchLabels"].items() <= _pods(deployment).items()
    assert policy.spec["policyTypes"] == ["Ingress"]


def test_a_client_is_let_out_of_its_own_namespace_to_the_server_and_no_further(local: Plan, deployment: Planned):
    policy = local.one("NetworkPolicy", "to-chat")
    assert policy.metadata["namespace"] == "vision"
    (opening,) = policy.spec["egress"]
    (server,) = opening["to"]
    assert server["namespaceSelector"] == {"matchLabels": {"ml-platform.dev/team": "language"}}
    assert server["podSelector"]["matchLabels"].items() <= _pods(deployment).items()
    assert opening["ports"] == [{"port": "http"}]
    assert policy.spec["policyTypes"] == ["Egress"]


def test_it_gets_its_gpus_on_the_accelerator_that_was_asked_for(local: Plan, deployment: Planned, container: dict[str, Any]):
    assert container["resources"]["limits"]["nvidia.com/gpu"] == "1"
    assert "--tensor-parallel-size=1" in container["args"]
    nodes = [node for node in local.of("Node") if deployment.pod["nodeSelector"].items() <= node.metadata["labels"].items()]
    assert {node.metadata["name"].rpartition("-")[0] for node in nodes} == {"l4"}
    assert [toleration["key"] for toleration in deployment.pod["tolerations"]] == ["nvidia.com/gpu"]


def test_weights_are_read_from_the_teams_volume_and_from_nowhere_else(container: dict[str, Any]):
    (weights,) = (mount for mount in container["volumeMounts"] if mount["name"] == "datasets")
    assert (weights["mountPath"], weights["subPath"], weights["readOnly"]) == ("/models", "models", True)
    assert "--model=/models/Qwen/Qwen3-8B" in container["args"]
    assert {"name": "HF_HUB_OFFLINE", "value": "1"} in container["env"]


def test_loading_is_given_the_same_time_by_the_probe_the_rollout_and_the_deployment(
    local: Plan, deployment: Planned, container: dict[str, Any]
):
    probe = container["startupProbe"]
    loading = probe["periodSeconds"] * probe["failureThreshold"]
    assert deployment.spec["progressDeadlineSeconds"] > loading
    for waiting in (deployment, local.one("Service", "chat")):
        assert int(waiting.create_timeout.removesuffix("m")) * 60 >= deployment.spec["progressDeadlineSeconds"]


def test_every_probe_asks_the_engine_on_its_port(container: dict[str, Any]):
    probes = [container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "readiness", "liveness")]
    assert probes == [{"path": "/health", "port": container["ports"][0]["name"]}] * 3

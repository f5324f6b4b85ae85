"""What is wrong between parts that are right by themselves."""

import pytest

from config.rules import RULES
from tests.unit.config.conftest import Mistakes
from tests.unit.config.test_aks_rules import AKS_MISTAKES
from tests.unit.config.test_gke_rules import GKE_MISTAKES
from tests.unit.config.test_interconnect_rules import INTERCONNECT_MISTAKES
from tests.unit.config.test_network_rules import NETWORK_MISTAKES
from tests.unit.config.test_pool_rules import POOL_MISTAKES

MISTAKES = {
    "names_differ: pools": (
        ("name: general", "name: h100"),
        "7: ml-platform:nodePools[1].name: 'h100' is given twice; names must differ",
    ),
    "names_differ: teams": (
        (
            "ml-platform:serving:",
            "other:serving:",
            "name: vision",
            "name: language",
            "team: vision",
            "team: language",
            "workers: 2",
            "workers: 1",
        ),
        "18: ml-platform:teams[1].name: 'language' is given twice; names must differ",
    ),
    "names_differ: jobs": (
        ("    jobs:\n", "    jobs:\n      - {name: all-reduce, team: vision, program: a.py, accelerator: h100}\n"),
        "27: ml-platform:training.jobs[1].name: 'all-reduce' is given twice; names must differ",
    ),
    "names_differ: models": (
        ("    models:\n", "    models:\n      - {name: chat, team: vision, model: m, accelerator: h100}\n"),
        "35: ml-platform:serving.models[1].name: 'chat' is given twice; names must differ",
    ),
    "services_differ": (
        ("name: chat", "name: all-reduce", "team: language", "team: vision"),
        "34: ml-platform:serving.models[0].name: team 'vision' has a job 'all-reduce' too; write another name",
    ),
    "namespaces_are_free: Kubernetes' own": (
        ("name: language", "name: kube-public", "team: language", "team: kube-public"),
        "18: ml-platform:teams[1].name: the namespace 'kube-public' is not free; write another name",
    ),
    "namespaces_are_free: an add-on's": (
        ("name: language", "name: kueue-system", "team: language", "team: kueue-system"),
        "18: ml-platform:teams[1].name: the namespace 'kueue-system' is not free; write another name",
    ),
    "namespaces_are_free: default": (
        ("name: language", "name: default", "team: language", "team: default"),
        "18: ml-platform:teams[1].name: the namespace 'default' is not free; write another name",
    ),
    "teams_exist: of a job": (
        ("team: vision", "team: visoin"),
        "27: ml-platform:training.jobs[0].team: there is no team 'visoin'; the teams are vision, language",
    ),
    "teams_exist: of a model": (
        ("team: language", "team: speech"),
        "35: ml-platform:serving.models[0].team: there is no team 'speech'; the teams are vision, language",
    ),
    "teams_exist: of a client": (
        ("clients: [vision]", "clients: [vision, speech]"),
        "38: ml-platform:serving.models[0].clients[1]: there is no team 'speech'; the teams are vision, language",
    ),
    "devices_exist: for a job": (
        ("program: main.py\n        accelerator: h100", "program: main.py\n        accelerator: l4"),
        "29: ml-platform:training.jobs[0].accelerator: no pool has 'l4' devices; the pools have h100",
    ),
    "devices_exist: for a model": (
        ("Qwen3-8B\n        accelerator: h100", "Qwen3-8B\n        accelerator: l4"),
        "37: ml-platform:serving.models[0].accelerator: no pool has 'l4' devices; the pools have h100",
    ),
    "devices_exist: for a quota": (
        ("gpus: {h100: 15}", "gpus: {h100: 15, l4: 1}"),
        "23: ml-platform:teams[1].quota.gpus.l4: no pool has 'l4' devices; the pools have h100",
    ),
    "pods_fit_a_node: devices": (
        ("gpusPerWorker: 8", "gpusPerWorker: 9"),
        "31: ml-platform:training.jobs[0].gpusPerWorker: 9 is more than a node with h100 has; write at most 8",
    ),
    "pods_fit_a_node: CPUs": (
        ("clients: [vision]", "cpu: 96001m"),
        "38: ml-platform:serving.models[0].cpu: 96001m is more than a node with h100 has; write at most 96",
    ),
    "pods_fit_a_node: memory": (
        ("gpusPerWorker: 8", "memoryPerWorker: 1901Gi"),
        "31: ml-platform:training.jobs[0].memoryPerWorker: 1901Gi is more than a node with h100 has; write at most 1900Gi",
    ),
    "quotas_fit: owned": (
        ("gpus: {h100: 15}", "gpus: {h100: 17}"),
        "10: ml-platform:teams: together the teams own 33 h100 devices and the pools hold 32; "
        "lower a quota.gpus.h100 or raise the pool's size.max",
    ),
    "quotas_fit: borrowed": (
        ("borrow: {h100: 8}", "borrow: {h100: 16}"),
        "17: ml-platform:teams[0].quota.borrow.h100: 16 is more than the other teams own; write at most 15",
    ),
    "asks_fit_their_team: devices of a job": (
        ("workers: 2", "workers: 4"),
        "30: ml-platform:training.jobs[0].workers: 4 × 8 h100 devices is more than the 24 that team 'vision' may hold; "
        "lower workers or raise the team's quota",
    ),
    "asks_fit_their_team: CPUs of a job": (
        ("workers: 2", "workers: 5\n        cpuPerWorker: 90", "gpusPerWorker: 8", "gpusPerWorker: 1"),
        "30: ml-platform:training.jobs[0].workers: 5 × 90 CPUs is more than the 400 that team 'vision' may hold; "
        "lower workers or raise the team's quota",
    ),
    "asks_fit_their_team: memory of a model": (
        ("clients: [vision]", "memory: 1500Gi\n        replicas: {min: 3}"),
        "39: ml-platform:serving.models[0].replicas.min: 3 × 1500Gi memory is more than the 4Ti that team 'language' may hold; "
        "lower replicas.min or raise the team's quota",
    ),
}


@pytest.mark.parametrize(("edits", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_broken_rule_is_reported_at_its_line_with_what_to_write(mistakes: Mistakes, edits: tuple[str, ...], message: str):
    assert mistakes(*edits) == [f"Pulumi.stack.yaml:{message}"]


def test_every_rule_is_broken_by_some_mistake():
    broken = {**MISTAKES, **POOL_MISTAKES, **NETWORK_MISTAKES, **GKE_MISTAKES, **AKS_MISTAKES, **INTERCONNECT_MISTAKES}
    assert {rule.partition(":")[0] for rule in broken} == {getattr(rule, "__name__", "") for rule in RULES}


def test_of_two_pools_with_one_accelerator_the_larger_nodes_count(mistakes: Mistakes):
    small = "ml-platform:nodePools:\n    - {name: small, accelerator: {type: h100, count: 1}, size: {max: 1}}\n"
    (found,) = mistakes("ml-platform:nodePools:\n", small, "gpusPerWorker: 8", "gpusPerWorker: 12")
    assert found.endswith("12 is more than a node with h100 has; write at most 8")


def test_the_mistakes_of_all_rules_are_reported_at_once(mistakes: Mistakes):
    found = mistakes("team: vision", "team: visoin", "gpus: {h100: 15}", "gpus: {h100: 17}", "[vision]", "[speech]")
    assert len(found) == 3

"""Who may train on what."""

from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from components.clusters import Pool
from components.training.queues import cluster_queue, flavor
from config.model import amount
from config.node_pool import NodePool
from config.platform import Platform
from config.rules import problems
from tests.unit.plan import Plan

Amounts = dict[tuple[str, str], tuple[str, str | None]]


def _amounts(spec: Any) -> Amounts:
    """(flavor, resource) → nominal quota, borrowing limit."""
    (group,) = spec["resourceGroups"]
    return {
        (flavor["name"], resource["name"]): (resource["nominalQuota"], resource.get("borrowingLimit"))
        for flavor in group["flavors"]
        for resource in flavor["resources"]
    }


def test_each_pool_is_a_flavor_with_its_nodes_labels_and_their_toleration(local: Plan):
    flavors = {flavor.metadata["name"]: flavor.spec for flavor in local.of("ResourceFlavor")}
    assert flavors.keys() == {"general", "h100", "l4"}
    for name, spec in flavors.items():
        node = local.one("Node", f"{name}-0")
        assert spec["nodeLabels"].items() <= node.metadata["labels"].items()
        assert [toleration["key"] for toleration in spec["tolerations"]] == [taint["key"] for taint in node.spec["taints"]]


def test_a_team_owns_its_devices_with_their_part_of_the_machine_and_may_borrow_more(local: Plan):
    amounts = _amounts(local.one("ClusterQueue", "vision").spec)
    assert {key: amounts["h100", key] for key in ("cpu", "memory", "nvidia.com/gpu")} == {
        "cpu": ("192", "96"),
        "memory": ("3800Gi", "1900Gi"),
        "nvidia.com/gpu": ("16", "8"),
    }


def test_a_team_has_nothing_of_a_pool_that_it_has_no_devices_of(local: Plan):
    amounts = _amounts(local.one("ClusterQueue", "vision").spec)
    assert {amounts["l4", key] for key in ("cpu", "memory", "nvidia.com/gpu")} == {("0", "0")}


def test_jobs_without_gpus_are_sent_to_nodes_without_gpus_first(local: Plan):
    for queue in local.of("ClusterQueue"):
        assert queue.spec["resourceGroups"][0]["flavors"][0]["name"] == "general"
        assert _amounts(queue.spec)["general", "cpu"] == ("400", None)
        assert _amounts(queue.spec)["general", "nvidia.com/gpu"] == ("0", None)


def test_the_queues_share_a_cohort_and_take_back_what_they_lent(local: Plan):
    specs = [queue.spec for queue in local.of("ClusterQueue")]
    assert {spec["cohortName"] for spec in specs} == {"ml-platform"}
    assert {spec["preemption"]["reclaimWithinCohort"] for spec in specs} == {"Any"}


def test_a_cluster_queue_takes_jobs_of_its_teams_namespace_only(local: Plan):
    selector = local.one("ClusterQueue", "vision").spec["namespaceSelector"]
    assert selector == {"matchLabels": {"kubernetes.io/metadata.name": "vision"}}


def test_a_local_queue_is_in_its_teams_namespace_and_goes_before_its_cluster_queue(local: Plan):
    queue = local.one("LocalQueue", "vision")
    assert queue.metadata["namespace"] == "vision"
    assert queue.spec == {"clusterQueue": "vision"}
    assert queue.depends_on >= {local.one("ClusterQueue", "vision").urn, local.one("Namespace", "vision").urn}


def test_queues_wait_for_the_controller_and_go_before_it(local: Plan):
    (queues,) = local.of("Queues")
    (release,) = local.of("Release")
    assert release.urn in queues.depends_on


def test_no_job_of_a_team_starts_without_a_queue(local: Plan):
    (release,) = local.of("Release")
    configuration = yaml.safe_load(release.inputs["values"]["managerConfig"]["controllerManagerConfigYaml"])
    assert configuration["manageJobsWithoutQueueName"] is True
    (expression,) = configuration["managedJobsNamespaceSelector"]["matchExpressions"]
    assert expression == {"key": "ml-platform.dev/team", "operator": "Exists"}
    assert expression["key"] in local.one("Namespace", "vision").metadata["labels"]


def test_the_controllers_image_is_of_the_charts_version(local: Plan):
    (release,) = local.of("Release")
    image = release.inputs["values"]["controllerManager"]["manager"]["image"]
    assert image["tag"] == f"v{release.inputs['version']}"


MANY = st.integers(1, 10**7)
OWNED = st.none() | st.integers(1, 2 * 10**7)


@given(nodes=MANY, count=st.sampled_from([1, 2, 4, 8]), owned=st.lists(st.tuples(OWNED, OWNED), min_size=1, max_size=4))
def test_teams_never_own_more_than_the_pools_hold(nodes: int, count: int, owned: list[tuple[int | None, int | None]]):
    def team(number: int, gpus: int | None, borrow: int | None) -> dict[str, Any]:
        part = {"requests": {"cpu": 1, "memory": "1Gi"}, "limits": {"cpu": 1, "memory": "1Gi"}}
        devices = {key: {"h100": value} for key, value in (("gpus", gpus), ("borrow", borrow)) if value}
        return {"name": f"team-{number}", "group": "g", "quota": {**part, **devices}}

    platform = Platform.model_validate(
        {
            "cluster": {"kind": "simulated"},
            "nodePools": [{"name": "h100", "accelerator": {"type": "h100", "count": count}, "size": {"max": nodes}}],
            "teams": [team(number, *devices) for number, devices in enumerate(owned)],
        }
    )
    if problems(platform):
        return
    pools = {pool.name: Pool.of(pool, pool.machine()) for pool in platform.node_pools}
    machine = pools["h100"].machine
    queues = [_amounts(cluster_queue(team.name, team.quota, pools)) for team in platform.teams]
    for resource, each in (("nvidia.com/gpu", count), ("cpu", machine.cpu), ("memory", machine.memory_gib * 2**30)):
        amounts = [queue["h100", resource] for queue in queues]
        total = sum(amount(nominal) for nominal, _ in amounts)
        assert total <= nodes * each
        assert all(amount(nominal) + amount(limit or "0") <= total for nominal, limit in amounts)


def test_a_share_of_a_machine_that_does_not_divide_is_exact_to_thousandths():
    pool = NodePool.model_validate({"name": "t4", "accelerator": {"type": "t4", "count": 8}, "size": {"max": 1}, "cpu": 90})
    found = Pool.of(pool, pool.machine())
    quota = {"requests": {"cpu": 1, "memory": "1Gi"}, "limits": {"cpu": 1, "memory": "1Gi"}, "gpus": {"t4": 3}}
    platform = Platform.model_validate(
        {"cluster": {"kind": "simulated"}, "nodePools": [pool], "teams": [{"name": "a", "group": "g", "quota": quota}]}
    )
    assert _amounts(cluster_queue("a", platform.teams[0].quota, {"t4": found}))["t4", "cpu"] == ("36", "0")


def test_a_flavor_has_what_its_jobs_select_by_and_at_most_what_kueue_takes():
    labels = {f"label-{number}": "a" for number in range(20)}
    values = {"name": "v5e", "accelerator": {"type": "tpu-v5e", "count": 4}, "size": {"max": 1}, "labels": labels}
    pool = NodePool.model_validate(values)
    found = Pool.of(pool, pool.machine())
    assert flavor(found)["nodeLabels"] == {"ml-platform.dev/pool": "v5e", **found.selector}


def test_each_vendors_devices_are_a_resource_of_their_own():
    quota = {"requests": {"cpu": 1, "memory": "1Gi"}, "limits": {"cpu": 1, "memory": "1Gi"}, "gpus": {"h100": 8, "mi300x": 16}}
    pools = [
        NodePool.model_validate({"name": name, "accelerator": {"type": name, "count": 8}, "size": {"max": 2}})
        for name in ("h100", "mi300x")
    ]
    platform = Platform.model_validate(
        {"cluster": {"kind": "simulated"}, "nodePools": pools, "teams": [{"name": "a", "group": "g", "quota": quota}]}
    )
    found = {pool.name: Pool.of(pool, pool.machine()) for pool in pools}
    amounts = _amounts(cluster_queue("a", platform.teams[0].quota, found))
    assert {key: nominal for key, (nominal, _) in amounts.items() if "/" in key[1]} == {
        ("h100", "nvidia.com/gpu"): "8",
        ("h100", "amd.com/gpu"): "0",
        ("mi300x", "amd.com/gpu"): "16",
        ("mi300x", "nvidia.com/gpu"): "0",
    }

"""EFA on EKS: what is bought is what nodes report, and what nodes report is what jobs are given."""

from typing import Any

import pytest
import yaml

from components.clusters import Pool
from config import catalog
from config.node_pool import NodePool
from tests.unit.components.clusters.conftest import Change, pool
from tests.unit.components.pod_security import offences
from tests.unit.conftest import Values
from tests.unit.plan import Plan

EFA = "vpc.amazonaws.com/efa"


@pytest.fixture
def worker(prod: Plan) -> dict[str, Any]:
    """Of the job on the H100s."""
    (container,) = prod.one("Job", "all-reduce").pod["containers"]
    return container


def test_a_worker_asks_for_the_interfaces_of_its_devices(worker: dict[str, Any]):
    assert worker["resources"]["limits"].items() >= {"nvidia.com/gpu": "8", EFA: "32"}.items()


@pytest.mark.parametrize(
    ("machine", "devices", "interfaces"),
    [("p5.48xlarge", 8, 32), ("p5.48xlarge", 2, 8), ("p4d.24xlarge", 8, 4), ("p4d.24xlarge", 3, 1), ("p4d.24xlarge", 1, 0)],
)
def test_a_part_of_a_nodes_devices_comes_with_that_part_of_its_interfaces(machine: str, devices: int, interfaces: int):
    asked = NodePool.model_validate({"name": "a", "machine": machine, "interconnect": True, "size": {"max": 1}})
    share = Pool.of(asked, catalog.by_name()[machine]).share(devices)
    assert share == {"nvidia.com/gpu": devices, **({EFA: interfaces} if interfaces else {})}


def test_a_node_has_as_many_interfaces_as_its_launch_template_makes(prod: Plan):
    made = Pool.of(
        NodePool.model_validate({"name": "h100", "machine": "p5.48xlarge", "interconnect": True, "size": {"max": 1}}),
        catalog.by_name()["p5.48xlarge"],
    )
    templates = [each for each in prod.of("LaunchTemplate") if "h100" in each.name]
    for template in templates:
        cards = [card for card in template.inputs["networkInterfaces"] if card["interfaceType"] == "efa-only"]
        assert len(cards) == made.interfaces[EFA]


def test_its_image_can_use_them(prod: Plan, local: Plan):
    def image(plan: Plan) -> str:
        (container,) = plan.one("Job", "all-reduce").pod["containers"]
        return container["image"]

    assert "/deep-learning-containers/pytorch-training:" in image(prod)
    assert "/pytorch/pytorch:" in image(local)


def test_its_pods_need_no_right_that_others_have_not(prod: Plan):
    assert offences(prod.one("Job", "all-reduce").pod) == []


def test_a_server_on_one_node_takes_none(prod: Plan):
    (container,) = prod.one("Deployment", "chat").pod["containers"]
    assert EFA not in container["resources"]["limits"]


def test_neither_queues_nor_quotas_count_them(prod: Plan):
    (release,) = (each for each in prod.of("Release") if each.inputs["name"] == "kueue")
    configuration = yaml.safe_load(release.inputs["values"]["managerConfig"]["controllerManagerConfigYaml"])
    assert EFA in configuration["resources"]["excludeResourcePrefixes"]
    for queue in prod.of("ClusterQueue"):
        assert all(EFA not in group["coveredResources"] for group in queue.spec["resourceGroups"])
    for quota in prod.of("ResourceQuota"):
        assert not [name for name in quota.spec["hard"] if "efa" in name]


def test_without_it_nothing_of_it_is_left(prod_with: Any):
    def ordinary(values: Values) -> None:
        del pool(values, "h100")["interconnect"]

    change: Change = ordinary
    plan = prod_with(change)
    (container,) = plan.one("Job", "all-reduce").pod["containers"]
    assert EFA not in container["resources"]["limits"]
    assert "/pytorch/pytorch:" in container["image"]
    assert plan.of("Efa") == []

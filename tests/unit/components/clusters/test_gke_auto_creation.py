"""Node pools that GKE makes by itself."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from config.load import PROJECT
from tests.unit.conftest import Build, Values
from tests.unit.plan import Plan, Planned

Planner = Callable[..., Plan]

GENERAL = {"name": "general", "cpu": 8, "memory": "32Gi", "size": {"min": 1, "max": 3}}
H100 = {"name": "h100", "accelerator": {"type": "h100", "count": 8}, "size": {"max": 4}, "zones": ["europe-west4-b"]}
LADDER = [{"kind": "reserved", "reservation": "h100-a"}, "on-demand", {"kind": "flex", "hours": 24}, "spot"]


@pytest.fixture
def values() -> Values:
    values = yaml.safe_load((PROJECT / "Pulumi.dev.yaml").read_text())["config"]
    values["ml-platform:cluster"]["autoCreation"] = True
    return {key: values[key] for key in values if not key.endswith((":teams", ":training", ":serving"))}


@pytest.fixture
def planned(values: Values, build: Build) -> Planner:
    """What is planned for these pools beside a general one."""
    return lambda *asked: build({**values, "ml-platform:nodePools": [GENERAL, *asked]})


def _class(plan: Plan) -> Planned:
    (found,) = plan.of("ComputeClass")
    return found


def test_pools_of_gpus_are_classes_and_the_others_are_there_beforehand(planned: Planner):
    plan = planned(H100)
    assert [pool.inputs["name"] for pool in plan.of("NodePool")] == ["general-on-demand"]
    assert _class(plan).metadata["name"] == "h100"
    assert _class(plan).spec["nodePoolAutoCreation"] == {"enabled": True}
    assert _class(plan).spec["whenUnsatisfiable"] == "DoNotScaleUp"


@pytest.mark.parametrize(
    "needs",
    [{"size": {"min": 1, "max": 4}}, {"placement": "compact"}, {"driver": "none"}, {"image": "ubuntu"}],
    ids=lambda needs: next(iter(needs)),
)
def test_what_a_class_can_not_say_is_made_beforehand(planned: Planner, needs: dict[str, Any]):
    plan = planned(H100, {**H100, "name": "own", **needs})
    assert [pool.inputs["name"] for pool in plan.of("NodePool")] == ["general-on-demand", "own-on-demand"]


def test_each_rung_is_a_rule_in_its_order(planned: Planner):
    rules = _class(planned({**H100, "capacity": LADDER})).spec["priorities"]
    assert [rule["nodeLabels"]["ml-platform.dev/capacity"] for rule in rules] == ["reserved", "on-demand", "flex", "spot"]
    assert {rule["machineType"] for rule in rules} == {"a3-highgpu-8g"}
    reserved, on_demand, flex, spot = rules
    assert reserved["reservations"] == {"affinity": "Specific", "specific": [{"name": "h100-a", "zones": ["europe-west4-b"]}]}
    assert on_demand["location"] == {"zones": ["europe-west4-b"], "locationPolicy": "BALANCED"}
    assert (flex["flexStart"], flex["maxRunDurationSeconds"]) == ({"enabled": True}, 24 * 60 * 60)
    assert spot["spot"] is True


def test_a_reservation_of_another_project_is_said_with_it(planned: Planner):
    shared = {"kind": "reserved", "reservation": "projects/example-ml-shared/reservations/h100-a"}
    (rule,) = _class(planned({**H100, "capacity": [shared]})).spec["priorities"]
    (reservation,) = rule["reservations"]["specific"]
    assert (reservation["name"], reservation["project"]) == ("h100-a", "example-ml-shared")


def test_nodes_are_what_those_of_a_pool_made_beforehand_would_be(values: Values, build: Build, planned: Planner):
    asked = {**H100, "labels": {"example.com/a": "b"}, "taints": [{"key": "example.com/only", "value": "us"}], "driver": "latest"}
    spec = _class(planned(asked)).spec
    values["ml-platform:cluster"]["autoCreation"] = False
    pools = build({**values, "ml-platform:nodePools": [GENERAL, asked]}).of("NodePool")
    (beforehand,) = (pool.inputs["nodeConfig"] for pool in pools if pool.inputs["name"] == "h100-on-demand")
    config, (rule,) = spec["nodePoolConfig"], spec["priorities"]
    assert {**config["nodeLabels"], **rule["nodeLabels"]} == beforehand["labels"]
    assert [(taint["key"], taint["value"]) for taint in config["taints"]] == [
        (taint["key"], taint["value"]) for taint in beforehand["taints"]
    ]
    assert config["serviceAccount"] == beforehand["serviceAccount"]
    assert config["imageType"].upper() == beforehand["imageType"]
    assert rule["storage"] == {"bootDiskType": beforehand["diskType"], "bootDiskSize": beforehand["diskSizeGb"]}
    assert rule["gpu"] == {"type": "nvidia-h100-80gb", "count": 8, "driverVersion": "latest"}


def test_the_cluster_grows_no_further_than_its_pools_may(planned: Planner):
    plan = planned({**H100, "capacity": ["on-demand", "spot"]})
    (cluster,) = (resource for resource in plan.of("Cluster") if resource.custom)
    limits = {each["resourceType"]: each["maximum"] for each in cluster.inputs["clusterAutoscaling"]["resourceLimits"]}
    assert limits == {"cpu": 3 * 8 + 4 * 208, "memory": 3 * 32 + 4 * 1872, "nvidia-h100-80gb": 4 * 8}


def test_nodes_are_as_secure_as_those_of_other_pools(planned: Planner):
    (cluster,) = (resource for resource in planned(H100).of("Cluster") if resource.custom)
    defaults = cluster.inputs["clusterAutoscaling"]["autoProvisioningDefaults"]
    assert defaults["shieldedInstanceConfig"] == {"enableSecureBoot": True, "enableIntegrityMonitoring": True}
    assert defaults["serviceAccount"].startswith("cluster-nodes-account@")
    port = cluster.inputs["nodePoolAutoConfig"]["nodeKubeletConfig"]["insecureKubeletReadonlyPortEnabled"]
    assert port == "FALSE"


def test_without_it_gke_makes_nothing_by_itself(values: Values, build: Build):
    values["ml-platform:cluster"]["autoCreation"] = False
    (cluster,) = (each for each in build({**values, "ml-platform:nodePools": [GENERAL, H100]}).of("Cluster") if each.custom)
    assert cluster.inputs["clusterAutoscaling"] == {"autoscalingProfile": "OPTIMIZE_UTILIZATION", "enabled": False}

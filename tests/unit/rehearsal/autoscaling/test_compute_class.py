"""The order in which GKE's autoscaler tries node pools."""

from rehearsal.autoscaling.compute_class import weights
from rehearsal.control_plane.api import Json


def test_the_first_rule_of_a_class_weighs_most():
    rules = [{"nodepools": ["h100-reserved"]}, {"nodepools": ["h100-spot", "h100-flex"]}]
    found = weights([_class("h100", rules), _class("l4", [{"nodepools": ["l4-spot"]}])])
    assert found == {"h100-reserved": 100, "h100-spot": 99, "h100-flex": 99, "l4-spot": 100}


def test_a_node_pool_that_is_made_of_a_rule_weighs_by_its_place():
    assert weights([_class("l4", [{"spot": True}, {"spot": False}]), _class("none", [])]) == {"nap-l4-0": 100, "nap-l4-1": 99}


def _class(name: str, priorities: list[Json]) -> Json:
    return {"metadata": {"name": name}, "spec": {"priorities": priorities}}

"""The order in which GKE's autoscaler tries node pools."""

from rehearsal.autoscaling.compute_class import weights


def test_the_first_rule_of_a_class_weighs_most():
    rules = [{"nodepools": ["h100-reserved"]}, {"nodepools": ["h100-spot", "h100-flex"]}]
    found = weights([{"spec": {"priorities": rules}}, {"spec": {"priorities": [{"nodepools": ["l4-spot"]}]}}])
    assert found == {"h100-reserved": 100, "h100-spot": 99, "h100-flex": 99, "l4-spot": 100}


def test_a_rule_without_node_pools_weighs_nothing():
    assert weights([{"spec": {"priorities": [{"machineFamily": "n4"}]}}, {"spec": {}}]) == {}

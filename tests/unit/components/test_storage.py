"""Volumes."""

from tests.unit.plan import Plan


def test_a_disk_of_one_node_is_made_where_its_pod_runs_and_a_shared_one_at_once(local: Plan):
    modes = {kind.metadata["name"]: kind.inputs["volumeBindingMode"] for kind in local.of("StorageClass")}
    assert modes == {"block": "WaitForFirstConsumer", "shared": "Immediate"}


def test_every_volume_can_grow(local: Plan):
    assert all(kind.inputs["allowVolumeExpansion"] for kind in local.of("StorageClass"))


def test_a_team_shares_one_volume_of_its_size_on_all_nodes(local: Plan):
    (claim,) = (claim for claim in local.of("PersistentVolumeClaim") if claim.metadata["namespace"] == "vision")
    assert claim.spec == {
        "accessModes": ["ReadWriteMany"],
        "storageClassName": "shared",
        "resources": {"requests": {"storage": "1Ti"}},
    }

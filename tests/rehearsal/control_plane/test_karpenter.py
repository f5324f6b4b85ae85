"""Where the stack deploys Karpenter for AWS, its NodePools are moved as they are, and only while its own pod is there."""

import json
import subprocess
from typing import Any

import pytest

from tests.rehearsal.cluster import Cluster, Manifest, RefusedError, eventually
from tests.rehearsal.control_plane.gpus import SCALE, TAINT, added, running, training
from tests.rehearsal.workloads import deployment

_POOL = {"ml-platform.dev/pool": "h100"}


def _defined_by_the_stack(cluster: Cluster) -> list[Manifest]:
    printed = subprocess.run([cluster.programs["karpenter"], "definitions"], capture_output=True, check=True).stdout
    core = [each for each in json.loads(printed) if each["spec"]["group"] == "karpenter.sh"]
    for definition in core:
        del definition["status"]
    schema: Manifest = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version: Manifest = {
        "name": "v1",
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "schema": {"openAPIV3Schema": schema},
    }
    names = {"plural": "ec2nodeclasses", "singular": "ec2nodeclass", "kind": "EC2NodeClass"}
    amazon = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "ec2nodeclasses.karpenter.k8s.aws"},
        "spec": {"group": "karpenter.k8s.aws", "scope": "Cluster", "names": names, "versions": [version]},
    }
    return [*core, amazon]


def _pool(**requirements: str) -> Manifest:
    required = {
        "karpenter.sh/capacity-type": "spot",
        "topology.kubernetes.io/zone": "eu-central-1a",
        **{f"karpenter.k8s.aws/instance-{key}": value for key, value in requirements.items()},
    }
    spec: Any = {
        "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "gpus"},
        "requirements": [{"key": key, "operator": "In", "values": [value]} for key, value in required.items()],
        "taints": [TAINT],
    }
    return {
        "apiVersion": "karpenter.sh/v1",
        "kind": "NodePool",
        "metadata": {"name": "h100"},
        "spec": {
            "template": {"metadata": {"labels": _POOL}, "spec": spec},
            "disruption": {"consolidationPolicy": "WhenEmpty", "consolidateAfter": "10m"},
        },
    }


@pytest.fixture(scope="module")
def cluster(autoscaled: Cluster) -> Cluster:
    autoscaled.node("system", labels={"topology.kubernetes.io/zone": "eu-central-1b"})
    with pytest.raises(RefusedError, match="doesn't have a resource type"):
        autoscaled.kubectl("get", "nodepools")  # whose definitions are the stack's to bring
    definitions = _defined_by_the_stack(autoscaled)
    autoscaled.apply(*definitions)
    autoscaled.kubectl("wait", "--for=condition=Established", *[f"crd/{each['metadata']['name']}" for each in definitions])
    _until_collected(autoscaled)
    return autoscaled


def _until_collected(cluster: Cluster) -> None:
    """Until the garbage collector, which looks for new kinds twice a minute, knows of NodePools.

    Before that it would let one go at once, without what belongs to it.
    """
    owner = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole"}
    cluster.apply({**owner, "metadata": {"name": "owner"}, "rules": []})
    uid = cluster.get("clusterrole", "owner")["metadata"]["uid"]
    owned = {"name": "owned", "ownerReferences": [{**owner, "name": "owner", "uid": uid}]}
    cluster.apply({**_pool(category="p"), "metadata": owned})
    cluster.kubectl("delete", "clusterrole", "owner")
    cluster.kubectl("wait", "nodepool/owned", "--for=delete", "--timeout=90s")


def test_the_stacks_own_pools_grow_while_its_karpenter_is_ready_and_are_drained_before_it_goes(cluster: Cluster) -> None:
    node_class: Manifest = {"apiVersion": "karpenter.k8s.aws/v1", "kind": "EC2NodeClass", "metadata": {"name": "gpus"}}
    cluster.apply(node_class | {"spec": {}}, _pool(category="p", **{"gpu-name": "h100", "gpu-count": "8"}))
    cluster.apply(training("train", 2, _POOL))
    with pytest.raises(RefusedError, match="timed out"):
        cluster.kubectl("wait", "ec2nodeclass/gpus", "--for=condition=Ready", "--timeout=6s")
    assert not added(cluster, "h100")

    cluster.apply(deployment("karpenter", labels={"app.kubernetes.io/name": "karpenter"}))
    cluster.kubectl("wait", "ec2nodeclass/gpus", "nodepool/h100", "--for=condition=Ready", "--timeout=60s")

    def grown() -> None:
        assert running(cluster, "train") == 2

    eventually(grown, within=SCALE)
    for node in added(cluster, "h100"):
        assert node["metadata"]["labels"]["node.kubernetes.io/instance-type"] == "p5.48xlarge"
        assert node["metadata"]["labels"]["karpenter.k8s.aws/instance-gpu-name"] == "h100"
        assert node["metadata"]["labels"]["topology.kubernetes.io/zone"] == "eu-central-1a"
        assert node["status"]["allocatable"]["nvidia.com/gpu"] == "8"

    cluster.kubectl("delete", "nodepool", "h100", "--cascade=foreground", f"--timeout={SCALE}s")
    assert not added(cluster, "h100")


def test_a_pool_that_outlives_its_karpenter_keeps_its_nodes(cluster: Cluster) -> None:
    cluster.apply(_pool(category="p", **{"gpu-name": "h100", "gpu-count": "8"}))

    def grown() -> None:
        assert running(cluster, "train") == 2

    eventually(grown, within=SCALE)
    cluster.kubectl("delete", "deployment", "karpenter", "--cascade=foreground")
    with pytest.raises(RefusedError, match="timed out"):
        cluster.kubectl("delete", "nodepool", "h100", "--cascade=foreground", "--timeout=8s")
    assert len(added(cluster, "h100")) == 2

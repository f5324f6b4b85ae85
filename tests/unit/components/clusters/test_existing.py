"""A cluster that is there already."""

from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

from components.clusters import kubeconfig
from tests.unit.components.clusters.conftest import KUBECONFIG
from tests.unit.conftest import Build, Values


@pytest.fixture
def existing(values: Values, file: Path) -> Values:
    """The local stack's values, on a cluster that is there already."""
    disk = {"provisioner": "driver.example.com"}
    values["ml-platform:cluster"] = {"kind": "existing", "kubeconfig": str(file), "block": disk, "shared": disk}
    for pool in values["ml-platform:nodePools"]:
        pool["selector"] = {"example.com/kind": pool["name"]}
    return values


def test_no_node_is_ours(existing: Values, build: Build):
    assert not build(existing).of("Node")


def test_pods_find_nodes_by_the_labels_that_the_user_names(existing: Values, build: Build):
    plan = build(existing)
    assert plan.one("Job", "all-reduce").wanted == [{"example.com/kind": "h100"}]
    flavor = next(each for each in plan.of("ResourceFlavor") if each.metadata["name"] == "l4")
    assert flavor.spec["nodeLabels"] == {"example.com/kind": "l4"}


def test_the_kubeconfig_is_a_secret(existing: Values, build: Build, file: Path):
    (provider,) = build(existing).of("kubernetes")
    assert provider.inputs["kubeconfig"] != file.read_text()


def test_the_context_is_the_one_that_the_stack_names(existing: Values, build: Build):
    existing["ml-platform:cluster"]["context"] = "mine"
    (provider,) = build(existing).of("kubernetes")
    assert provider.inputs["context"] == "mine"


def test_volumes_are_made_by_the_drivers_that_are_there(existing: Values, build: Build):
    existing["ml-platform:cluster"]["shared"] = {"provisioner": "nfs.example.com", "parameters": {"server": "nfs"}}
    shared = build(existing).one("StorageClass", "shared")
    assert (shared.inputs["provisioner"], shared.inputs["parameters"]) == ("nfs.example.com", {"server": "nfs"})


@pytest.mark.parametrize(
    ("content", "context", "message"),
    [
        (None, None, "there is no file {file}; write the path of a kubeconfig"),
        ("just text", None, "{file} is not a kubeconfig"),
        ("{", None, "{file} is not a kubeconfig"),
        ({**KUBECONFIG, "clusters": []}, None, "{file}: the cluster of context 'mine' is not in it"),
        (KUBECONFIG, "yours", "{file} has no context 'yours'; set cluster.context to one of those it has: mine"),
        ({**KUBECONFIG, "current-context": ""}, None, "{file} has no current context; set cluster.context"),
        (KUBECONFIG, None, "{file} leads to https://127.0.0.1:1, where nothing answers (connection refused)"),
    ],
)
def test_a_kubeconfig_that_leads_nowhere_is_one_message(
    existing: Values, build: Build, file: Path, content: Any, context: str | None, message: str
):
    if content is None:
        file.unlink()
    else:
        file.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    existing["ml-platform:cluster"]["context"] = context
    with pytest.raises(pulumi.RunError) as refused:
        build(existing)
    assert str(refused.value).startswith(f"ml-platform:cluster.kubeconfig: {message.format(file=file)}")


def test_a_kubeconfig_that_may_not_be_read_is_one_message(tmp_path: Path):
    with pytest.raises(kubeconfig.KubeconfigError, match="can't be read: Is a directory"):
        kubeconfig.checked(tmp_path, None)


def test_what_is_behind_a_proxy_is_left_to_the_proxy(file: Path):
    cluster = {"server": "https://127.0.0.1:1", "proxy-url": "http://proxy.example.com"}
    file.write_text(yaml.safe_dump({**KUBECONFIG, "clusters": [{"name": "c", "cluster": cluster}]}))
    assert kubeconfig.checked(file, None) == file.read_text()

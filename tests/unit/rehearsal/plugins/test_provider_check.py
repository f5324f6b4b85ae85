"""The name, the namespace and the configuration that a plan is made with."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.plugins.kubernetes import objects, settings
from rehearsal.plugins.kubernetes.check import Autonaming, checked, settle_namespace
from rehearsal.plugins.kubernetes.checkpoint import Checkpoint, write
from rehearsal.plugins.kubernetes.errors import ProviderError, UnreachableError
from rehearsal.plugins.kubernetes.helm import locate_chart
from rehearsal.plugins.kubernetes.objects import Kind
from rehearsal.plugins.values import UNKNOWN, Json

THING = {"apiVersion": "v1", "kind": "ConfigMap"}


@given(st.binary(min_size=1))
def test_a_new_name_follows_from_the_seed_so_that_plan_and_update_agree(seed: bytes):
    first, second = (checked(dict(THING), {}, "settings", seed, None) for _ in range(2))
    assert first == second
    assert objects.name(first).startswith("settings-")
    assert len(objects.name(first)) == len("settings-") + 8
    assert objects.annotation(first, "pulumi.com/autonamed") == "true"


def test_a_made_name_stays_and_a_given_one_is_not_touched():
    old = checked(dict(THING), {}, "settings", b"seed", None)
    assert objects.name(checked(dict(THING), old, "settings", b"other", None)) == objects.name(old)
    assert checked({**THING, "metadata": {"name": "mine"}}, {}, "settings", b"", None)["metadata"] == {"name": "mine"}


def test_unknown_names_and_metadata_pass_through():
    assert checked({**THING, "metadata": {"name": UNKNOWN}}, {}, "a", b"", None)["metadata"] == {"name": UNKNOWN}
    assert checked({**THING, "metadata": UNKNOWN}, {}, "a", b"", None)["metadata"] is UNKNOWN


def test_pulumis_autonaming_is_followed():
    proposed = Autonaming(proposed_name="team-a")
    assert objects.name(checked(dict(THING), {}, "a", b"", proposed)) == "team-a"
    with pytest.raises(ProviderError, match=r"autonaming is disabled: set `metadata\.name`"):
        checked(dict(THING), {}, "a", b"", Autonaming(mode=Autonaming.DISABLE))


def test_only_what_can_have_a_namespace_gets_the_default_one():
    item: Json = {"metadata": {"name": "a"}}
    settle_namespace(item, True, "team")
    assert item["metadata"]["namespace"] == "team"
    settle_namespace(item, False, "team")
    assert "namespace" not in item["metadata"]


@pytest.mark.parametrize(
    ("token", "kind"),
    [
        ("kubernetes:core/v1:Pod", Kind("v1", "Pod")),
        ("kubernetes:apps/v1:Deployment", Kind("apps/v1", "Deployment")),
        ("kubernetes:kueue.x-k8s.io/v1beta2:ClusterQueue", Kind("kueue.x-k8s.io/v1beta2", "ClusterQueue")),
    ],
)
def test_a_type_names_a_kind(token: str, kind: Kind):
    assert Kind.of_token(token) == kind


def test_kueue_is_not_built_in_although_its_group_ends_like_one_that_is():
    assert Kind("scheduling.k8s.io/v1", "PriorityClass").built_in
    assert not Kind("kueue.x-k8s.io/v1beta2", "ClusterQueue").built_in


def test_a_checkpoint_is_read_as_it_was_written():
    schema = {"x-kubernetes-preserve-unknown-fields": True}
    inputs = {"apiVersion": "v1", "kind": "X", "schema": schema}
    state = write(inputs, {**inputs, "status": {}}, {}, "v1", "pulumi-kubernetes-1")
    assert state["schema"] == {"x_kubernetes_preserve_unknown_fields": True}
    assert Checkpoint.read(state) == Checkpoint(inputs, {**inputs, "status": {}}, "v1", "pulumi-kubernetes-1")


def kubeconfig(server: str, user: str = "u") -> str:
    return yaml.safe_dump(
        {
            "current-context": "a",
            "contexts": [{"name": "a", "context": {"cluster": "c", "user": user}}],
            "clusters": [{"name": "c", "cluster": {"server": server}}],
            "users": [{"name": user, "user": {}}],
        }
    )


@pytest.mark.parametrize(
    ("old", "new", "replaces"),
    [
        ({}, {"namespace": "x"}, []),
        ({"kubeconfig": kubeconfig("https://a")}, {"kubeconfig": kubeconfig("https://b")}, ["kubeconfig"]),
        ({"kubeconfig": kubeconfig("https://a")}, {"kubeconfig": kubeconfig("https://a", user="new")}, []),
        ({"kubeconfig": kubeconfig("https://a")}, {"kubeconfig": UNKNOWN}, ["kubeconfig"]),
        (
            {"kubeconfig": kubeconfig("https://a"), "clusterIdentifier": "c"},
            {"kubeconfig": kubeconfig("https://b"), "clusterIdentifier": "c"},
            [],
        ),
        ({"clusterIdentifier": "c"}, {"clusterIdentifier": "d"}, ["clusterIdentifier"]),
        ({}, {"clusterIdentifier": "d"}, []),
    ],
)
def test_only_another_cluster_replaces_everything_on_it(old: Json, new: Json, replaces: list[str]):
    assert settings.differences(old, new)[1] == replaces


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ("/nowhere/config", "cannot be read: No such file or directory"),
        ("a: [\n", "is not YAML"),
        ("just\ntext", "names no cluster"),
    ],
)
def test_a_kubeconfig_that_is_none_is_named(given: str, complaint: str):
    with pytest.raises(UnreachableError, match=complaint):
        settings.kubeconfig(given)


def test_a_switch_comes_from_the_stack_then_from_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PULUMI_K8S_ENABLE_SECRET_MUTABLE", "true")
    assert settings.Settings.read({}).secret_mutable
    assert not settings.Settings.read({"kubernetes:config:enableSecretMutable": "false"}).secret_mutable


def chart(folder: Path, name: str) -> None:
    (folder / name).mkdir()
    (folder / name / "Chart.yaml").write_text("version: 1.0.0")


def test_a_chart_is_found_by_the_last_part_of_its_reference(tmp_path: Path):
    chart(tmp_path, "kueue-1.0.0")
    assert locate_chart("oci://example.com/charts/kueue", "1.0.0", str(tmp_path)) == tmp_path / "kueue-1.0.0"
    assert locate_chart("kueue", "", str(tmp_path)) == tmp_path / "kueue-1.0.0"


@pytest.mark.parametrize(("version", "there"), [("2.0.0", "there is none"), ("", r"there are kueue-1\.0\.0, kueue-1\.1\.0")])
def test_a_missing_chart_is_named_with_its_folder(tmp_path: Path, version: str, there: Any):
    chart(tmp_path, "kueue-1.0.0")
    chart(tmp_path, "kueue-1.1.0")
    with pytest.raises(ProviderError, match=rf"{tmp_path}/kueue-.*{there}"):
        locate_chart("oci://example.com/charts/kueue", version, str(tmp_path))

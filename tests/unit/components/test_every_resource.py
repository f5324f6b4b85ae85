"""What holds for each resource, whatever its layer."""

import re

from components.naming import MANAGED
from tests.unit.plan import Plan, Planned


def _containers(plan: Plan) -> list[tuple[Planned, str]]:
    workloads = [resource for resource in plan.objects if resource.kind in ("Job", "Deployment", "DaemonSet")]
    return [(workload, container["image"]) for workload in workloads for container in workload.pod["containers"]]


def test_every_object_is_made_by_the_clusters_own_provider(local: Plan):
    provider = next(resource for resource in local if resource.type == "pulumi:providers:kubernetes")
    assert {resource.provider.rpartition("::")[0] for resource in local if resource.custom and resource != provider} == {
        provider.urn
    }


def test_every_object_is_inside_a_component(local: Plan):
    components = {resource.urn for resource in local if not resource.custom}
    assert {resource.parent for resource in local if resource.custom} <= components


def test_every_component_is_at_the_top(local: Plan):
    assert {resource.parent.split("::")[2] for resource in local if not resource.custom} == {"pulumi:pulumi:Stack"}


def test_every_component_has_a_type_of_its_layer(local: Plan):
    assert all(re.fullmatch(r"mlplatform:[a-z]+:[A-Z]\w+", resource.type) for resource in local if not resource.custom)


def test_the_names_of_objects_begin_with_that_of_their_component(local: Plan):
    assert all(resource.name.startswith(f"{resource.parent.rpartition('::')[2]}-") for resource in local if resource.custom)


def test_every_object_says_who_manages_it(local: Plan):
    assert [resource.name for resource in local.objects if not MANAGED.items() <= resource.metadata["labels"].items()] == []


def test_no_object_is_there_twice(local: Plan):
    keys = [(resource.type, resource.metadata.get("namespace"), resource.metadata["name"]) for resource in local.objects]
    assert len(set(keys)) == len(keys)


def test_every_object_is_named_by_us_and_in_a_namespace_of_ours(local: Plan):
    namespaces = {resource.metadata["name"]: resource.urn for resource in local.of("Namespace")}
    for resource in local.objects:
        if place := resource.metadata.get("namespace"):
            assert namespaces[place] in resource.depends_on


def test_the_platforms_own_namespaces_end_in_system(local: Plan):
    """config.rules refuses teams of such names."""
    teams = {"vision", "language"}
    assert all(
        resource.metadata["name"].endswith("-system")
        for resource in local.of("Namespace")
        if resource.metadata["name"] not in teams
    )


def test_every_image_has_a_registry_and_a_version(local: Plan):
    images = [image for _, image in _containers(local)]
    assert len(images) == 4
    assert [image for image in images if not re.fullmatch(r"[\w.-]+\.[a-z]+(/[\w.-]+)+:v?\d[\w.-]*", image)] == []


def test_every_container_says_how_much_it_needs(local: Plan):
    for workload in local.objects:
        if workload.kind in ("Job", "Deployment", "DaemonSet"):
            for container in workload.pod["containers"]:
                assert container["resources"]["requests"].keys() == {"cpu", "memory"}
                assert "memory" in container["resources"]["limits"]


def test_every_mount_has_its_volume(local: Plan):
    for workload in local.objects:
        if workload.kind in ("Job", "Deployment", "DaemonSet"):
            mounts = {mount["name"] for container in workload.pod["containers"] for mount in container["volumeMounts"]}
            assert mounts == {volume["name"] for volume in workload.pod["volumes"]}

"""What a change of the stack file changes, and that the plan says so beforehand."""

import re
from collections.abc import Iterable
from typing import Any

from tests.rehearsal.cluster import Cluster, Manifest
from tests.rehearsal.platform.project import Project

Values = dict[str, Any]


def _fewer_gpus(values: Values) -> None:
    values["ml-platform:teams"][0]["quota"]["gpus"]["h100"] = 12


def _another_name(values: Values) -> None:
    values["ml-platform:teams"][0]["name"] = "sight"
    values["ml-platform:training"]["jobs"][0]["team"] = "sight"
    values["ml-platform:serving"]["models"][0]["clients"] = ["sight"]


def _smaller_workers(values: Values) -> None:
    values["ml-platform:training"]["jobs"][0]["cpuPerWorker"] = "4"


def _more_time(values: Values) -> None:
    values["ml-platform:training"]["jobs"][0]["deadline"] = 5400


def _smaller_volume(values: Values) -> None:
    values["ml-platform:teams"][0]["datasets"] = "1Gi"


def test_a_quota_changes_its_team_s_quota_and_queue_in_place(platform: Project, cluster: Cluster) -> None:
    def gpus() -> tuple[str, str]:
        quota = cluster.get("resourcequota", "team", namespace="vision")
        (group,) = cluster.get("clusterqueue", "vision")["spec"]["resourceGroups"]
        (h100,) = (flavor["resources"] for flavor in group["flavors"] if flavor["name"] == "h100")
        (queue,) = (each["nominalQuota"] for each in h100 if each["name"] == "nvidia.com/gpu")
        return quota["spec"]["hard"]["requests.nvidia.com/gpu"], queue

    assert gpus() == ("24", "16")
    with platform.changed(_fewer_gpus):
        assert platform.plan() == {"vision-quota": "update", "queues-cluster-vision": "update"}
        platform.up()
        assert gpus() == ("20", "12")
    platform.up()
    assert gpus() == ("24", "16")


def test_another_name_moves_that_team_and_no_other(platform: Project, cluster: Cluster) -> None:
    def others() -> dict[str, str]:
        kinds = "deployments,services,resourcequotas,limitranges,rolebindings,persistentvolumeclaims,networkpolicies,localqueues"
        return _uids([*cluster.get(kinds, namespace="language"), *cluster.get("nodes"), cluster.get("clusterqueue", "language")])

    before = others()
    with platform.changed(_another_name):
        platform.up()
        assert _teams(cluster) == {"sight", "language"}
        assert cluster.get("job", "all-reduce", namespace="sight")["status"]["succeeded"] == 2
        assert others() == before
    platform.up()
    assert _teams(cluster) == {"vision", "language"}
    assert others() == before


def test_another_template_replaces_a_job_and_nothing_else(platform: Project) -> None:
    with platform.changed(_smaller_workers):
        assert platform.plan() == {"all-reduce-job": "replace"}


def test_a_job_that_kueue_has_admitted_changes_in_place(platform: Project, cluster: Cluster) -> None:
    def job() -> tuple[int, str]:
        found = cluster.get("job", "all-reduce", namespace="vision")
        return found["spec"]["activeDeadlineSeconds"], found["metadata"]["uid"]

    deadline, uid = job()
    with platform.changed(_more_time):
        platform.up()
        assert job() == (5400, uid)
    platform.up()
    assert job() == (deadline, uid)


def test_what_the_api_server_would_refuse_is_refused_in_the_plan(platform: Project) -> None:
    with platform.changed(_smaller_volume):
        previewed = platform.pulumi("preview", "--refresh")
    assert previewed.code != 0
    assert re.search(r"datasets.*storage: Forbidden: field can not be less than status.capacity", previewed.output)
    assert "Traceback" not in previewed.output


def _uids(items: Iterable[Manifest]) -> dict[str, str]:
    return {f"{item['kind']}/{item['metadata']['name']}": item["metadata"]["uid"] for item in items}


def _teams(cluster: Cluster) -> set[str]:
    return {namespace["metadata"]["name"] for namespace in cluster.get("namespaces", selector="ml-platform.dev/team")}

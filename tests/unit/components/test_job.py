"""A distributed training job: how its workers start, find one another and wait their turn."""

from typing import Any

import pytest

from tests.unit.plan import Plan, Planned


@pytest.fixture
def job(local: Plan) -> Planned:
    """Two workers with eight GPUs each."""
    return local.one("Job", "all-reduce")


@pytest.fixture
def worker(job: Planned) -> dict[str, Any]:
    """The container of each worker."""
    (container,) = job.pod["containers"]
    return container


@pytest.fixture
def service(local: Plan) -> Planned:
    """By which the workers find one another."""
    return local.one("Service", "all-reduce")


def test_every_worker_is_there_or_none(job: Planned):
    assert (job.spec["completionMode"], job.spec["completions"], job.spec["parallelism"]) == ("Indexed", 2, 2)


def test_it_waits_in_its_teams_queue(job: Planned):
    assert job.metadata["labels"]["kueue.x-k8s.io/queue-name"] == "vision"
    assert job.metadata["namespace"] == "vision"


def test_it_is_made_after_its_queue(local: Plan):
    (component,) = local.of("DistributedJob")
    assert local.one("LocalQueue", "vision").urn in component.depends_on


def test_each_worker_knows_how_many_there_are_and_which_it_is(worker: dict[str, Any]):
    environment = {variable["name"]: variable.get("value") or variable["valueFrom"] for variable in worker["env"]}
    assert environment["WORLD_SIZE"] == "2"
    index = "metadata.annotations['batch.kubernetes.io/job-completion-index']"
    assert environment["RANK"] == {"fieldRef": {"fieldPath": index}}


def test_every_variable_that_the_command_names_is_set(worker: dict[str, Any]):
    named = {word.partition("$(")[2].rstrip(")") for word in worker["command"] if "$(" in word}
    assert named == {"WORLD_SIZE", "RANK", "MASTER_ADDR", "MASTER_PORT"}
    assert named <= {variable["name"] for variable in worker["env"]}


def test_a_worker_runs_one_process_a_gpu(worker: dict[str, Any]):
    assert worker["resources"]["limits"]["nvidia.com/gpu"] == "8"
    assert "--nproc-per-node=8" in worker["command"]


def test_the_first_worker_is_found_through_a_headless_service(job: Planned, service: Planned, worker: dict[str, Any]):
    assert service.spec["clusterIP"] == "None"
    assert service.spec["selector"].items() <= job.spec["template"]["metadata"]["labels"].items()
    assert job.pod["subdomain"] == service.metadata["name"]
    environment = {variable["name"]: variable.get("value") for variable in worker["env"]}
    assert environment["MASTER_ADDR"] == f"{job.metadata['name']}-0.{service.metadata['name']}"
    assert [str(int(port["port"])) for port in service.spec["ports"]] == [environment["MASTER_PORT"]]


def test_workers_find_one_another_before_they_are_ready(service: Planned):
    assert service.spec["publishNotReadyAddresses"] is True


def test_the_deployment_does_not_wait_for_a_service_that_waits_for_the_job(service: Planned):
    assert service.metadata["annotations"]["pulumi.com/skipAwait"] == "true"


def test_shared_memory_is_memory_and_bounded(job: Planned, worker: dict[str, Any]):
    (mount,) = (mount for mount in worker["volumeMounts"] if mount["mountPath"] == "/dev/shm")  # noqa: S108 - of the container
    (volume,) = (volume for volume in job.pod["volumes"] if volume["name"] == mount["name"])
    assert volume["emptyDir"] == {"medium": "Memory", "sizeLimit": "16Gi"}


def test_a_node_has_one_worker_at_most(job: Planned):
    (term,) = job.pod["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert term["topologyKey"] == "kubernetes.io/hostname"
    assert term["labelSelector"]["matchLabels"].items() <= job.spec["template"]["metadata"]["labels"].items()


def test_workers_run_on_the_accelerator_that_was_asked_for(local: Plan, job: Planned):
    (labels,) = job.wanted
    nodes = [node for node in local.of("Node") if labels.items() <= node.metadata["labels"].items()]
    assert {node.metadata["name"].rpartition("-")[0] for node in nodes} == {"h100"}


@pytest.mark.parametrize("field", ["nodeSelector", "tolerations"])
def test_what_kueue_writes_is_left_to_kueue(job: Planned, field: str):
    assert field not in job.pod


def test_the_program_in_the_stack_file_is_what_runs(local: Plan, job: Planned, worker: dict[str, Any]):
    (mount,) = (mount for mount in worker["volumeMounts"] if mount["name"] == "program")
    (volume,) = (volume for volume in job.pod["volumes"] if volume["name"] == "program")
    program = local.one("ConfigMap", volume["configMap"]["name"]).inputs["data"]
    assert worker["command"][-1] == f"{mount['mountPath']}/main.py"
    assert "dist.all_reduce" in program["main.py"]


def test_a_lost_node_does_not_count_as_a_failed_attempt(job: Planned):
    (rule,) = job.spec["podFailurePolicy"]["rules"]
    assert rule == {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}


def test_the_deployment_waits_as_long_as_the_job_may_queue_and_run(job: Planned):
    assert float(job.create_timeout.removesuffix("s")) > job.spec["activeDeadlineSeconds"]

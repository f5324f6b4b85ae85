"""A distributed PyTorch job: one pod a node, one process a GPU, all of it admitted at once or not at all."""

from typing import Final

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.core.v1 import EnvVarArgsDict

import config.training
from components.clusters import Pool
from components.naming import app, selector, type_token
from components.pods import HARDENED, HOME, SCRATCH_MOUNTS, UNPRIVILEGED, on_nodes, scratch
from components.tenancy import DATASETS
from config.catalog import ACCELERATORS
from config.load import PROJECT
from config.versions import PYTORCH, PYTORCH_EFA

PORT: Final = 29500
"""Where worker 0 waits for the others: PyTorch's own default."""

_PROGRAM: Final = "/workload"

_QUEUED: Final = 600
"""Seconds that a deployment waits for the job beyond its deadline: the time that it may have to queue."""


class DistributedJob(pulumi.ComponentResource):
    """An Indexed Job, the headless Service by which its workers find one another, and the program they run.

    The deployment waits until the job is complete.
    """

    def __init__(
        self,
        name: str,
        job: config.training.Job,
        namespace: pulumi.Input[str],
        pool: Pool,
        opts: pulumi.ResourceOptions | None = None,
    ):
        super().__init__(type_token("training", "DistributedJob"), name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        labels = app(job.name, component="training")
        requests = {"cpu": job.cpu_per_worker, "memory": job.memory_per_worker}

        program = k8s.core.v1.ConfigMap(
            f"{name}-program",
            metadata={"name": f"{job.name}-program", "namespace": namespace, "labels": labels},
            data={"main.py": (PROJECT / job.program).read_text()},
            opts=child,
        )
        rendezvous = k8s.core.v1.Service(
            f"{name}-rendezvous",
            metadata={
                "name": job.name,
                "namespace": namespace,
                "labels": labels,
                # It has no endpoints until the job is admitted, and the job is made after it: waiting would never end.
                "annotations": {"pulumi.com/skipAwait": "true"},
            },
            spec={
                "cluster_ip": "None",
                "selector": selector(job.name),
                "ports": [{"name": "rendezvous", "port": PORT}],
                # Workers look one another up before any of them is ready.
                "publish_not_ready_addresses": True,
            },
            opts=child,
        )
        k8s.batch.v1.Job(
            f"{name}-job",
            metadata={"name": job.name, "namespace": namespace, "labels": {**labels, "kueue.x-k8s.io/queue-name": job.team}},
            spec={
                "completion_mode": "Indexed",
                "completions": job.workers,
                "parallelism": job.workers,
                "backoff_limit": 3,
                "active_deadline_seconds": job.deadline,
                # A drained or preempted node is nobody's mistake and does not count as a failed attempt.
                "pod_failure_policy": {
                    "rules": [{"action": "Ignore", "on_pod_conditions": [{"type": "DisruptionTarget", "status": "True"}]}]
                },
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {
                        "restart_policy": "Never",
                        "subdomain": rendezvous.metadata.name,
                        "termination_grace_period_seconds": pool.grace,
                        "automount_service_account_token": False,
                        "security_context": UNPRIVILEGED,
                        # Not a node selector: Kueue writes that of an admitted job, and whoever else had claimed it could
                        # not update the job any more. It reads an affinity as it would a selector.
                        "affinity": {
                            "node_affinity": on_nodes(pool.selector),
                            "pod_anti_affinity": {
                                "required_during_scheduling_ignored_during_execution": [
                                    {
                                        "label_selector": {"match_labels": selector(job.name)},
                                        "topology_key": "kubernetes.io/hostname",
                                    }
                                ]
                            },
                        },
                        "containers": [
                            {
                                "name": "worker",
                                "image": job.image or _image(job, pool),
                                "command": _torchrun(job),
                                "env": _environment(job),
                                # EFA needs no more than its interfaces: AWS tests its node images with pods that have no
                                # capability (the images let them lock memory without IPC_LOCK), no huge pages, which libfabric
                                # does without, and none of libfabric's variables (aws/aws-k8s-tester, in
                                # test/cases/nvidia/manifests/mpi-job-nccl-test-multi-node.yaml).
                                "security_context": HARDENED,
                                "resources": {
                                    "requests": requests,
                                    "limits": {
                                        **requests,
                                        **{resource: str(count) for resource, count in pool.share(job.gpus_per_worker).items()},
                                    },
                                },
                                "volume_mounts": [
                                    {"name": "program", "mount_path": _PROGRAM, "read_only": True},
                                    {"name": DATASETS, "mount_path": "/datasets"},
                                    *SCRATCH_MOUNTS,
                                ],
                            }
                        ],
                        "volumes": [
                            {"name": "program", "config_map": {"name": program.metadata.name}},
                            {"name": DATASETS, "persistent_volume_claim": {"claim_name": DATASETS}},
                            *scratch(job.shared_memory),
                        ],
                    },
                },
            },
            opts=pulumi.ResourceOptions(parent=self, custom_timeouts=pulumi.CustomTimeouts(create=f"{job.deadline + _QUEUED}s")),
        )
        self.register_outputs({})


def _image(job: config.training.Job, pool: Pool) -> str:
    return (PYTORCH_EFA if pool.interfaces else PYTORCH)[ACCELERATORS[job.accelerator].vendor]


def _torchrun(job: config.training.Job) -> list[str]:
    """Kubernetes fills in `$(NAME)` from the container's environment."""
    return [
        "torchrun",
        "--nnodes=$(WORLD_SIZE)",
        "--node-rank=$(RANK)",
        f"--nproc-per-node={job.gpus_per_worker}",
        "--master-addr=$(MASTER_ADDR)",
        "--master-port=$(MASTER_PORT)",
        f"{_PROGRAM}/main.py",
    ]


def _environment(job: config.training.Job) -> list[EnvVarArgsDict]:
    """The names that PyTorch's launchers read; a worker here is a node, of which torchrun makes one rank a GPU."""
    index = "metadata.annotations['batch.kubernetes.io/job-completion-index']"
    return [
        {"name": "WORLD_SIZE", "value": str(job.workers)},
        {"name": "RANK", "value_from": {"field_ref": {"field_path": index}}},
        {"name": "MASTER_ADDR", "value": f"{job.name}-0.{job.name}"},
        {"name": "MASTER_PORT", "value": str(PORT)},
        HOME,
    ]

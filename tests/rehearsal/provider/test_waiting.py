"""Waiting for readiness, and what is left when it fails."""

import os
import signal
import time

import psutil
import pytest

from tests.rehearsal.cluster import Cluster, eventually
from tests.rehearsal.provider.stack import CommandError, Stack

DEPLOYMENT = """
    k8s.apps.v1.Deployment(
        "web",
        metadata={{"name": "web", "namespace": NAMESPACE, "annotations": {{"pulumi.com/timeoutSeconds": "{timeout}"}}}},
        spec={{
            "selector": {{"match_labels": {{"app": "web"}}}},
            "template": {{
                "metadata": {{"labels": {{"app": "web"}}}},
                "spec": {{"node_selector": {selector}, "containers": [{{"name": "c", "image": "x"}}]}},
            }},
        }},
        opts=on_cluster,
    )
"""
NOWHERE = {"kubernetes.io/hostname": "nowhere"}


def test_a_timeout_says_why_and_the_next_run_carries_on(stack: Stack, control_plane: Cluster):
    stack.program(DEPLOYMENT.format(timeout=2, selector=NOWHERE))
    with pytest.raises(CommandError, match=r"was not ready after 2 seconds[\s\S]*0/\d+ nodes are available"):
        stack.up()
    assert stack.resource("web")["initErrors"]
    stack.program(DEPLOYMENT.format(timeout=60, selector={}))
    assert "~ 1 updated" in stack.up()
    assert control_plane.get("deployment", "web", stack.namespace)["status"]["readyReplicas"] == 1


def test_a_custom_condition_is_waited_for(stack: Stack, control_plane: Cluster):
    stack.program("""
        k8s.core.v1.Pod(
            "pod",
            metadata={
                "name": "pod",
                "namespace": NAMESPACE,
                "annotations": {"pulumi.com/waitFor": '["jsonpath={.status.phase}=Running", "condition=Ready"]'},
            },
            spec={"containers": [{"name": "c", "image": "x"}]},
            opts=on_cluster,
        )
    """)
    stack.up()
    assert stack.resource("pod")["outputs"]["status"]["phase"] == "Running"


def test_a_killed_plugin_leaves_a_stack_that_the_same_command_completes(stack: Stack, control_plane: Cluster):
    stack.program(DEPLOYMENT.format(timeout=60, selector=NOWHERE))
    running = stack.start("up", "--yes", "--skip-preview")
    eventually(lambda: _exists(control_plane, stack))
    plugin = next(child for child in psutil.Process(running.pid).children() if "rehearsal.plugins.kubernetes" in child.cmdline())
    plugin.kill()
    running.communicate(timeout=60)
    control_plane.kubectl("delete", "deployment", "web", f"--namespace={stack.namespace}")
    stack.program(DEPLOYMENT.format(timeout=60, selector={}))
    stack.up()


def test_an_interrupt_ends_the_wait_and_every_process(stack: Stack, control_plane: Cluster):
    stack.program(DEPLOYMENT.format(timeout=600, selector=NOWHERE))
    running = stack.start("up", "--yes", "--skip-preview")
    eventually(lambda: _exists(control_plane, stack))
    children = psutil.Process(running.pid).children(recursive=True)
    running.send_signal(signal.SIGINT)
    output, _ = running.communicate(timeout=30)
    assert "cancelled" in output
    assert "Traceback" not in output
    _, alive = psutil.wait_procs(children, timeout=30)
    assert not alive


def test_an_engine_that_is_killed_takes_its_plugins_along(stack: Stack, control_plane: Cluster):
    stack.program(DEPLOYMENT.format(timeout=600, selector=NOWHERE))
    running = stack.start("up", "--yes", "--skip-preview")
    eventually(lambda: _exists(control_plane, stack))
    children = psutil.Process(running.pid).children(recursive=True)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    _, alive = psutil.wait_procs(children, timeout=30)
    assert not alive


def test_a_deletion_that_a_finalizer_holds_says_so(stack: Stack, control_plane: Cluster):
    stack.program("""
        k8s.core.v1.ConfigMap(
            "held",
            metadata={
                "name": "held",
                "namespace": NAMESPACE,
                "finalizers": ["example.com/hold"],
                "annotations": {"pulumi.com/timeoutSeconds": "1"},
            },
            opts=on_cluster,
        )
    """)
    stack.up()
    started = time.monotonic()
    with pytest.raises(CommandError, match=r"finalizers that hold it: .*example\.com/hold"):
        stack.run("destroy", "--yes", "--skip-preview")
    assert time.monotonic() - started < 30
    patch = '{"metadata": {"finalizers": null}}'
    control_plane.kubectl("patch", "configmap", "held", f"--patch={patch}", "--type=merge", f"--namespace={stack.namespace}")


def _exists(control_plane: Cluster, stack: Stack) -> None:
    assert control_plane.get("deployment", namespace=stack.namespace)

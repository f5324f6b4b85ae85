"""The Pod Security Standard `restricted`, as far as a pod's spec can offend against it."""

from collections.abc import Iterator, Mapping
from typing import Any

_VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}


def offences(pod: Mapping[str, Any]) -> list[str]:
    """What the API server would refuse the pod for in a namespace that enforces `restricted`."""
    return [*_of_the_pod(pod), *(offence for container in _containers(pod) for offence in _of_a_container(container, pod))]


def _containers(pod: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*pod["containers"], *pod.get("initContainers", [])]


def _of_the_pod(pod: Mapping[str, Any]) -> Iterator[str]:
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(field):
            yield field
    for volume in pod.get("volumes", []):
        if other := volume.keys() - _VOLUMES - {"name"}:
            yield f"volume {volume['name']}: {other}"


def _of_a_container(container: Mapping[str, Any], pod: Mapping[str, Any]) -> Iterator[str]:
    own: Mapping[str, Any] = container.get("securityContext", {})
    effective: Mapping[str, Any] = {**pod.get("securityContext", {}), **own}
    name = container["name"]
    if own.get("privileged"):
        yield f"{name}: privileged"
    if own.get("allowPrivilegeEscalation") is not False:
        yield f"{name}: allowPrivilegeEscalation"
    if own.get("capabilities", {}).get("drop") != ["ALL"] or set(own["capabilities"].get("add", [])) - {"NET_BIND_SERVICE"}:
        yield f"{name}: capabilities"
    if effective.get("runAsNonRoot") is not True or effective.get("runAsUser") == 0:
        yield f"{name}: runs as root"
    if effective.get("seccompProfile", {}).get("type") not in ("RuntimeDefault", "Localhost"):
        yield f"{name}: seccomp"
    if any(port.get("hostPort") for port in container.get("ports", [])):
        yield f"{name}: hostPort"

"""The fields whose change needs another object, by kind, as the official plugin has them (`provider/pkg/provider/diff.go`).

`*` stands for any element of a list. A field's table entry covers everything below it.
"""

from rehearsal.plugins.kubernetes.objects import Kind, dig
from rehearsal.plugins.patterns import Pattern
from rehearsal.plugins.values import Json


def _below(prefix: str, names: str) -> list[Pattern]:
    return [(*prefix.split("."), name) for name in names.split()]


IDENTITY = _below("metadata", "name namespace")

_VOLUMES = _below(
    "spec",
    "awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker gcePersistentDisk glusterfs hostPath"
    " iscsi local nfs photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume",
)
_CONTAINER = (
    "args command env image imagePullPolicy lifecycle livenessProbe ports readinessProbe resources securityContext stdin"
    " stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts workingDir"
)
_POD = [
    *_below(
        "spec",
        "affinity automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks hostAliases hostIPC hostNetwork hostPID"
        " hostname imagePullSecrets nodeName nodeSelector overhead preemptionPolicy priority priorityClassName readinessGates"
        " restartPolicy runtimeClassName schedulerName securityContext serviceAccount serviceAccountName"
        " shareProcessNamespace subdomain terminationGracePeriodSeconds volumes",
    ),
    *_below("spec.containers.*", _CONTAINER),
    *_below("spec.initContainers.*", _CONTAINER),
]
_SELECTOR = _below("spec", "selector")
_STATEFUL_SET = _below("spec", "podManagementPolicy revisionHistoryLimit selector serviceName volumeClaimTemplates")
_BINDING: list[Pattern] = [("roleRef",)]

TABLE: dict[str, list[Pattern]] = {
    "apps/v1/DaemonSet": _SELECTOR,
    "apps/v1/Deployment": _SELECTOR,
    "apps/v1/StatefulSet": _STATEFUL_SET,
    "batch/v1/Job": _below("spec", "completions parallelism selector template"),
    "rbac.authorization.k8s.io/v1/ClusterRoleBinding": _BINDING,
    "rbac.authorization.k8s.io/v1/RoleBinding": _BINDING,
    "storage.k8s.io/v1/StorageClass": [("parameters",), ("provisioner",)],
    "v1/PersistentVolume": _VOLUMES,
    "v1/PersistentVolumeClaim": _below("spec", "accessModes selector storageClassName volumeName"),
    "v1/Pod": _POD,
    "v1/ResourceQuota": _below("spec", "scopes"),
    "v1/Secret": [("type",)],
    "v1/Service": _below("spec", "clusterIP"),
}

_SECRET = Kind("v1", "Secret")
_CONFIG_MAP = Kind("v1", "ConfigMap")


def immutable(item: Json, *, config_map_mutable: bool, secret_mutable: bool) -> list[Pattern]:
    """The fields of an object that cannot be changed in place.

    The data of a ConfigMap or Secret is among them unless the provider says otherwise: a new object is what makes pods
    notice. An object with `immutable: true` is never changed in place.
    """
    kind = Kind.of(item)
    frozen = dig(item, "immutable") is True
    if kind == _SECRET and (frozen or not secret_mutable):
        return [*IDENTITY, ("type",), ("stringData",), ("data",)]
    if kind == _CONFIG_MAP and (frozen or not config_map_mutable):
        return [*IDENTITY, ("binaryData",), ("data",)]
    return [*IDENTITY, *TABLE.get(str(kind), [])]

"""The external provisioner of every CSI driver: makes a volume for a claim, and deletes it when it is given back.

The contract is the one between the volume controller and a real provisioner. The controller annotates a claim with the driver
that is to serve it, and does so only once a node is selected where the class binds late; we create the volume, and the
controller binds it.
"""

from rehearsal.control_plane.api import Api, Json, RefusedError
from rehearsal.control_plane.cache import Cache, follow

_PROVISIONER = "volume.kubernetes.io/storage-provisioner"
_PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"
_NOBODY = "kubernetes.io/no-provisioner"
"""The provisioner of classes whose volumes people make by hand."""


async def run(api: Api) -> None:
    """Serve claims and released volumes until cancelled."""
    claims = Cache(api, "/api/v1/persistentvolumeclaims")
    classes = Cache(api, "/apis/storage.k8s.io/v1/storageclasses")
    volumes = Cache(api, "/api/v1/persistentvolumes")

    async def reconcile() -> None:
        for claim in claims:
            storage_class = classes.get("", claim["spec"].get("storageClassName", ""))
            if storage_class and _waits(claim) and not volumes.get("", _volume_name(claim)):
                try:
                    await api.create("/api/v1/persistentvolumes", volume_for(claim, storage_class))
                except RefusedError as error:
                    if error.status != 409:  # made a moment ago, and the watch has not told yet
                        raise
        for volume in volumes:
            if _released(volume):
                await api.delete(f"/api/v1/persistentvolumes/{volume['metadata']['name']}")

    await follow((claims, classes, volumes), reconcile)


def _waits(claim: Json) -> bool:
    driver = claim["metadata"].get("annotations", {}).get(_PROVISIONER, _NOBODY)
    return driver != _NOBODY and not claim["spec"].get("volumeName") and "deletionTimestamp" not in claim["metadata"]


def _released(volume: Json) -> bool:
    return (
        volume.get("status", {}).get("phase") == "Released"
        and volume["spec"].get("persistentVolumeReclaimPolicy") == "Delete"
        and _PROVISIONED_BY in volume["metadata"].get("annotations", {})
        and "deletionTimestamp" not in volume["metadata"]
    )


def _volume_name(claim: Json) -> str:
    return f"pvc-{claim['metadata']['uid']}"


def volume_for(claim: Json, storage_class: Json) -> Json:
    """The volume that a driver would make: of the size, modes and class asked for, reserved for this claim."""
    metadata, spec = claim["metadata"], claim["spec"]
    name = _volume_name(claim)
    driver = storage_class["provisioner"]
    reference = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "namespace": metadata["namespace"],
        "name": metadata["name"],
        "uid": metadata["uid"],
    }
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name, "annotations": {_PROVISIONED_BY: driver}},
        "spec": {
            "accessModes": spec["accessModes"],
            "capacity": {"storage": spec["resources"]["requests"]["storage"]},
            "claimRef": reference,
            **_source(name, driver, storage_class),
            "mountOptions": storage_class.get("mountOptions", []),
            "persistentVolumeReclaimPolicy": storage_class.get("reclaimPolicy", "Delete"),
            "storageClassName": storage_class["metadata"]["name"],
            "volumeMode": spec.get("volumeMode", "Filesystem"),
        },
    }


def _source(name: str, driver: str, storage_class: Json) -> Json:
    """A volume of a CSI driver; provisioners from before CSI, whose names have a slash, make folders of the node."""
    if "/" in driver:
        return {"hostPath": {"path": f"/provisioned/{name}"}}
    return {"csi": {"driver": driver, "volumeHandle": name, "volumeAttributes": storage_class.get("parameters", {})}}

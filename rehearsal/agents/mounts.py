"""A container's volumes, as files in the folder that stands for its file system."""

from base64 import b64decode

from rehearsal.agents.surroundings import Surroundings
from rehearsal.control_plane.api import Json
from rehearsal.control_plane.cache import Cache
from rehearsal.files import write_atomically


class Mounts:
    """The ConfigMaps, Secrets and empty folders that a pod's first container mounts."""

    def __init__(self, pod: Json, surroundings: Surroundings, config_maps: Cache, secrets: Cache):
        self._volumes: dict[str, Json] = {volume["name"]: volume for volume in pod["spec"].get("volumes", [])}
        self._mounts: list[Json] = pod["spec"]["containers"][0].get("volumeMounts", [])
        self._surroundings = surroundings
        self._config_maps = config_maps
        self._secrets = secrets

    def refresh(self) -> bool:
        """Write what has changed; False while an object that is mounted does not exist.

        As with a kubelet: a file mounted by `subPath` is written once, and stays as it was when the pod started.
        """
        return all(self._write(mount) for mount in self._mounts)

    def _write(self, mount: Json) -> bool:
        volume = self._volumes[mount["name"]]
        target = self._surroundings.path(mount["mountPath"])
        contents = self._contents(volume)
        if contents is None:
            return False
        if sub_path := mount.get("subPath"):
            if not target.exists() and sub_path in contents:
                write_atomically(target, contents[sub_path])
            return target.exists()
        target.mkdir(parents=True, exist_ok=True)
        for key, text in contents.items():
            file = target / key
            if not file.exists() or file.read_text() != text:
                write_atomically(file, text)
        return True

    def _contents(self, volume: Json) -> dict[str, str] | None:
        """File → text; nothing for a kind of volume that starts empty, None for an object that is not there."""
        namespace = self._surroundings.namespace
        if source := volume.get("configMap"):
            found = self._config_maps.get(namespace, source["name"])
            return found and found.get("data", {})
        if source := volume.get("secret"):
            found = self._secrets.get(namespace, source["secretName"])
            return found and {key: b64decode(value).decode() for key, value in found.get("data", {}).items()}
        return {}

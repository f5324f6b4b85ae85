"""The API server that answers for the stack's simulated cluster, and what a cloud does in a cluster from outside."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar
from urllib.parse import quote

import yaml

from rehearsal.clouds.nodes import GROUP
from rehearsal.control_plane.api import Api, Json, RefusedError
from rehearsal.layout import Layout

_DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_RBAC = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"

_SERVED = 10
"""Seconds within which objects of a kind that was defined can be made."""

_T = TypeVar("_T")


@dataclass(frozen=True)
class Server:
    """The control plane of one rehearsal, seen from its clouds. Operations may raise one of `api.FAILURES`."""

    layout: Layout

    @property
    def url(self) -> str:
        """Where the API server is."""
        return self._cluster["server"]

    @property
    def authority(self) -> str:
        """The certificate authority's certificate, base64 of PEM, as in a kubeconfig."""
        return self._cluster["certificate-authority-data"]

    def join(self, group: str, nodes: Iterable[Json]) -> None:
        """A node group has exactly these nodes that the cloud made (an autoscaler's own are left alone)."""
        wanted = list(nodes)

        async def work(api: Api) -> None:
            there = await api.get("/api/v1/nodes", labelSelector=f"{GROUP}={group},!karpenter.sh/nodepool")
            names = {node["metadata"]["name"] for node in wanted}
            for node in there["items"]:
                if node["metadata"]["name"] not in names:
                    await api.delete(f"/api/v1/nodes/{node['metadata']['name']}")
            for node in wanted:
                await api.apply("/api/v1/nodes", node)

        self._run(work)

    def leave(self, group: str) -> None:
        """Every node of a group goes, those of its autoscaler too."""
        self._run(lambda api: api.delete("/api/v1/nodes", labelSelector=f"{GROUP}={group}"))

    def has_nodes(self) -> bool:
        """Whether pods could run."""

        async def work(api: Api) -> bool:
            there = await api.get("/api/v1/nodes", limit="1")
            return bool(there["items"])

        return self._run(work)

    def grant(self, name: str, user: str, role: str = "cluster-admin", kind: Literal["User", "Group"] = "User") -> None:
        """Let a user, or a group of them, in with a role for the whole cluster."""
        group = "rbac.authorization.k8s.io"
        binding: Json = {
            "apiVersion": f"{group}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": name},
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": role},
            "subjects": [{"apiGroup": group, "kind": kind, "name": user}],
        }
        self._run(lambda api: api.apply(_RBAC, binding))

    def revoke(self, name: str) -> None:
        """Take a grant back."""
        self._run(lambda api: api.delete(f"{_RBAC}/{quote(name, safe=':')}"))

    def define(self, definition: Json) -> None:
        """Have a kind of objects that the cloud's own controllers work with."""
        self._run(lambda api: api.apply(_DEFINITIONS, definition))

    def have(self, api_version: str, resource: str, objects: Iterable[Json]) -> None:
        """Have these objects, and the namespaces that they are in; their kind may have been defined only now."""

        async def work(api: Api) -> None:
            for each in objects:
                namespace: str = each["metadata"]["namespace"]
                home: Json = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
                await api.apply("/api/v1/namespaces", home)
                await _apply_once_served(api, f"/apis/{api_version}/namespaces/{namespace}/{resource}", each)

        self._run(work)

    def undefine(self, name: str) -> None:
        """Have it no longer, nor any object of it."""
        self._run(lambda api: api.delete(f"{_DEFINITIONS}/{name}"))

    @property
    def _cluster(self) -> dict[str, Any]:
        return yaml.safe_load(self.layout.kubeconfig.read_text())["clusters"][0]["cluster"]

    def _run(self, work: Callable[[Api], Awaitable[_T]]) -> _T:
        async def connected() -> _T:
            api = await Api.connect(self.layout.pki / "supervisor.kubeconfig")
            try:
                return await work(api)
            finally:
                await api.close()

        return asyncio.run(connected())


async def _apply_once_served(api: Api, collection: str, manifest: Json) -> None:
    async with asyncio.timeout(_SERVED):
        while True:
            try:
                await api.apply(collection, manifest)
            except RefusedError as error:
                if error.status != 404:
                    raise
                await asyncio.sleep(0.1)
            else:
                return

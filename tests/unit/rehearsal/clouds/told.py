"""An API server that keeps what the clouds tell it, in the place of a real one."""

from typing import Any


class Told:
    """As much of `rehearsal.clouds.server.Server` as the clouds use."""

    url = "https://127.0.0.1:6443"
    authority = "Y2VydA=="

    def __init__(self) -> None:
        self.nodes: dict[str, list[Any]] = {}
        self.granted: dict[str, tuple[str, str, str]] = {}
        """Name of the grant → kind of subject, subject, role."""
        self.defined: set[str] = set()
        self.objects: dict[str, Any] = {}
        """Namespace/name → object of a kind that was defined."""

    def join(self, group: str, nodes: Any) -> None:
        self.nodes[group] = list(nodes)

    def leave(self, group: str) -> None:
        self.nodes.pop(group, None)

    def has_nodes(self) -> bool:
        return any(self.nodes.values())

    def grant(self, name: str, user: str, role: str = "cluster-admin", kind: str = "User") -> None:
        self.granted[name] = (kind, user, role)

    def revoke(self, name: str) -> None:
        self.granted.pop(name, None)

    def define(self, definition: Any) -> None:
        self.defined.add(definition["metadata"]["name"])

    def have(self, api_version: str, resource: str, objects: Any) -> None:
        assert f"{resource}.{api_version.partition('/')[0]}" in self.defined
        self.objects |= {f"{each['metadata']['namespace']}/{each['metadata']['name']}": each for each in objects}

    def undefine(self, name: str) -> None:
        self.defined.discard(name)

    @property
    def all_nodes(self) -> list[Any]:
        return [node for nodes in self.nodes.values() for node in nodes]

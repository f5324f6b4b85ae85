"""The resource that a request is about."""

from dataclasses import dataclass

from rehearsal.plugins.values import Json


@dataclass(frozen=True)
class Target:
    """A resource by its URN, `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`."""

    urn: str

    @property
    def type(self) -> str:
        return self.urn.split("::")[2].rpartition("$")[2]

    @property
    def name(self) -> str:
        return self.urn.split("::", 3)[3]

    def is_patch(self, item: Json) -> bool:
        """Whether it is a Patch resource: some fields of an object that belongs to someone else."""
        return self.type.rpartition(":")[2] == f"{item.get('kind')}Patch"

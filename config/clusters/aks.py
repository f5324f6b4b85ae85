"""Azure Kubernetes Service."""

from typing import ClassVar, Literal

from pydantic import Field

from config.model import Model


class Aks(Model):
    """Azure Kubernetes Service."""

    cloud: ClassVar[str | None] = "azure"
    kind: Literal["aks"]
    location: str = Field(pattern=r"^[a-z]+\d?$", examples=["swedencentral"])
    """The Azure region."""

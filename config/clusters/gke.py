"""Google Kubernetes Engine."""

from typing import ClassVar, Literal

from pydantic import Field

from config.model import Model


class Gke(Model):
    """Google Kubernetes Engine."""

    cloud: ClassVar[str | None] = "gcp"
    kind: Literal["gke"]
    project: str = Field(min_length=6)
    """The Google Cloud project's id."""
    region: str = Field(pattern=r"^[a-z]+-[a-z]+\d+$", examples=["europe-west4"])
    """The Google Cloud region."""

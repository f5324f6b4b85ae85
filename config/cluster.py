"""What a stack may say about its cluster."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from config.model import Model


class Simulated(Model):
    """Nodes without machines, on a rehearsal's control plane."""

    kind: Literal["simulated"]
    kubeconfig: Path = Path(".rehearsal/local/kubeconfig")
    """How to reach the control plane; relative to the project."""


class Eks(Model):
    """Amazon Elastic Kubernetes Service."""

    kind: Literal["eks"]
    region: str = Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$", examples=["eu-central-1"])
    """The AWS region."""


class Gke(Model):
    """Google Kubernetes Engine."""

    kind: Literal["gke"]
    project: str = Field(min_length=6)
    """The Google Cloud project's id."""
    region: str = Field(pattern=r"^[a-z]+-[a-z]+\d+$", examples=["europe-west4"])
    """The Google Cloud region."""


Cluster = Annotated[Simulated | Eks | Gke, Field(discriminator="kind")]
"""Where the machines come from."""

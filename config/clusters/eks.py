"""Amazon Elastic Kubernetes Service."""

from typing import ClassVar, Literal

from pydantic import Field

from config.model import Model


class Eks(Model):
    """Amazon Elastic Kubernetes Service."""

    cloud: ClassVar[str | None] = "aws"
    kind: Literal["eks"]
    region: str = Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$", examples=["eu-central-1"])
    """The AWS region."""

"""Who reaches a cluster's Kubernetes API."""

from typing import Self

from pydantic import model_validator

from config.clusters.cidr import NamedCidr
from config.model import Model


class Endpoint(Model):
    """Who reaches the Kubernetes API. By default only the cluster's network, and what is connected to it."""

    public: bool = False
    """Whether the API has a public address; then only `cidrs` reach it there."""
    cidrs: tuple[NamedCidr, ...] = ()
    """With `public`: ranges on the internet that may call the API."""

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.public and not self.cidrs:
            raise ValueError("a public endpoint needs its cidrs; write for example cidrs: [203.0.113.0/24]")
        if self.cidrs and not self.public:
            raise ValueError("cidrs are for a public endpoint; write public: true, or leave them out")
        return self

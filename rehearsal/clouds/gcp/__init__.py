"""Google Cloud, as far as this platform uses it."""

from typing import Final

from rehearsal.autoscaling.group import Groups
from rehearsal.clouds.cloud import Cloud
from rehearsal.clouds.faults import Faults, file
from rehearsal.clouds.gcp import cluster, compute, iam, kms, node_pool
from rehearsal.clouds.kind import Kind, Request
from rehearsal.clouds.ledger import Entry, Ledger
from rehearsal.clouds.server import Server
from rehearsal.layout import Layout

__all__ = ["cloud_of", "open_cloud"]

_REPLACING: Final = frozenset({"project", "region"})


def open_cloud(layout: Layout) -> Cloud:
    """The project of one rehearsal."""
    ledger, faults = Ledger(layout.state / "cloud" / "gcp"), Faults(file(layout))
    return cloud_of(ledger, faults, Server(layout), Groups(layout.state / "cloud"))


def cloud_of(ledger: Ledger, faults: Faults, server: Server, groups: Groups) -> Cloud:
    """A project whose clusters are all this API server."""
    pools = node_pool.kind(server, groups)

    def cluster_gone(request: Request, gone: Entry) -> None:
        for pool in request.ledger.of(node_pool.NODE_POOL):
            if pool.get("cluster") == gone.id:
                pools.gone(request, pool)
                request.ledger.remove(pool)

    kinds: tuple[Kind, ...] = (*compute.KINDS, *kms.KINDS, *iam.KINDS, cluster.kind(server, groups, cluster_gone), pools)
    return Cloud(ledger, faults, {kind.type: kind for kind in kinds}, replacing=_REPLACING)

"""Amazon Web Services, as far as this platform uses it: every kind of resource and every lookup."""

from typing import Final

from rehearsal.autoscaling.group import Groups
from rehearsal.clouds.aws import (
    access,
    addons,
    clusters,
    endpoints,
    files,
    gateways,
    iam,
    keys,
    launch_templates,
    logs,
    lookups,
    network,
    node_groups,
    queues,
    routes,
    scaling,
    security_groups,
)
from rehearsal.clouds.cloud import Cloud
from rehearsal.clouds.faults import Faults, file
from rehearsal.clouds.kind import Kind
from rehearsal.clouds.ledger import Ledger
from rehearsal.clouds.server import Server
from rehearsal.layout import Layout

__all__ = ["open_cloud"]

_REPLACING: Final = frozenset({"region"})

_KINDS: Final = (
    *network.KINDS,
    *gateways.KINDS,
    *routes.KINDS,
    *security_groups.KINDS,
    *endpoints.KINDS,
    *launch_templates.KINDS,
    *iam.KINDS,
    *keys.KINDS,
    *logs.KINDS,
    *queues.KINDS,
    *files.KINDS,
)


def open_cloud(layout: Layout) -> Cloud:
    """The account and region of one rehearsal."""
    ledger, faults = Ledger(layout.state / "cloud" / "aws"), Faults(file(layout))
    return cloud_of(ledger, faults, Server(layout), Groups(layout.state / "cloud"))


def cloud_of(ledger: Ledger, faults: Faults, server: Server, groups: Groups) -> Cloud:
    """An account and region whose clusters this API server answers for."""
    of_the_cluster: tuple[Kind, ...] = (
        clusters.kind(server),
        *access.kinds(server),
        addons.kind(server),
        node_groups.kind(server, groups),
        scaling.kind(groups),
    )
    return Cloud(
        ledger=ledger,
        faults=faults,
        kinds={kind.type: kind for kind in (*_KINDS, *of_the_cluster)},
        invokes={**lookups.INVOKES, **addons.INVOKES},
        replacing=_REPLACING,
    )

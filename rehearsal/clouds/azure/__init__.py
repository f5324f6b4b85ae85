"""Microsoft Azure, as far as this platform uses it."""

from rehearsal.autoscaling.group import Groups
from rehearsal.clouds.azure import arm, authorization, clusters, network
from rehearsal.clouds.azure.agent_pools import Pools
from rehearsal.clouds.cloud import Cloud
from rehearsal.clouds.faults import Faults, file
from rehearsal.clouds.kind import Kind
from rehearsal.clouds.ledger import Ledger
from rehearsal.clouds.server import Server
from rehearsal.layout import Layout

__all__ = ["open_cloud"]


def open_cloud(layout: Layout) -> Cloud:
    """The subscription and region of one rehearsal."""
    server = Server(layout)
    pools = Pools(server, Groups(layout.state / "cloud"))
    kinds: tuple[Kind, ...] = (
        *arm.KINDS,
        *network.KINDS,
        *authorization.kinds(server),
        *clusters.kinds(pools.join, pools.leave),
        *pools.kinds(),
    )
    return Cloud(
        ledger=Ledger(layout.state / "cloud" / "azure-native"),
        faults=Faults(file(layout)),
        kinds={kind.type: kind for kind in kinds},
        invokes={**authorization.INVOKES, **clusters.invokes(server)},
        replacing=frozenset({"location", "subscriptionId"}),
    )

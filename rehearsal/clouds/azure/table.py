"""Everything of Azure that is simulated."""

from rehearsal.autoscaling.group import Groups
from rehearsal.clouds.azure import arm, authorization, clusters, network
from rehearsal.clouds.azure.agent_pools import Pools
from rehearsal.clouds.cloud import Cloud
from rehearsal.clouds.faults import Faults, file
from rehearsal.clouds.kind import Kind
from rehearsal.clouds.ledger import Ledger
from rehearsal.clouds.server import Server
from rehearsal.layout import Layout

__all__ = ["cloud_of", "open_cloud"]


def open_cloud(layout: Layout) -> Cloud:
    """The subscription and region of one rehearsal."""
    folder = layout.state / "cloud"
    return cloud_of(Ledger(folder / "azure-native"), Faults(file(layout)), Server(layout), Groups(folder))


def cloud_of(ledger: Ledger, faults: Faults, server: Server, groups: Groups) -> Cloud:
    """Azure, whose clusters this API server answers for and whose node groups are moved by an autoscaler."""
    pools = Pools(server, groups)
    resources: tuple[Kind, ...] = (
        *network.KINDS,
        *authorization.kinds(server),
        *clusters.kinds(pools.join, pools.leave),
        *pools.kinds(),
    )
    kinds = {kind.type: kind for kind in resources}
    return Cloud(
        ledger,
        faults,
        kinds={**kinds, arm.GROUP: arm.group(kinds)},
        invokes={**authorization.INVOKES, **clusters.invokes(server)},
        replacing=frozenset({"location", "subscriptionId"}),
    )

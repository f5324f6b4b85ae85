"""Everything a stack may say: one key of `Pulumi.<stack>.yaml` for each layer."""

from pydantic import Field

from config.cluster import Cluster
from config.model import Model
from config.node_pool import NodePool
from config.serving import Serving
from config.tenancy import Team
from config.training import Training


class Platform(Model):
    """One environment."""

    cluster: Cluster
    node_pools: tuple[NodePool, ...] = Field(min_length=1)
    """At least one pool."""
    teams: tuple[Team, ...] = ()
    training: Training = Training()
    serving: Serving = Serving()

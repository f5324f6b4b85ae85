"""Everything a stack may say: one key of `Pulumi.<stack>.yaml` for each layer."""

from typing import Annotated

from pydantic import AfterValidator, Field

from config.clusters import Cluster
from config.model import Model
from config.node_pool import NodePool
from config.serving import Serving
from config.tenancy import Team
from config.training import Training


def _some(pools: tuple[NodePool, ...]) -> tuple[NodePool, ...]:
    # pydantic's own `min_length` counts valid items: one mistake in the only pool would be reported as two.
    if not pools:
        raise ValueError("is empty; a platform needs at least one pool")
    return pools


class Platform(Model):
    """One environment."""

    cluster: Cluster
    node_pools: Annotated[tuple[NodePool, ...], AfterValidator(_some), Field(json_schema_extra={"minItems": 1})]
    """At least one pool."""
    teams: tuple[Team, ...] = ()
    training: Training = Training()
    serving: Serving = Serving()
    vertical_autoscaling: bool = False
    """Whether pods may have their requests set by what they use, by VerticalPodAutoscaler objects. GKE and AKS bring it along.
    Elsewhere the definition of that kind stays when the stack goes: with it would go all such objects, whoever made them."""

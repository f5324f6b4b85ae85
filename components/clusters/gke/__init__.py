"""Google Kubernetes Engine: a private, regional cluster in its Standard mode."""

from collections.abc import Mapping

import pulumi
import pulumi_kubernetes as k8s
from pulumi_gcp.provider import Provider

import config.clusters
from components.clusters.base import Cluster, Disk, Pool
from components.clusters.gke.auto_creation import autoscaling, provisioned
from components.clusters.gke.compute_class import classed, compute_class, ladder
from components.clusters.gke.control_plane import control_plane
from components.clusters.gke.encryption import Encryption
from components.clusters.gke.identity import NodeIdentity
from components.clusters.gke.kubeconfig import kubeconfig
from components.clusters.gke.network import Network, existing
from components.clusters.gke.node_pools import NodePools
from components.clusters.gke.webhooks import opened
from components.naming import MANAGED, type_token
from config.clusters.gke import auto_created, placed
from config.node_images import software
from config.node_pool import NodePool


class Gke(Cluster):
    """Network, key, node identity, control plane, node pools, and the way in."""

    vertical_autoscaling = True

    def __init__(
        self,
        name: str,
        cluster: config.clusters.Gke,
        node_pools: tuple[NodePool, ...],
        opts: pulumi.ResourceOptions | None = None,
    ):
        super().__init__(type_token("clusters", "Gke"), name, None, opts)
        google = Provider(
            f"{name}-google",
            project=cluster.project,
            region=cluster.region,
            default_labels={"managed-by": MANAGED["app.kubernetes.io/managed-by"]},
            opts=pulumi.ResourceOptions(parent=self),
        )

        def part(*after: pulumi.Resource) -> pulumi.ResourceOptions:
            return pulumi.ResourceOptions(parent=self, provider=google, depends_on=list(after))

        def component(*after: pulumi.Resource) -> pulumi.ResourceOptions:
            return pulumi.ResourceOptions(parent=self, providers=[google], depends_on=list(after))

        if cluster.network.existing:
            networks, place = [], existing(cluster.network.existing)
        else:
            network = Network(f"{name}-network", cluster.network, cluster.region, component())
            networks, place = [network], network.place
        identity = NodeIdentity(f"{name}-nodes", component())
        key = Encryption(f"{name}-encryption", cluster.region, component()).key
        scaling = autoscaling(cluster, node_pools, identity.email)
        # Nodes without a NAT gateway pull no images, on the way up and on the way down.
        self.native = native = control_plane(
            f"{name}-control-plane", cluster, place, identity.project, key, scaling, part(*networks)
        )

        webhooks = opened(f"{name}-webhooks", native, place, identity.email, part())

        self.pools: Mapping[str, Pool] = {asked.name: _described(cluster, asked) for asked in node_pools}
        beforehand = [asked for asked in node_pools if not auto_created(cluster, asked)]

        def groups(asked: NodePool, *after: pulumi.Resource) -> NodePools:
            pool, zones = self.pools[asked.name], placed(cluster, asked)
            runs = software(pool.machine, asked.image, asked.driver)
            return NodePools(f"{name}-{asked.name}", asked, pool, runs, native, zones, identity.email, component(*after))

        # GKE taints nodes for their devices only where a pool without any is there already; and nodes that come up before their
        # identity may write logs are taken for broken.
        plain = {asked.name: groups(asked, identity) for asked in beforehand if not asked.accelerator}
        made = plain | {asked.name: groups(asked, identity, *plain.values()) for asked in beforehand if asked.accelerator}

        self.kubernetes = k8s.Provider(
            f"{name}-kubernetes",
            kubeconfig=kubeconfig(name, native, cluster.endpoint.dns),
            # Without it, a kubeconfig with another address would mean another cluster: everything would be replaced.
            cluster_identifier=name,
            # What is in the cluster goes before the nodes, or its controllers could not clear up after it; and before the way to
            # its webhooks, without which nothing that they are to admit could be changed.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*made.values(), webhooks]),
        )
        in_cluster = pulumi.ResourceOptions(parent=self, provider=self.kubernetes)
        for asked in node_pools:
            pool = self.pools[asked.name]
            if auto_created(cluster, asked):
                spec = provisioned(cluster, asked, pool, identity.email)
            elif _climbs(asked):
                spec = ladder(made[asked.name].names)
            else:
                continue
            compute_class(f"{name}-{asked.name}-class", pool, spec, in_cluster)

        self.disks = {
            "block": Disk("pd.csi.storage.gke.io", {"type": "pd-balanced"}),
            "shared": Disk("filestore.csi.storage.gke.io", {"tier": "standard", "network": place.network}),
        }
        self.register_outputs({"endpoint": native.endpoint})


def _described(cluster: config.clusters.Gke, asked: NodePool) -> Pool:
    machine = asked.machine("gcp")
    pool = Pool.of(asked, machine, software(machine, asked.image, asked.driver).preinstalled)
    return classed(pool) if auto_created(cluster, asked) or _climbs(asked) else pool


def _climbs(asked: NodePool) -> bool:
    """Whether there is an order to be told."""
    return len(asked.capacity) > 1

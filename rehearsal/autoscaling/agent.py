"""Keeps Karpenter running for as long as somebody is there to move nodes, and tells it what there is to move."""

from typing import Final

from rehearsal.agents.device_manager import ready
from rehearsal.autoscaling import compute_class, definitions, ec2, machine_deployments
from rehearsal.autoscaling.group import NODE_POOL, Group, Groups, Scaler, Watched
from rehearsal.autoscaling.ladder import CONFIG_MAP, weights
from rehearsal.autoscaling.nodes import missing
from rehearsal.autoscaling.offers import Offers, offers
from rehearsal.autoscaling.pools import NODE_CLASS, NODE_CLASSES, POOLS, node_pool
from rehearsal.clouds.gcp.auto_creation import groups
from rehearsal.clouds.nodes import GROUP
from rehearsal.control_plane import servers
from rehearsal.control_plane.api import Api, Json
from rehearsal.control_plane.cache import Cache, follow
from rehearsal.control_plane.site import Site
from rehearsal.files import write_atomically
from rehearsal.processes import Child, Command, Ledger

_DEPLOYED_AS: Final[dict[str, Scaler]] = {
    "cluster-autoscaler": "cluster-autoscaler",
    "aws-cluster-autoscaler": "cluster-autoscaler",
    "karpenter": "karpenter",
}
"""`app.kubernetes.io/name` of a pod → the scaler that it is."""


class Autoscaler:
    """The autoscaler of one rehearsal."""

    def __init__(self, site: Site, ledger: Ledger, api: Api):
        self._site, self._ledger, self._api = site, ledger, api
        self._cloud = Watched(Groups(site.layout.state / "cloud"))
        self._nodes = Cache(api, "/api/v1/nodes")
        self._scalers = Cache(api, "/api/v1/pods", labelSelector=f"app.kubernetes.io/name in ({','.join(_DEPLOYED_AS)})")
        self._ladders = Cache(api, "/api/v1/configmaps", fieldSelector=f"metadata.name={CONFIG_MAP}")
        self._pools = Cache(api, POOLS)
        self._claims = Cache(api, "/apis/karpenter.sh/v1/nodeclaims")
        self._own_classes = Cache(api, NODE_CLASSES)
        self._node_classes = Cache(api, ec2.NODE_CLASSES)
        self._compute_classes = Cache(api, compute_class.COMPUTE_CLASSES)
        self._machine_deployments = Cache(api, machine_deployments.MACHINE_DEPLOYMENTS)
        self._applied: dict[str, Json] = {}
        """Name → NodePool as it was last asked for."""
        self._groups: dict[str, Group] = {}
        """All that there are or may be: the cloud's, and those that its autoscaler may make of a ComputeClass."""
        self._definitions: list[Json] = []
        self._running: tuple[Child, Command, Offers] | None = None
        """Karpenter, how it was started, and the offers that it has read."""

    async def run(self) -> None:
        """Scale the cluster until cancelled; then Karpenter is ended."""
        in_cluster = (self._nodes, self._scalers, self._ladders, self._compute_classes, self._machine_deployments)
        karpenters = (self._pools, self._claims, self._own_classes, self._node_classes)
        self._definitions = await definitions.read(self._site.programs["karpenter"])
        try:
            await follow((self._cloud, *in_cluster, *karpenters), self._reconcile)
        finally:
            await self._stop()

    async def _reconcile(self) -> None:
        self._groups = {**self._cloud.groups, **self._made()}
        await self._define()
        for path, patch in machine_deployments.resized(self._machine_deployments, self._nodes):
            await self._api.merge(path, patch)
        if self._pools.defined:
            await self._have_pools()
            for node in self._nodes:
                if NODE_POOL in node["metadata"]["labels"] and (patch := missing(node, self._groups)):
                    await self._api.merge(f"/api/v1/nodes/{node['metadata']['name']}", patch)
        if not (self._pools.defined and self._own_classes.defined and self._needed()):
            await self._stop()
            return
        for node_class in self._node_classes:
            if patch := ec2.status(node_class):
                await self._api.merge(f"{ec2.NODE_CLASSES}/{node_class['metadata']['name']}/status", patch)
        await self._start()

    def _made(self) -> dict[str, Group]:
        within = self._cloud.auto_creation
        return {group.name: group for each in self._compute_classes for group in groups(each, within)} if within else {}

    async def _define(self) -> None:
        """Karpenter's kinds are defined for groups only: a stack that deploys Karpenter defines them itself."""
        if self._groups and not self._pools.defined:
            await definitions.install(self._api, self._definitions, definitions.KARPENTER)
        if self._groups or any(self._node_classes):
            if not self._own_classes.defined:
                await definitions.install(self._api, self._definitions, definitions.KWOK)
            elif not any(self._own_classes):
                await self._api.apply(NODE_CLASSES, NODE_CLASS)

    async def _have_pools(self) -> None:
        """One NodePool for each group. One that is deleted takes its nodes along, which Karpenter drains first."""
        groups = machine_deployments.discovered(self._groups, self._machine_deployments, self._scalers)
        # AKS' own autoscaler is a Cluster Autoscaler too; where a cloud's is not, there is no such configuration.
        ladder = weights(self._ladders, [name for name, group in groups.items() if group.scaler != "karpenter"])
        ladder |= compute_class.weights(self._compute_classes)
        for name, group in groups.items():
            wanted = node_pool(group, ladder.get(name, 1))
            if self._applied.get(name) != wanted or not self._pools.get("", name):
                await self._api.apply(POOLS, wanted)
                self._applied[name] = wanted
        for pool in self._gone():
            if "deletionTimestamp" not in pool["metadata"]:
                await self._api.delete(f"{POOLS}/{pool['metadata']['name']}")
                self._applied.pop(pool["metadata"]["name"], None)

    def _gone(self) -> list[Json]:
        """The NodePools of groups that are no more."""
        ours = [pool for pool in self._pools if GROUP in pool["metadata"].get("labels", {})]
        return [pool for pool in ours if pool["metadata"]["name"] not in self._groups]

    def _needed(self) -> bool:
        """Whether there is a scaler at work, or something of a group that is no more."""
        at_work: set[Scaler] = {"cloud"}
        at_work |= {_DEPLOYED_AS[pod["metadata"]["labels"]["app.kubernetes.io/name"]] for pod in self._scalers if ready(pod)}
        leaving = [
            claim
            for claim in self._claims
            if claim["spec"]["nodeClassRef"]["kind"] == NODE_CLASS["kind"] and "deletionTimestamp" in claim["metadata"]
        ]
        moved: set[Scaler] = {group.scaler for group in self._groups.values()}
        if any(self._node_classes):
            moved.add("karpenter")
        return bool(moved & at_work or self._gone() or leaving)

    async def _start(self) -> None:
        """Have Karpenter running with the offers of now; it reads them but once."""
        cloud, classes = self._cloud, list(self._node_classes)
        file = self._site.layout.state / "instance-types.json"
        on_offer = offers(self._groups.values(), classes, self._pools, self._nodes, cloud.sold_out)
        command = servers.karpenter(self._site, file, ec2=self._node_classes.defined)
        if self._running and self._running[1:] == (command, on_offer):
            return
        await self._stop()
        write_atomically(file, on_offer.text())
        child = Child(command, self._ledger)
        self._running = child, command, on_offer
        child.start()

    async def _stop(self) -> None:
        if self._running:
            child, *_ = self._running
            self._running = None
            await child.stop()

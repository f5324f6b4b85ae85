"""The layers, in order: each knows those before it and nothing after."""

import pulumi

from components import accelerators, autoscaling, clusters, serving, storage, tenancy, training
from config.platform import Platform


def build(platform: Platform) -> None:
    """Registers everything the stack file asks for, and exports where it can be found."""
    cluster = clusters.create("cluster", platform)

    def after(*layers: pulumi.Resource) -> pulumi.ResourceOptions:
        """In the cluster, once these layers are there whole; needed only where no value passes from one to the other."""
        return pulumi.ResourceOptions(providers=[cluster.kubernetes], depends_on=list(layers))

    # A pod that asks for a GPU is refused by no one and placed nowhere until a device plugin runs.
    devices = accelerators.create(cluster.pools, after(cluster))
    disks = storage.Storage("storage", cluster.disks, after())

    if platform.vertical_autoscaling and not cluster.vertical_autoscaling:
        autoscaling.VerticalAutoscaler("vertical", after(cluster))

    roles = tenancy.Roles("roles", after())
    teams = {
        team.name: tenancy.Team(team.name, team, roles.engineer, disks.classes["shared"], after()) for team in platform.teams
    }
    namespaces = {name: team.namespace for name, team in teams.items()}

    kueue = training.Kueue("kueue", after(cluster))
    queues = training.Queues(
        "queues", cluster.pools, {team.name: team.quota for team in platform.teams}, namespaces, after(kueue)
    )
    for job in platform.training.jobs:
        pool = cluster.pool_with(job.accelerator)
        needed = after(*devices, queues.local[job.team], teams[job.team])
        training.DistributedJob(job.name, job, namespaces[job.team], pool, needed)

    for model in platform.serving.models:
        pool = cluster.pool_with(model.accelerator)
        engine = serving.ENGINES[model.engine]
        clients = {client: namespaces[client] for client in model.clients}
        needed = after(*devices, kueue, teams[model.team])
        serving.ModelServer(model.name, model, engine, namespaces[model.team], clients, pool, needed)

    pulumi.export("pools", {pool.name: pool.machine.name for pool in cluster.pools.values()})
    pulumi.export("teams", namespaces)
    pulumi.export("jobs", {job.name: job.team for job in platform.training.jobs})
    pulumi.export("models", {model.name: model.team for model in platform.serving.models})

"""The page at the end of `make up`: what there is now, read from the cluster itself."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from kubernetes.utils.quantity import parse_quantity  # pyright: ignore[reportUnknownVariableType]: its types are in comments
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table

from config.catalog import RESOURCES
from rehearsal.control_plane.api import Api
from rehearsal.layout import Layout
from rehearsal.phases import Phases

Object = dict[str, Any]

_DEVICES = [f"requests.{resource}" for resource in RESOURCES.values()]
_POOL = "ml-platform.dev/pool"
_MACHINE = "node.kubernetes.io/instance-type"
_MANAGED = "app.kubernetes.io/managed-by=ml-platform"


def show(console: Console, layout: Layout, phases: Phases) -> None:
    """Print the page."""
    console.print(asyncio.run(_page(layout)))
    console.print(_next(layout))
    if phases.seconds:
        console.print(f"[bold]Time[/]  {phases}", highlight=False)


def _next(layout: Layout) -> str:
    here = layout.state.relative_to(layout.checkout)
    return (
        f"[bold]Next[/]  source {here}/env      then plain `kubectl` and `pulumi` mean this cluster ({here}/kubeconfig)\n"
        "      kubectl get workloads,jobs,pods -A\n"
        "      pulumi preview --refresh      what has changed behind Pulumi's back\n"
        "      make status, make destroy, make down"
    )


async def _page(layout: Layout) -> RenderableType:
    api = await Api.connect(layout.kubeconfig)
    try:
        nodes, quotas, jobs, deployments, definitions = await asyncio.gather(
            _items(api, "/api/v1/nodes", ""),
            _items(api, "/api/v1/resourcequotas"),
            _items(api, "/apis/batch/v1/jobs"),
            _items(api, "/apis/apps/v1/deployments", f"{_MANAGED},app.kubernetes.io/component=model-server"),
            _items(api, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", "helm.sh/chart"),
        )
    finally:
        await api.close()
    return Group(
        _table("Nodes", ("pool", "machine", "ready", "devices"), _pools(nodes)),
        _table("Teams: used / quota", ("team", "CPU", "memory", "GPUs", "pods", "GPUs left"), map(_team, _of_teams(quotas))),
        _table("Training", ("job", "team", "result", "workers", "took"), map(_job, jobs)),
        _table("Serving", ("model", "team", "replicas ready", "address"), map(_server, deployments)),
        _table("Custom resources", ("API", "kinds", "checked as defined by"), _definitions(definitions)),
    )


async def _items(api: Api, path: str, selector: str = _MANAGED) -> list[Object]:
    return (await api.get(path, labelSelector=selector))["items"]


def _table(title: str, columns: Iterable[str], rows: Iterable[tuple[str, ...]]) -> RenderableType:
    table = Table(*columns, title=title, title_justify="left", title_style="bold", show_edge=False, pad_edge=False, box=None)
    for row in rows:
        table.add_row(*row)
    return Padding(table, (0, 0, 1, 0))


def _pools(nodes: list[Object]) -> Iterable[tuple[str, ...]]:
    """Nodes of one pool and machine together; on a cluster that is not ours, those of one machine."""
    pools: dict[tuple[str, str], list[Object]] = {}
    for node in nodes:
        labels = node["metadata"]["labels"]
        pools.setdefault((labels.get(_POOL, ""), labels.get(_MACHINE, "")), []).append(node)
    for (pool, machine), members in sorted(pools.items()):
        ready = sum(_condition(node, "Ready") for node in members)
        devices = sum(int(node["status"].get("allocatable", {}).get(name, 0)) for node in members for name in RESOURCES.values())
        yield pool, machine, f"{ready} of {len(members)}", str(devices)


def _of_teams(quotas: list[Object]) -> list[Object]:
    return [quota for quota in quotas if quota["metadata"]["name"] == "team"]


def _team(quota: Object) -> tuple[str, ...]:
    hard: Mapping[str, str] = quota["status"].get("hard", {})
    used: Mapping[str, str] = quota["status"].get("used", {})
    cpu, memory, pods = (f"{used.get(key, '?')} / {hard.get(key, '?')}" for key in ("requests.cpu", "requests.memory", "pods"))
    taken, owned = _devices(used), _devices(hard)
    return quota["metadata"]["namespace"], cpu, memory, f"{taken} / {owned}", pods, str(owned - taken)


def _devices(quantities: Mapping[str, str]) -> Decimal:
    """Of all vendors together."""
    return sum((parse_quantity(quantities.get(key, "0")) for key in _DEVICES), Decimal(0))


def _job(job: Object) -> tuple[str, ...]:
    status = job["status"]
    result = next((kind for kind in ("Complete", "Failed", "Suspended") if _condition(job, kind)), "Running")
    workers = f"{status.get('succeeded', 0)} of {job['spec']['completions']} succeeded"
    return job["metadata"]["name"], job["metadata"]["namespace"], result, workers, _took(status)


def _took(status: Object) -> str:
    if not (status.get("startTime") and status.get("completionTime")):
        return ""
    begin, end = (datetime.fromisoformat(status[key]) for key in ("startTime", "completionTime"))
    return f"{(end - begin).seconds} s"


def _server(deployment: Object) -> tuple[str, ...]:
    metadata, status = deployment["metadata"], deployment["status"]
    ready = f"{status.get('readyReplicas', 0)} of {deployment['spec']['replicas']}"
    return metadata["name"], metadata["namespace"], ready, f"http://{metadata['name']}.{metadata['namespace']}.svc"


def _definitions(definitions: list[Object]) -> Iterable[tuple[str, ...]]:
    origins = Counter((item["spec"]["group"], item["metadata"]["labels"]["helm.sh/chart"]) for item in definitions)
    for (group, chart), kinds in origins.items():
        yield group, str(kinds), f"the chart {chart}"


def _condition(item: Object, kind: str) -> bool:
    return any(condition["type"] == kind and condition["status"] == "True" for condition in item["status"].get("conditions", []))

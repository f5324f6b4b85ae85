"""What must hold between the parts of a configuration. Each part by itself has been checked by its model."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from config.asks import asks
from config.model import amount
from config.platform import Platform


@dataclass(frozen=True)
class Problem:
    """One mistake: where, what is wrong, and what to write instead."""

    path: tuple[str | int, ...]
    message: str


Rule = Callable[[Platform], Iterable[Problem]]


class _Named(Protocol):
    @property
    def name(self) -> str: ...


def _twice(path: tuple[str, ...], items: Sequence[_Named]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, item in enumerate(items):
        if item.name in seen:
            yield Problem((*path, index, "name"), f"{item.name!r} is given twice; names must differ")
        seen.add(item.name)


def names_differ(platform: Platform) -> Iterator[Problem]:
    """Names become the names of Kubernetes objects."""
    yield from _twice(("nodePools",), platform.node_pools)
    yield from _twice(("teams",), platform.teams)
    yield from _twice(("training", "jobs"), platform.training.jobs)
    yield from _twice(("serving", "models"), platform.serving.models)


def services_differ(platform: Platform) -> Iterator[Problem]:
    """A job and a model server of one team and one name would be one Service."""
    jobs = {(job.team, job.name) for job in platform.training.jobs}
    for index, model in enumerate(platform.serving.models):
        if (model.team, model.name) in jobs:
            path = ("serving", "models", index, "name")
            yield Problem(path, f"team {model.team!r} has a job {model.name!r} too; write another name")


def namespaces_are_free(platform: Platform) -> Iterator[Problem]:
    """A team is a namespace: not one of Kubernetes' own, nor of an add-on, which all end in `-system`."""
    for index, team in enumerate(platform.teams):
        if team.name == "default" or team.name.startswith("kube-") or team.name.endswith("-system"):
            yield Problem(("teams", index, "name"), f"the namespace {team.name!r} is not free; write another name")


def teams_exist(platform: Platform) -> Iterator[Problem]:
    """Jobs, models and clients belong to a team."""
    teams = [team.name for team in platform.teams]
    known = f"the teams are {', '.join(teams)}" if teams else "there are no teams"
    named = [
        *(((*ask.path, "team"), ask.team) for ask in asks(platform)),
        *(
            (("serving", "models", index, "clients", position), client)
            for index, model in enumerate(platform.serving.models)
            for position, client in enumerate(model.clients)
        ),
    ]
    for path, team in named:
        if team not in teams:
            yield Problem(path, f"there is no team {team!r}; {known}")


def _held(platform: Platform) -> Counter[str]:
    """Accelerator → devices of all pools at their largest."""
    held = Counter[str]()
    for pool in platform.node_pools:
        if pool.accelerator:
            held[pool.accelerator.type] += pool.accelerator.count * pool.size.max
    return held


def devices_exist(platform: Platform) -> Iterator[Problem]:
    """Whoever asks for an accelerator needs a pool whose nodes have it."""
    held = _held(platform)
    known = f"the pools have {', '.join(held)}" if held else "no pool has any"
    named = [
        *(((*ask.path, "accelerator"), ask.accelerator) for ask in asks(platform)),
        *(
            (("teams", index, "quota", field, accelerator), accelerator)
            for index, team in enumerate(platform.teams)
            for field, devices in (("gpus", team.quota.gpus), ("borrow", team.quota.borrow))
            for accelerator in devices
        ),
    ]
    for path, accelerator in named:
        if accelerator not in held:
            yield Problem(path, f"no pool has {accelerator!r} devices; {known}")


def pods_fit_a_node(platform: Platform) -> Iterator[Problem]:
    """A pod that is larger than every node would wait for ever."""
    for ask in asks(platform):
        pools = [pool for pool in platform.node_pools if pool.accelerator and pool.accelerator.type == ask.accelerator]
        machines = [pool.machine() for pool in pools]
        if not machines:
            continue  # devices_exist says so
        gpus, cpu, memory = (max(getattr(machine, field) for machine in machines) for field in ("count", "cpu", "memory_gib"))
        for stated, largest in ((ask.gpus, f"{gpus}"), (ask.cpu, f"{cpu}"), (ask.memory, f"{memory}Gi")):
            if stated.amount > amount(largest):
                path = (*ask.path, *stated.place)
                yield Problem(path, f"{stated.value} is more than a node with {ask.accelerator} has; write at most {largest}")


def quotas_fit(platform: Platform) -> Iterator[Problem]:
    """What teams own together, the pools can hold; what one may borrow, another owns."""
    held = _held(platform)
    owned = Counter[str]()
    for team in platform.teams:
        owned.update(team.quota.gpus)
    for accelerator, total in owned.items():
        if 0 < held[accelerator] < total:
            yield Problem(
                ("teams",),
                f"together the teams own {total} {accelerator} devices and the pools hold {held[accelerator]}; "
                f"lower a quota.gpus.{accelerator} or raise the pool's size.max",
            )
    for index, team in enumerate(platform.teams):
        for accelerator, count in team.quota.borrow.items():
            others = owned[accelerator] - team.quota.gpus.get(accelerator, 0)
            if count > others:
                yield Problem(
                    ("teams", index, "quota", "borrow", accelerator),
                    f"{count} is more than the other teams own; write at most {others}",
                )


def asks_fit_their_team(platform: Platform) -> Iterator[Problem]:
    """What no quota will ever admit would wait for ever."""
    quotas = {team.name: team.quota for team in platform.teams}
    held = _held(platform)
    for ask in asks(platform):
        # A team or an accelerator that is not there has been reported as such.
        if (quota := quotas.get(ask.team)) and ask.accelerator in held:
            devices = str(quota.ceiling(ask.accelerator))
            for stated, what, most in (
                (ask.gpus, f"{ask.accelerator} devices", devices),
                (ask.cpu, "CPUs", quota.requests.cpu),
                (ask.memory, "memory", quota.requests.memory),
            ):
                if ask.copies.value * stated.amount > amount(most):
                    yield Problem(
                        (*ask.path, *ask.copies.place),
                        f"{ask.copies.value} × {stated.value} {what} is more than the {most} that team {ask.team!r} may hold; "
                        f"lower {'.'.join(ask.copies.place)} or raise the team's quota",
                    )


RULES: Final[tuple[Rule, ...]] = (
    names_differ,
    services_differ,
    namespaces_are_free,
    teams_exist,
    devices_exist,
    pods_fit_a_node,
    quotas_fit,
    asks_fit_their_team,
)


def problems(platform: Platform) -> list[Problem]:
    """Every mistake, in the order of the rules."""
    return [problem for rule in RULES for problem in rule(platform)]

"""What must hold between the parts of a configuration. Each part by itself has been checked by its model."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

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


def teams_exist(platform: Platform) -> Iterator[Problem]:
    """Jobs and models belong to a team."""
    teams = [team.name for team in platform.teams]
    known = f"the teams are {', '.join(teams)}" if teams else "there are no teams"
    named = [
        *((("training", "jobs", index, "team"), job.team) for index, job in enumerate(platform.training.jobs)),
        *((("serving", "models", index, "team"), model.team) for index, model in enumerate(platform.serving.models)),
        *(
            (("serving", "models", index, "clients", position), client)
            for index, model in enumerate(platform.serving.models)
            for position, client in enumerate(model.clients)
        ),
    ]
    for path, team in named:
        if team not in teams:
            yield Problem(path, f"there is no team {team!r}; {known}")


def devices_exist(platform: Platform) -> Iterator[Problem]:
    """Whoever asks for an accelerator needs a pool whose nodes have it, and enough of it on one node."""
    per_node = {pool.accelerator.type: pool.accelerator.count for pool in platform.node_pools if pool.accelerator}
    known = f"the pools have {', '.join(per_node)}" if per_node else "no pool has any"
    asked = [
        *(
            (("training", "jobs", index), job.accelerator, "gpusPerWorker", job.gpus_per_worker)
            for index, job in enumerate(platform.training.jobs)
        ),
        *(
            (("serving", "models", index), model.accelerator, "gpus", model.gpus)
            for index, model in enumerate(platform.serving.models)
        ),
        *(
            (("teams", index, "quota", field, accelerator), accelerator, "", 0)
            for index, team in enumerate(platform.teams)
            for field, devices in (("gpus", team.quota.gpus), ("borrow", team.quota.borrow))
            for accelerator in devices
        ),
    ]
    for path, accelerator, field, count in asked:
        if accelerator not in per_node:
            yield Problem((*path, "accelerator") if field else path, f"no pool has {accelerator!r} devices; {known}")
        elif count > per_node[accelerator]:
            yield Problem(
                (*path, field), f"{count} is more than a node has; nodes with {accelerator} have {per_node[accelerator]}"
            )


def quotas_fit(platform: Platform) -> Iterator[Problem]:
    """What teams own together, the pools can hold; what one may borrow, another owns."""
    held = Counter[str]()
    for pool in platform.node_pools:
        if pool.accelerator:
            held[pool.accelerator.type] += pool.accelerator.count * pool.size.max
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


def jobs_fit_their_team(platform: Platform) -> Iterator[Problem]:
    """A job that no quota will ever admit would wait for ever."""
    quotas = {team.name: team.quota for team in platform.teams}
    for index, job in enumerate(platform.training.jobs):
        if quota := quotas.get(job.team):
            wanted, ceiling = job.workers * job.gpus_per_worker, quota.ceiling(job.accelerator)
            if wanted > ceiling:
                yield Problem(
                    ("training", "jobs", index, "workers"),
                    f"{job.workers} × {job.gpus_per_worker} is {wanted} {job.accelerator} devices and team {job.team!r} "
                    f"may hold {ceiling}; lower workers or raise the team's quota",
                )


RULES: Final[tuple[Rule, ...]] = (names_differ, teams_exist, devices_exist, quotas_fit, jobs_fit_their_team)


def problems(platform: Platform) -> list[Problem]:
    """Every mistake, in the order of the rules."""
    return [problem for rule in RULES for problem in rule(platform)]

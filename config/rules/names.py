"""Names: what they must be, and that what they refer to is there."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from config.asks import asks
from config.platform import Platform
from config.rules.problem import Problem


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

"""Quotas: that teams own what is there, and ask for no more than they own."""

from collections import Counter
from collections.abc import Iterator

from config.asks import asks
from config.model import amount
from config.platform import Platform
from config.rules.devices import held
from config.rules.problem import Problem


def quotas_fit(platform: Platform) -> Iterator[Problem]:
    """What teams own together, the pools can hold; what one may borrow, another owns."""
    there = held(platform)
    owned = Counter[str]()
    for team in platform.teams:
        owned.update(team.quota.gpus)
    for accelerator, total in owned.items():
        if 0 < there[accelerator] < total:
            yield Problem(
                ("teams",),
                f"together the teams own {total} {accelerator} devices and the pools hold {there[accelerator]}; "
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
    there = held(platform)
    for ask in asks(platform):
        # A team or an accelerator that is not there has been reported as such.
        if (quota := quotas.get(ask.team)) and ask.accelerator in there:
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

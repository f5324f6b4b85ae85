"""What a cloud's answers mean for a stack: the same for every cloud."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from config.capacity import Kind
from config.catalog import Machine
from config.node_pool import NodePool
from config.quotas import Quota, quotas
from preflight.cloud import Cloud, NotLoggedInError, UnaskedError
from preflight.finding import Finding


def findings(connect: Callable[[], Cloud], pools: Iterable[NodePool], accounts: Collection[str]) -> Iterator[Finding]:
    """On a cloud; `accounts` are those that the stack names, if it names any."""
    try:
        cloud = connect()
        yield _caller(cloud, accounts)
        machines = [(pool, pool.machine(cloud.name)) for pool in pools]
        for pool, machine in machines:
            yield _offer(cloud, pool, machine)
        yield from _quotas(cloud, machines)
    except NotLoggedInError as nobody:
        yield Finding("credentials", "problem", str(nobody), nobody.advice)
    except UnaskedError as silent:
        yield _unasked("credentials", silent)


def _caller(cloud: Cloud, accounts: Collection[str]) -> Finding:
    try:
        caller = cloud.caller()
    except UnaskedError as silent:
        return _unasked("credentials", silent)
    detail = f"you are {caller.name}, in {caller.account}"
    if accounts and caller.account not in accounts:
        wanted = " or ".join(sorted(accounts))
        return Finding("credentials", "problem", f"{detail}; this stack is for {wanted}", f"log in to {wanted}")
    return Finding("credentials", "ok", detail)


def _offer(cloud: Cloud, pool: NodePool, machine: Machine) -> Finding:
    subject = f"machines of pool {pool.name}"
    try:
        offered = cloud.offered(machine)
    except UnaskedError as silent:
        return _unasked(subject, silent)
    there = ", ".join(sorted(offered))
    if not offered:
        return Finding(
            subject,
            "problem",
            f"{cloud.region} has no {machine.name} for this account",
            "write another region, machine or accelerator",
        )
    if missing := [zone for zone in cloud.zones(pool) if zone not in offered]:
        return Finding(
            subject, "problem", f"{', '.join(missing)} has no {machine.name}; it is in {there}", f"write zones: [{there}]"
        )
    return Finding(subject, "ok", f"{machine.name} is in {there}")


@dataclass
class _Need:
    """What all pools together may take of one quota."""

    amount: int = 0
    by: list[str] = field(default_factory=list[str])


def _quotas(cloud: Cloud, pools: list[tuple[NodePool, Machine]]) -> Iterator[Finding]:
    """Each rung must hold all of its pool: that is what it is asked for once the rungs before it have no machines."""
    needs: dict[Quota, _Need] = {}
    for pool, machine in pools:
        kinds: dict[Kind, None] = {rung.kind: None for rung in pool.capacity}  # a set would be in another order each time
        for kind in kinds:
            counted = quotas(machine, kind)
            if not counted and kind != "reserved":
                detail = f"which quota {kind} {machine.name} machines count against is not known"
                yield Finding(f"quota of pool {pool.name}", "could not be asked", detail, "ask for one such machine by hand")
            for quota in counted:
                need = needs.setdefault(quota, _Need())
                need.amount += pool.size.max * quota.taken(machine)
                need.by.append(f"{pool.size.max} × {machine.name}")
    if not needs:
        return
    ours: Mapping[tuple[Machine, Kind], int] = {}
    try:
        ours = cloud.running()
    except UnaskedError as silent:
        yield _unasked("nodes that the cluster has already", silent)
    for quota, need in needs.items():
        yield _quota(cloud, quota, need, ours)


def _quota(cloud: Cloud, quota: Quota, need: _Need, ours: Mapping[tuple[Machine, Kind], int]) -> Finding:
    family = f" ({quota.dimension})" if quota.dimension else ""
    code = f", {quota.code}" if quota.code != quota.name else ""
    subject = f"quota {quota.name}{family}{code}"
    try:
        limit, used = cloud.limit(quota), cloud.used(quota)
    except UnaskedError as silent:
        return _unasked(subject, silent)
    own = sum(count * quota.taken(machine) for (machine, kind), count in ours.items() if quota in quotas(machine, kind))
    others = max(0, (used or 0) - own)
    unit = {"vcpu": "vCPUs", "accelerator": "accelerators"}[quota.unit]
    in_use = "how much others use is not told" if used is None else f"{others} in use by others"
    detail = f"{need.amount} {unit} at most ({', '.join(need.by)}); the limit is {limit}, {in_use}"
    if need.amount + others > limit:
        return Finding(subject, "problem", detail, cloud.ask(quota, need.amount + others))
    return Finding(subject, "ok", detail)


def _unasked(subject: str, silent: UnaskedError) -> Finding:
    return Finding(subject, "could not be asked", str(silent), silent.advice)

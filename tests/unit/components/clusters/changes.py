"""What the engine would do about a change, as a simulated cloud's provider tells it."""

from collections.abc import Mapping

from rehearsal.clouds.cloud import Cloud
from rehearsal.plugins.diff import detailed, replaces
from tests.unit.plan import Plan, Planned


def steps(cloud: Cloud, package: str, before: Plan, after: Plan) -> dict[str, str]:
    """Resource → `create`, `update`, `replace` or `delete`; of those in the cloud, without `cluster-` before their names."""
    old, new = (_in_the_cloud(package, plan) for plan in (before, after))
    found = dict.fromkeys(new.keys() - old.keys(), "create") | dict.fromkeys(old.keys() - new.keys(), "delete")
    for name in old.keys() & new.keys():
        frozen = [*cloud.kind(new[name].type).patterns, *(tuple(path.split(".")) for path in new[name].replace_on_changes)]
        if differences := detailed(dict(old[name].inputs), dict(new[name].inputs), frozen, new[name].ignore_changes):
            found[name] = "replace" if replaces(differences) else "update"
    return found


def _in_the_cloud(package: str, plan: Plan) -> Mapping[str, Planned]:
    return {each.name.removeprefix("cluster-"): each for each in plan if each.type.startswith(f"{package}:")}

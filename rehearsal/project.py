"""The project that the engine is run in: this one or, for a stack that is meant for a real cluster, a copy that is not."""

from pathlib import Path
from typing import Any

import yaml

from config import load
from rehearsal.files import write_atomically
from rehearsal.layout import Layout


def folder(layout: Layout) -> Path:
    """Where `pulumi` is to be run, with the stack's file in it.

    A simulated stack is what it is, and runs in place, as does a program without configuration. Of any other the rehearsal has
    a copy of its own, in which

    - an existing cluster is the rehearsal's own, whatever the file says: nothing of a rehearsal ever reaches a real one;
    - values that only the real stack's key opens are left out;
    - Pulumi may write what belongs to the rehearsal's state, such as its salt.
    """
    source = load.stack_file(layout.stack, layout.checkout)
    if not source.exists():
        return layout.checkout
    stack: dict[str, Any] = yaml.safe_load(source.read_text())
    cluster: dict[str, Any] = stack["config"][f"{load.NAMESPACE}:cluster"]
    if cluster["kind"] == "simulated":
        return layout.checkout
    if cluster["kind"] == "existing":
        cluster["kubeconfig"] = str(layout.kubeconfig)
        cluster.pop("context", None)
    config = {name: value for name, value in stack["config"].items() if not _encrypted(value)}
    copy = layout.state / "project"
    project: dict[str, Any] = yaml.safe_load((layout.checkout / "Pulumi.yaml").read_text())
    project["main"] = str(layout.checkout)
    project["runtime"]["options"]["virtualenv"] = str(layout.checkout / project["runtime"]["options"]["virtualenv"])
    write_atomically(copy / "Pulumi.yaml", yaml.safe_dump(project, sort_keys=False))
    file = copy / f"Pulumi.{layout.stack}.yaml"
    salt = yaml.safe_load(file.read_text()).get("encryptionsalt") if file.exists() else None
    write_atomically(file, yaml.safe_dump({"config": config, **({"encryptionsalt": salt} if salt else {})}, sort_keys=False))
    return copy


def unprotect(layout: Layout) -> None:
    """Say in the copy of a stack's file that its cluster may be deleted; the next command makes the copy anew."""
    file = layout.state / "project" / f"Pulumi.{layout.stack}.yaml"
    stack: dict[str, Any] = yaml.safe_load(file.read_text())
    stack["config"][f"{load.NAMESPACE}:cluster"]["deletionProtection"] = False
    write_atomically(file, yaml.safe_dump(stack, sort_keys=False))


def _encrypted(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"secure"}  # pyright: ignore[reportUnknownMemberType]: any YAML

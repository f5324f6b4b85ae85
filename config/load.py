"""From a stack file to a `Platform`, or to one message for each mistake in it. The only reader of Pulumi's configuration."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import pulumi
import yaml
from pydantic import ValidationError

from config import messages, rules
from config.platform import Platform
from config.rules import Problem

NAMESPACE: Final = "ml-platform"
PROJECT: Final = Path(__file__).resolve().parent.parent

_SECRETS: Final = frozenset({"kubeconfig"})
"""Keys whose values are Pulumi secrets (`pulumi config set --secret`): no model ever holds one."""


class ConfigError(Exception):
    """A configuration that can't be built; its text is meant for the person who wrote it."""

    def __init__(self, file: Path, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{messages.place(file, NAMESPACE, p.path)}: {p.message}" for p in self.problems))


_FOLDERS: Final = (Path(), Path("examples/stacks"))
"""Where stack files are, relative to the project."""


def stack_file(stack: str, project: Path | None = None) -> Path:
    """Where the configuration of `stack` is written: beside the program or, if it is not there, among the examples.

    `project` is another folder that is laid out as this project is.
    """
    files = [(project or PROJECT) / folder / f"Pulumi.{stack}.yaml" for folder in _FOLDERS]
    return next((file for file in files if file.exists()), files[0])


def stacks() -> list[str]:
    """The names of all stacks that have a file."""
    return sorted(path.name.split(".")[1] for folder in _FOLDERS for path in (PROJECT / folder).glob("Pulumi.*.yaml"))


def read(stack: str) -> Platform:
    """The configuration of a stack whose program does not run: read from its file.

    Raises ConfigError, also for a file that is missing or is not YAML.
    """
    file = stack_file(stack)
    try:
        content: Any = yaml.safe_load(file.read_text())
    except FileNotFoundError:
        raise ConfigError(file, [Problem((), f"there is no such file; the stacks are {', '.join(stacks())}")]) from None
    except yaml.YAMLError as error:
        raise ConfigError(file, [Problem((), f"not YAML: {error}")]) from None
    try:
        values = dict[str, Any](content["config"])
    except (TypeError, KeyError, ValueError):
        raise ConfigError(file, [Problem((), "has no values below 'config:'")]) from None
    return parse(values, file)


def platform() -> Platform:
    """The configuration of the running program's stack.

    Raises pulumi.RunError, which Pulumi prints without a traceback.
    """
    values = pulumi.runtime.config.CONFIG.get()
    try:
        return parse(values, stack_file(pulumi.get_stack()))
    except ConfigError as error:
        raise pulumi.RunError(str(error)) from None


def secret(name: str) -> pulumi.Output[str] | None:
    """The secret of this name that the running program's stack has, or None."""
    return pulumi.Config(NAMESPACE).get_secret(name)


def secrets(stack: str) -> frozenset[str]:
    """Names of our secrets that the file of a stack holds, for those who can't decrypt them. The file has been read before."""
    content: Any = yaml.safe_load(stack_file(stack).read_text())
    return frozenset(name for name in _SECRETS if f"{NAMESPACE}:{name}" in content["config"])


def parse(values: Mapping[str, Any], file: Path) -> Platform:
    """Check the values whose keys begin with `ml-platform:`; text is read as JSON, as Pulumi hands over structured values.

    Raises ConfigError with every mistake of shape or, if there is none, with every one between the parts.
    """
    named = {key.partition(":")[2]: value for key, value in values.items() if key.startswith(f"{NAMESPACE}:")}
    ours = {key: _structured(value) for key, value in named.items() if key not in _SECRETS}
    try:
        found = Platform.model_validate(ours)
    except ValidationError as invalid:
        raise ConfigError(file, map(messages.problem, invalid.errors(include_url=False))) from None
    if mistakes := rules.problems(found):
        raise ConfigError(file, mistakes)
    return found


def _structured(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:  # not JSON, or a number of more digits than Python reads
        return value

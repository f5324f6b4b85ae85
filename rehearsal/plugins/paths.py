"""Property paths as Pulumi writes them: `spec.containers[0].image`, `metadata.labels["app.kubernetes.io/name"]`."""

import re
from collections.abc import Sequence

Path = tuple[str | int, ...]

_STEP = re.compile(
    r"""\[ " (?P<quoted> (?: [^"\\] | \\. )* ) " \] | \[ (?P<index> \d+ | \* ) \] | (?P<name> [^.\[\]]+ )""", re.VERBOSE
)


def render(path: Sequence[str | int]) -> str:
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif re.search(r'[."\[\]]', step):
            quoted = step.replace('"', '\\"')
            text += f'["{quoted}"]'
        else:
            text += f".{step}" if text else step
    return text


def parse(text: str) -> Path:
    """The steps of a path; `*` stands for any key or index."""
    steps: list[str | int] = []
    for match in _STEP.finditer(text):
        if (quoted := match["quoted"]) is not None:
            steps.append(re.sub(r"\\(.)", r"\1", quoted))
        elif (index := match["index"]) is not None:
            steps.append(index if index == "*" else int(index))
        else:
            steps.append(match["name"])
    return tuple(steps)


def contains(outer: Path, inner: Path) -> bool:
    """Whether `inner` is at or below `outer`."""
    return len(outer) <= len(inner) and all(wanted in ("*", step) for wanted, step in zip(outer, inner, strict=False))

"""Which Kubernetes a stack may ask for."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from config.versions import KUBERNETES


def _as_text(value: Any) -> Any:
    """YAML reads `version: 1.35` as a number."""
    return str(value) if isinstance(value, float) else value


def _supported(version: str) -> str:
    if version not in KUBERNETES:
        raise ValueError(f"{version!r} is not a Kubernetes that this platform is made for; write {_listed()}")
    return version


def _listed() -> str:
    *others, last = KUBERNETES
    return f"{', '.join(others)} or {last}"


KubernetesVersion = Annotated[str, BeforeValidator(_as_text, json_schema_input_type=str | float), AfterValidator(_supported)]
"""A minor version of Kubernetes, e.g. `1.35`."""

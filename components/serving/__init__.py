"""How a model gets an address and replicas: one engine a file, and the list of them."""

from collections.abc import Mapping
from typing import Final

from components.serving.base import Engine
from components.serving.server import ModelServer
from components.serving.vllm import vllm

__all__ = ["ENGINES", "ModelServer"]

ENGINES: Final[Mapping[str, Engine]] = {"vllm": vllm}
"""`engine` in the stack file → how to start it."""

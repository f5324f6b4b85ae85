"""Messages for the user, through the engine."""

from contextlib import suppress
from typing import Any

import grpc
from pulumi.runtime.proto import engine_pb2 as engine
from pulumi.runtime.proto.engine_pb2_grpc import EngineStub

from rehearsal.plugins.serving import ENGINE_OPTIONS


class Engine:
    """The engine that started this plugin."""

    def __init__(self, address: str):
        self._stub: Any = EngineStub(grpc.insecure_channel(address, options=ENGINE_OPTIONS))

    def warn(self, urn: str, message: str) -> None:
        """Shown among the diagnostics at the end."""
        self._log(engine.WARNING, urn, message)

    def inform(self, urn: str, message: str) -> None:
        """Shown among the diagnostics at the end, not as a problem."""
        self._log(engine.INFO, urn, message)

    def status(self, urn: str, message: str, problem: bool = False) -> None:
        """Shown beside the resource while it is worked on; an empty message clears it."""
        self._log(engine.WARNING if problem else engine.INFO, urn, message, ephemeral=True)

    def _log(self, severity: engine.LogSeverity.ValueType, urn: str, message: str, ephemeral: bool = False) -> None:
        with suppress(grpc.RpcError):  # the engine may be going; the operation's own result is what counts
            self._stub.Log(engine.LogRequest(severity=severity, urn=urn, message=message, ephemeral=ephemeral))

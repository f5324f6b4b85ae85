"""What a program would ask of the engine, found without one: under Pulumi's mocks, with all that their arguments leave out."""

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

from pulumi.runtime import mocks
from pulumi.runtime.proto.resource_pb2 import RegisterResourceRequest, RegisterResourceResponse

from rehearsal import answers


def requests(program: Callable[[], object]) -> dict[str, RegisterResourceRequest]:
    """URN → how it was registered, in the order of registration; the stack itself is not among them.

    Raises ValueError for a URN that is registered twice, which mocks let pass and the engine does not, and LookupError if the
    program looks something up that `answers` does not know.
    """
    monitor = _Monitor()

    def run() -> None:
        mocks.set_mocks(_Echo(), project="ml-platform", monitor=monitor)
        mocks.test(program)()  # pyright: ignore[reportUnknownMemberType]: Pulumi's mocks have no types

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)  # Pulumi takes the thread's, which whoever called `asyncio.run` has left without one
    try:
        # Pulumi keeps the stack, and whatever a program hangs on it, in the context: the next program has one of its own.
        copy_context().run(run)
    finally:
        asyncio.set_event_loop(None)
        loop.close()
    return monitor.requests


class _Echo(mocks.Mocks):
    """Outputs are the inputs, and what the cloud would have added."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        inputs: dict[str, Any] = args.inputs  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]: as above
        return args.name, answers.outputs(args.typ, args.name, inputs)

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        inputs: dict[str, Any] = args.args  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]: as above
        return answers.invoke(args.token, inputs), []


class _Monitor(mocks.MockMonitor):
    """Keeps what the engine would be asked."""

    def __init__(self) -> None:
        super().__init__(_Echo())
        self.requests: dict[str, RegisterResourceRequest] = {}

    def RegisterResource(self, request: RegisterResourceRequest) -> RegisterResourceResponse:  # noqa: N802 - Pulumi's name
        response = super().RegisterResource(request)  # pyright: ignore[reportUnknownMemberType]: as above
        if request.type != "pulumi:pulumi:Stack":
            if response.urn in self.requests:
                raise ValueError(f"registered twice: {response.urn}")
            self.requests[response.urn] = request
        return response

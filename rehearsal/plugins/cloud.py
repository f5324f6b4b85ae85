"""A stand-in for a cloud's provider plugin, in front of a simulated cloud.

Started by the engine as `python -m rehearsal.plugins.cloud PACKAGE ENGINE_ADDRESS`, with the rehearsal's folder in
`ML_PLATFORM_REHEARSAL`. There is no way from here to a real cloud.
"""

import argparse
import os
import sys
import traceback
from collections.abc import Callable
from functools import wraps
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.empty_pb2 import Empty

# Not Pulumi's copy of it: of one message there can be but one definition in a process, and Google's API models bring theirs.
from google.rpc.status_pb2 import Status
from pulumi.runtime.proto import plugin_pb2 as plugin
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderServicer, add_ResourceProviderServicer_to_server
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt
from typing_extensions import override

from rehearsal.clouds import open_cloud
from rehearsal.clouds.cloud import THROTTLED, Cloud, ThrottledError, TimedOutError
from rehearsal.clouds.kind import RefusedError
from rehearsal.clouds.ledger import Entry
from rehearsal.control_plane.api import FAILURES
from rehearsal.layout import Layout
from rehearsal.plugins import diff
from rehearsal.plugins.cancellation import Cancellation
from rehearsal.plugins.engine import Engine
from rehearsal.plugins.serving import serve
from rehearsal.plugins.target import Target
from rehearsal.plugins.values import Json, decode, encode, overlay, part, plain

_ATTEMPTS = 5
"""How often a request that the cloud finds one too many is made."""

_Method = TypeVar("_Method", bound=Callable[..., Any])


def _reporting(method: _Method) -> _Method:
    """A method whose refusals reach the engine as statuses, in the cloud's own words."""

    @wraps(method)
    def wrapped(self: "Servicer", request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return method(self, request, context)
        except RefusedError as refused:
            context.abort(grpc.StatusCode.UNKNOWN, str(refused))
        except ThrottledError as throttled:
            context.abort(grpc.StatusCode.UNKNOWN, f"{throttled}, {_ATTEMPTS} times in a row")
        except TimedOutError as late:
            _abort_half_made(context, late)
        except FAILURES as error:
            context.abort(grpc.StatusCode.UNAVAILABLE, f"the rehearsal's API server does not answer: {error}")
        except Exception as error:  # a bug here: say where, for the report
            traceback.print_exc(file=sys.stderr)
            context.abort(grpc.StatusCode.INTERNAL, f"the simulated cloud failed: {type(error).__name__}: {error}")

    return wrapped  # pyright: ignore[reportReturnType]: `wraps` keeps the signature, which its type cannot say


def _abort_half_made(context: grpc.ServicerContext, late: TimedOutError) -> NoReturn:
    """The engine keeps what there is in the state; the next command goes on from it."""
    detail = AnyMessage()
    properties = encode(late.entry.properties)
    inputs = encode(late.entry.inputs)
    detail.Pack(pb.ErrorResourceInitFailed(id=late.entry.id, properties=properties, reasons=[str(late)], inputs=inputs))
    code = grpc.StatusCode.UNKNOWN
    status = Status(code=code.value[0], message=str(late), details=[detail])
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(code, str(late))


class Servicer(ResourceProviderServicer):
    """`pulumirpc.ResourceProvider` of one simulated cloud."""

    def __init__(self, package: str, cloud: Cloud, engine: Engine):
        self._package = package
        self._cloud = cloud
        self._engine = engine
        self._config: Json = {}
        self._cancellation = Cancellation()

    def stop(self) -> None:
        """End every wait."""
        self._cancellation.request()

    @override
    def Handshake(self, request: pb.ProviderHandshakeRequest, context: grpc.ServicerContext) -> pb.ProviderHandshakeResponse:
        return pb.ProviderHandshakeResponse(accept_secrets=True)

    @override
    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> plugin.PluginInfo:
        return plugin.PluginInfo(version=version(f"pulumi-{self._package}"))

    @override
    def CheckConfig(self, request: pb.CheckRequest, context: grpc.ServicerContext) -> pb.CheckResponse:
        return pb.CheckResponse(inputs=request.news)

    @override
    def DiffConfig(self, request: pb.DiffRequest, context: grpc.ServicerContext) -> pb.DiffResponse:
        frozen = [(name,) for name in self._cloud.replacing]
        return _response(diff.detailed(plain(decode(request.old_inputs)), plain(decode(request.news)), frozen, ()), False)

    @override
    def Configure(self, request: pb.ConfigureRequest, context: grpc.ServicerContext) -> pb.ConfigureResponse:
        self._config = plain(decode(request.args))
        return pb.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    @override
    @_reporting
    def Check(self, request: pb.CheckRequest, context: grpc.ServicerContext) -> pb.CheckResponse:
        given, resource = decode(request.news), Target(request.urn).type
        filled, mistakes = self._cloud.check(resource, request.urn, plain(given), plain(decode(request.olds)))
        failures = [pb.CheckFailure(property=mistake.path, reason=mistake.reason) for mistake in mistakes]
        return pb.CheckResponse(inputs=encode({**filled, **given}), failures=failures)

    @override
    @_reporting
    def Diff(self, request: pb.DiffRequest, context: grpc.ServicerContext) -> pb.DiffResponse:
        kind = self._cloud.kind(Target(request.urn).type)
        old, new = plain(decode(request.old_inputs)), plain(decode(request.news))
        # With its name fixed, the new one can't stand beside the old one.
        named = bool(kind.unique) and all(old.get(name) == new.get(name) for name in kind.unique)
        return _response(diff.detailed(old, new, kind.patterns, request.ignoreChanges), named)

    @override
    @_reporting
    def Create(self, request: pb.CreateRequest, context: grpc.ServicerContext) -> pb.CreateResponse:
        given = decode(request.properties)
        if request.preview:
            return pb.CreateResponse(properties=request.properties)
        resource = Target(request.urn).type
        entry = self._patiently(request.urn, lambda: self._cloud.create(resource, request.urn, plain(given), self._config))
        return pb.CreateResponse(id=entry.id, properties=encode(overlay(entry.properties, given)))

    @override
    @_reporting
    def Update(self, request: pb.UpdateRequest, context: grpc.ServicerContext) -> pb.UpdateResponse:
        given = decode(request.news)
        if request.preview:
            return pb.UpdateResponse(properties=encode(overlay(decode(request.olds), given)))
        resource = Target(request.urn).type
        entry = self._cloud.update(resource, request.id, request.urn, plain(given), self._config)
        return pb.UpdateResponse(properties=encode(overlay(entry.properties, given)))

    @override
    @_reporting
    def Read(self, request: pb.ReadRequest, context: grpc.ServicerContext) -> pb.ReadResponse:
        entry = self._cloud.read(Target(request.urn).type, request.id)
        if entry is None:
            return pb.ReadResponse()
        if entry.unfinished:
            raise TimedOutError(entry.unfinished, entry)
        # The inputs as they would have to be for what there is now.
        return pb.ReadResponse(
            id=entry.id, properties=encode(entry.properties), inputs=encode(part(entry.properties, entry.inputs))
        )

    @override
    @_reporting
    def Delete(self, request: pb.DeleteRequest, context: grpc.ServicerContext) -> Empty:
        self._cloud.delete(Target(request.urn).type, request.id, self._config)
        return Empty()

    @override
    @_reporting
    def Invoke(self, request: pb.InvokeRequest, context: grpc.ServicerContext) -> pb.InvokeResponse:
        answer = self._cloud.invoke(request.tok, plain(decode(request.args)), self._config)
        return pb.InvokeResponse(**{"return": encode(answer)})  # pyright: ignore[reportArgumentType]: the field's name is a keyword

    @override
    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        self._cancellation.request()
        return Empty()

    def _patiently(self, urn: str, create: Callable[[], Entry]) -> Entry:
        """As real providers do: what was one request too many is asked again, and the user sees why it takes longer."""

        def wait(seconds: float) -> None:
            self._engine.status(urn, "throttled by the cloud; asking again")
            self._cancellation.sleep(seconds)

        attempts = Retrying(
            stop=stop_after_attempt(_ATTEMPTS),
            wait=lambda _state: THROTTLED,
            sleep=wait,
            retry=retry_if_exception_type(ThrottledError),
            reraise=True,
        )
        return attempts(create)


def _response(differences: dict[str, Any], named: bool) -> pb.DiffResponse:
    replaces = diff.replaces(differences)
    return pb.DiffResponse(
        changes=pb.DiffResponse.DIFF_SOME if differences else pb.DiffResponse.DIFF_NONE,
        replaces=replaces,
        deleteBeforeReplace=bool(replaces) and named,
        detailedDiff=differences,
        hasDetailedDiff=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="stand-in for a cloud's provider plugin")
    parser.add_argument("package", help="the Pulumi package: aws, gcp, azure-native")
    parser.add_argument("engine", help="address of the Pulumi engine")
    arguments, _ = parser.parse_known_args()
    state = Path(os.environ["ML_PLATFORM_REHEARSAL"])
    cloud = open_cloud(arguments.package, Layout(state.name, state.parent.parent))
    servicer = Servicer(arguments.package, cloud, Engine(arguments.engine))
    serve(lambda server: add_ResourceProviderServicer_to_server(servicer, server), servicer.stop)


if __name__ == "__main__":
    main()

"""The engine's requests, turned into calls of the provider, and its failures into what the engine shows."""

import sys
import tempfile
import traceback
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.empty_pb2 import Empty
from google.rpc.status_pb2 import Status
from pulumi.runtime.proto import plugin_pb2 as plugin
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderServicer
from typing_extensions import override

from rehearsal.plugins.cancellation import Cancellation
from rehearsal.plugins.engine import Engine
from rehearsal.plugins.kubernetes import VERSION, release, settings
from rehearsal.plugins.kubernetes.client import Client
from rehearsal.plugins.kubernetes.errors import InvalidInputError, PartialError, ProviderError
from rehearsal.plugins.kubernetes.helm import Helm
from rehearsal.plugins.kubernetes.provider import Provider
from rehearsal.plugins.kubernetes.release import Releases
from rehearsal.plugins.kubernetes.settings import Settings
from rehearsal.plugins.target import Target
from rehearsal.plugins.values import decode, encode, plain

Method = TypeVar("Method", bound=Callable[..., Any])


def _reporting(method: Method) -> Method:
    """A method of the servicer whose exceptions reach the engine as statuses, never as tracebacks."""

    @wraps(method)
    def wrapped(self: "Servicer", request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return method(self, request, context)
        except PartialError as failure:
            _abort_partially(context, failure)
        except ProviderError as failure:
            context.abort(grpc.StatusCode.UNKNOWN, str(failure))
        except Exception as error:  # a bug here: say where, for the report
            traceback.print_exc(file=sys.stderr)
            context.abort(grpc.StatusCode.INTERNAL, f"the stand-in Kubernetes plugin failed: {type(error).__name__}: {error}")

    return wrapped  # pyright: ignore[reportReturnType]: `wraps` keeps the signature, which its type cannot say


def _abort_partially(context: grpc.ServicerContext, failure: PartialError) -> NoReturn:
    """The engine finds the state to keep in the status' details."""
    detail = AnyMessage()
    detail.Pack(
        pb.ErrorResourceInitFailed(
            id=failure.identifier,
            properties=encode(failure.state),
            reasons=failure.reasons,
            inputs=None if failure.inputs is None else encode(failure.inputs),
        )
    )
    code = grpc.StatusCode.UNKNOWN
    status = Status(code=code.value[0], message=str(failure), details=[detail])
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(code, str(failure))


class Servicer(ResourceProviderServicer):
    """`pulumirpc.ResourceProvider`. The engine starts a process for each provider resource, and configures it once."""

    def __init__(self, engine: Engine):
        self._engine = engine
        self._cancellation = Cancellation()
        self._folder = tempfile.TemporaryDirectory(prefix="pulumi-kubernetes-")
        self._provider = Provider(engine, self._cancellation, Settings(), None, "default", "it was not configured")

    def stop(self) -> None:
        """End every wait, and forget the credentials."""
        self._cancellation.request()
        self._folder.cleanup()

    @override
    def Handshake(self, request: pb.ProviderHandshakeRequest, context: grpc.ServicerContext) -> pb.ProviderHandshakeResponse:
        return pb.ProviderHandshakeResponse(accept_secrets=True, supports_autonaming_configuration=True)

    @override
    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> plugin.PluginInfo:
        return plugin.PluginInfo(version=VERSION)

    @override
    def GetSchema(self, request: pb.GetSchemaRequest, context: grpc.ServicerContext) -> pb.GetSchemaResponse:
        """Asked for only to write program text, after an import is done."""
        message = "the stand-in has no schema to write a program from; import with --generate-code=false"
        context.abort(grpc.StatusCode.UNIMPLEMENTED, message)

    @override
    @_reporting
    def CheckConfig(self, request: pb.CheckRequest, context: grpc.ServicerContext) -> pb.CheckResponse:
        """Anything goes: whether the cluster answers is found out by `Configure`, and a plan is shown even if not."""
        return pb.CheckResponse(inputs=request.news)

    @override
    @_reporting
    def DiffConfig(self, request: pb.DiffRequest, context: grpc.ServicerContext) -> pb.DiffResponse:
        diffs, replaces = settings.differences(plain(decode(request.olds)), plain(decode(request.news)))
        changes = pb.DiffResponse.DIFF_SOME if diffs else pb.DiffResponse.DIFF_NONE
        return pb.DiffResponse(changes=changes, diffs=diffs, replaces=replaces)

    @override
    @_reporting
    def Configure(self, request: pb.ConfigureRequest, context: grpc.ServicerContext) -> pb.ConfigureResponse:
        chosen = Settings.read(request.variables)
        provider = Provider(self._engine, self._cancellation, chosen, None, chosen.namespace or "default")
        try:
            connection = settings.connect(chosen, Path(self._folder.name))
            provider.namespace = connection.namespace
            client = Client(connection.configuration, chosen.request_timeout)
            client.version()
            provider.client = client
        except ProviderError as failure:
            provider.unreachable = str(failure)
            self._engine.warn("", f"configured Kubernetes cluster is unreachable: {failure}")
        self._provider = provider
        return pb.ConfigureResponse(acceptSecrets=True, supportsPreview=True, supports_autonaming_configuration=True)

    @override
    @_reporting
    def Check(self, request: pb.CheckRequest, context: grpc.ServicerContext) -> pb.CheckResponse:
        if self._provider.client is None and self._provider.settings.skip_update_unreachable:
            self._engine.warn(request.urn, "the cluster is unreachable, and skipUpdateUnreachable is set: left as it is")
            return pb.CheckResponse(inputs=request.olds)
        target, old, given = Target(request.urn), decode(request.olds), decode(request.news)
        if target.type == release.TYPE:
            try:
                return pb.CheckResponse(inputs=encode(self._releases.check(target.name, old, given)))
            except InvalidInputError as error:
                failure = pb.CheckFailure(property=error.field, reason=str(error))
                return pb.CheckResponse(inputs=request.news, failures=[failure])
        autonaming = request.autonaming if request.HasField("autonaming") else None
        return pb.CheckResponse(inputs=encode(self._provider.check(target, old, given, request.randomSeed, autonaming)))

    @override
    @_reporting
    def Diff(self, request: pb.DiffRequest, context: grpc.ServicerContext) -> pb.DiffResponse:
        target, state, given = Target(request.urn), decode(request.olds), decode(request.news)
        if target.type == release.TYPE:
            return self._releases.diff(state, given, request.ignoreChanges)
        return self._provider.diff(target, state, given, request.ignoreChanges)

    @override
    @_reporting
    def Create(self, request: pb.CreateRequest, context: grpc.ServicerContext) -> pb.CreateResponse:
        target, given = Target(request.urn), decode(request.properties)
        if target.type == release.TYPE:
            identifier, state = self._releases.apply(given, request.preview)
        else:
            identifier, state = self._provider.create(target, given, request.timeout, request.preview)
        return pb.CreateResponse(id=identifier, properties=encode(state))

    @override
    @_reporting
    def Update(self, request: pb.UpdateRequest, context: grpc.ServicerContext) -> pb.UpdateResponse:
        target, given = Target(request.urn), decode(request.news)
        if target.type == release.TYPE:
            _, state = self._releases.apply(given, request.preview)
        else:
            old, ignored = decode(request.olds), request.ignoreChanges
            state = self._provider.update(target, old, given, request.timeout, ignored, request.preview)
        return pb.UpdateResponse(properties=encode(state))

    @override
    @_reporting
    def Read(self, request: pb.ReadRequest, context: grpc.ServicerContext) -> pb.ReadResponse:
        if self._provider.client is None and self._provider.settings.delete_unreachable:
            self._engine.inform(request.urn, "the cluster is unreachable, and deleteUnreachable is set: forgotten")
            return pb.ReadResponse()
        if self._provider.client is None and self._provider.settings.skip_update_unreachable:
            return pb.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)
        target, state = Target(request.urn), decode(request.properties)
        if target.type == release.TYPE:
            found = self._releases.read(request.id, state)
        else:
            found = self._provider.read(target, request.id, state, decode(request.inputs))
        if found is None:
            return pb.ReadResponse()
        identifier, state, inputs = found
        return pb.ReadResponse(id=identifier, properties=encode(state), inputs=encode(inputs))

    @override
    @_reporting
    def Delete(self, request: pb.DeleteRequest, context: grpc.ServicerContext) -> Empty:
        if self._provider.client is None and self._provider.settings.delete_unreachable:
            self._engine.inform(request.urn, "the cluster is unreachable, and deleteUnreachable is set: forgotten")
            return Empty()
        target, state = Target(request.urn), decode(request.properties)
        if target.type == release.TYPE:
            self._releases.delete(state)
        else:
            self._provider.delete(target, request.id, state, request.timeout)
        return Empty()

    @property
    def _releases(self) -> Releases:
        folder = Path(self._folder.name)
        helm = Helm(folder / "kubeconfig", folder, self._cancellation)
        return Releases(self._provider.client, helm, self._provider.namespace, self._provider.definitions)

    @override
    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        self._cancellation.request()
        return Empty()

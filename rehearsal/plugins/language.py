"""A stand-in for `pulumi-language-python`: runs an unchanged Pulumi program for the engine.

Started by the engine as `python -m rehearsal.plugins.language ENGINE_ADDRESS`; speaks `pulumirpc.LanguageRuntime`
through the stubs of Pulumi's own SDK. The program itself runs in a process of its own (`program.py`).
"""

import argparse
import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import language_pb2 as language
from pulumi.runtime.proto import plugin_pb2 as plugin
from pulumi.runtime.proto.language_pb2_grpc import LanguageRuntimeServicer, add_LanguageRuntimeServicer_to_server
from typing_extensions import override

from rehearsal.plugins.program import ALREADY_REPORTED
from rehearsal.plugins.serving import serve

_PROGRAM = Path(__file__).with_name("program.py")
_LIST_DEPENDENCIES = "import importlib.metadata as m, json; print(json.dumps({d.name: d.version for d in m.distributions()}))"


class LanguageHost(LanguageRuntimeServicer):
    """The requests that the engine makes of a language."""

    def __init__(self, engine: str):
        self._engine = engine
        self._programs: set[subprocess.Popen[bytes]] = set()

    def stop(self) -> None:
        """End the running program, first politely."""
        for program in list(self._programs):
            program.terminate()
        for program in list(self._programs):
            try:
                program.wait(timeout=2)
            except subprocess.TimeoutExpired:
                program.kill()

    @override
    def Handshake(
        self, request: language.LanguageHandshakeRequest, context: grpc.ServicerContext
    ) -> language.LanguageHandshakeResponse:
        return language.LanguageHandshakeResponse()

    @override
    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> plugin.PluginInfo:
        return plugin.PluginInfo(version=metadata.version("pulumi"))

    @override
    def GetRequiredPackages(
        self, request: language.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> language.GetRequiredPackagesResponse:
        """None: the engine looks for a plugin when the first resource needs it, so an SDK that is installed
        but not used by this stack costs no download."""
        return language.GetRequiredPackagesResponse()

    @override
    def GetProgramDependencies(
        self, request: language.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> language.GetProgramDependenciesResponse:
        listed = subprocess.run([_interpreter(request.info), "-c", _LIST_DEPENDENCIES], capture_output=True, check=True)
        dependencies: dict[str, str] = json.loads(listed.stdout)
        return language.GetProgramDependenciesResponse(
            dependencies=[language.DependencyInfo(name=name, version=version) for name, version in sorted(dependencies.items())]
        )

    @override
    def Run(self, request: language.RunRequest, context: grpc.ServicerContext) -> language.RunResponse:
        program = subprocess.Popen(self._command(request), cwd=request.pwd, env=_environment(request))
        self._programs.add(program)
        try:
            code = program.wait()
        finally:
            self._programs.discard(program)
        if code == ALREADY_REPORTED:
            return language.RunResponse(bail=True)
        if code:
            return language.RunResponse(error=f"Program exited with non-zero exit code: {code}")
        return language.RunResponse()

    @override
    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        self.stop()
        return Empty()

    def _command(self, request: language.RunRequest) -> list[str]:
        options = {
            "monitor": request.monitor_address,
            "engine": self._engine,
            "organization": request.organization,
            "project": request.project,
            "stack": request.stack,
            "parallel": str(request.parallel),
            "dry-run": str(request.dryRun).lower(),
            "root-directory": request.info.root_directory,
        }
        # -u: what the program prints is shown as it is printed. -P: this folder stays off the program's module path.
        command = [_interpreter(request.info), "-u", "-P", str(_PROGRAM)]
        command += [f"--{name}={value}" for name, value in options.items()]
        entry = Path(request.info.program_directory, request.info.entry_point)
        return [*command, "--", str(entry), *request.args]


def _virtual_environment(info: language.ProgramInfo) -> Path | None:
    """The virtual environment that `Pulumi.yaml` names, when it exists."""
    options = MessageToDict(info.options)
    named = options.get("virtualenv") or (".venv" if options.get("toolchain") == "uv" else None)
    folder = Path(info.root_directory, named) if named else None
    return folder if folder and (folder / "bin" / "python").exists() else None


def _interpreter(info: language.ProgramInfo) -> str:
    folder = _virtual_environment(info)
    return str(folder / "bin" / "python") if folder else sys.executable


def _environment(request: language.RunRequest) -> dict[str, str]:
    environment = dict(os.environ)
    environment["PULUMI_CONFIG"] = json.dumps(dict(request.config))
    environment["PULUMI_CONFIG_SECRET_KEYS"] = json.dumps(list(request.configSecretKeys))
    if folder := _virtual_environment(request.info):
        environment["VIRTUAL_ENV"] = str(folder)
        environment["PATH"] = os.pathsep.join([str(folder / "bin"), environment.get("PATH", "")])
        environment.pop("PYTHONHOME", None)
    return environment


def main() -> None:
    parser = argparse.ArgumentParser(description="stand-in for pulumi-language-python")
    parser.add_argument("engine", help="address of the Pulumi engine")
    arguments, _ = parser.parse_known_args()
    host = LanguageHost(arguments.engine)
    serve(lambda server: add_LanguageRuntimeServicer_to_server(host, server), host.stop)


if __name__ == "__main__":
    main()

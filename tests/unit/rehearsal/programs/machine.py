"""A computer with nothing on PATH but what a test puts there, and a mirror of the releases that it can reach."""

import json
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from rehearsal import programs

FAKE_GO = '''#!{python} -IS
"""Does what `go` is asked for, with files that only say what they stand for."""
import json, os, pathlib, sys
settings = json.loads(pathlib.Path({settings!r}).read_text())
command, *rest = sys.argv[1:]
packages = [word for word in rest if "/" in word and not word.startswith("-") and not word.endswith("/") and "=" not in word]
with open({asked!r}, "a") as asked:
    print(*sys.argv[1:], file=asked)
if command == "version":
    print("go version go" + settings["version"] + " linux/amd64")
elif command == "env":
    print(json.dumps(dict.fromkeys(["GOCACHE", "GOMODCACHE"], {caches!r})))
elif command == settings["fails"]:
    sys.exit(settings["complaint"])
elif command == "list":
    for package in packages:
        print(json.dumps({{"ImportPath": package, "Deps": ["fmt", package + "/internal"]}}, indent=1))
elif command == "build":
    pathlib.Path({environment!r}).write_text(json.dumps(dict(os.environ)))
    folder = pathlib.Path(rest[rest.index("-o") + 1])
    for package in packages:
        print("fmt", package + "/internal", package, sep="\\n", file=sys.stderr)
        program = folder / package.removesuffix("/v3").split("/")[-1]
        program.write_text("built from " + package)
        program.chmod(0o755)
elif command == "mod":
    print(json.dumps({{"Dir": {module!r}}}))
'''


class Mirror:
    """A web server of the files in `files`, which counts what it is asked for."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.requests: list[str] = []
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                mirror.requests.append(self.path)
                content = mirror.files.get(self.path)
                self.send_response(200 if content is not None else 404)
                self.send_header("Content-Length", str(len(content or b"")))
                self.end_headers()
                self.wfile.write(content or b"")

            def do_HEAD(self) -> None:
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()


@dataclass
class Machine:
    """What a user's computer has, and what the user was told."""

    bin: Path
    cache: Path
    mirror: Mirror
    told: list[str] = field(default_factory=list[str])

    def obtain(self, *names: str) -> dict[str, Path]:
        """As the rehearsal does it; its news end up in `told`."""
        return programs.obtain(names, self.told.append)

    def install(self, name: str, text: str) -> Path:
        """Put a script on PATH."""
        script = self.bin / name
        script.write_text(text)
        script.chmod(0o755)
        return script

    def install_version(self, name: str, version: str) -> Path:
        """Put a program on PATH that prints this whatever it is asked."""
        return self.install(name, f"#!{sys.executable} -IS\nprint({version!r})\n")

    def install_go(self, version: str = "1.26.8", fails: str = "", complaint: str = "") -> None:
        """Put a Go on PATH that builds at once, or whose subcommand `fails` prints a complaint."""
        settings = self.bin.parent / "go.json"
        settings.write_text(json.dumps({"version": version, "fails": fails, "complaint": complaint}))
        chart = self.module / "charts" / "kueue"
        chart.mkdir(parents=True, exist_ok=True)
        (chart / "Chart.yaml").write_text("name: kueue\n")
        self.install(
            "go",
            FAKE_GO.format(
                python=sys.executable,
                settings=str(settings),
                asked=str(self._asked),
                environment=str(self._environment),
                caches=str(self.bin.parent / "gocache"),
                module=str(self.module),
            ),
        )

    def asked_of_go(self, command: str) -> list[str]:
        """The command lines of one of Go's subcommands so far."""
        lines = self._asked.read_text().splitlines() if self._asked.exists() else []
        return [line for line in lines if line.split()[0] == command]

    @property
    def module(self) -> Path:
        """Where Go keeps the source of Kueue, with the Helm chart."""
        return self.bin.parent / "module"

    def built_with(self, variable: str) -> str | None:
        """What an environment variable was in the latest build."""
        return json.loads(self._environment.read_text()).get(variable)

    @property
    def _environment(self) -> Path:
        return self.bin.parent / "environment"

    @property
    def _asked(self) -> Path:
        return self.bin.parent / "asked"

"""The API server's way to Services: an HTTP CONNECT proxy on a unix socket.

A webhook, an aggregated API or a CRD's conversion names a Service; the API server resolves it to the Service's ClusterIP and
asks here for a connection, as it asks a konnectivity server in a cluster whose network it cannot reach.
"""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

from rehearsal.control_plane.api import Api, Json
from rehearsal.control_plane.cache import Cache

_CHUNK = 65536

Endpoint = Callable[[Json, int | str], int | None]
"""(Service, target port) → the port of 127.0.0.1 where a process that stands for its pods listens."""


class Egress:
    """Connects Services' ClusterIPs with local processes."""

    def __init__(self, api: Api, endpoint: Endpoint):
        self._services = Cache(api, "/api/v1/services")
        self._endpoint = endpoint
        self._open: set[asyncio.Task[None]] = set()

    async def run(self, socket: Path) -> None:
        """Serve on this socket until cancelled."""
        socket.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._accept, socket)
        async with server, asyncio.TaskGroup() as tasks:
            tasks.create_task(self._services.run())
            await server.serve_forever()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # asyncio itself holds on to a connection's task only weakly.
        task = asyncio.create_task(self._serve(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    def resolve(self, host: str, port: int) -> int | None:
        """The local port that stands for this port of a ClusterIP."""
        for service in self._services:
            if host in service["spec"].get("clusterIPs", []):
                for served in service["spec"]["ports"]:
                    if served["port"] == port:
                        return self._endpoint(service, served.get("targetPort", port))
        return None

    async def _connect(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        local = self.resolve(host, port)
        if local is None:
            raise ConnectionError(f"no ready process stands for {host}:{port}")
        return await asyncio.open_connection("127.0.0.1", local)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError), contextlib.closing(writer):
            request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            host, _, port = request.split()[1].rpartition(":")
            try:
                far_reader, far_writer = await self._connect(host.strip("[]"), int(port))
            except OSError as error:
                writer.write(f"HTTP/1.1 503 {error}\r\n\r\n".encode())
                await writer.drain()
                return
            with contextlib.closing(far_writer):
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                ways = {asyncio.create_task(_copy(reader, far_writer)), asyncio.create_task(_copy(far_reader, writer))}
                try:
                    # When one side hangs up, the other has nobody left to talk to.
                    await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for way in ways:
                        way.cancel()
                    await asyncio.gather(*ways, return_exceptions=True)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
        writer.write_eof()

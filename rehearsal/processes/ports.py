"""Loopback ports that nobody else listens on."""

import random
import socket
from collections.abc import Collection

_RANGE = range(20_000, 30_000)
"""Below Linux's ephemeral ports (32768 and up): there, a client that keeps dialling a port whose server is being restarted can
be given that very port as its own source, and the server never gets it back. Below the NodePorts (30000 and up) as well."""


def _free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: connections of the last run that linger in TIME_WAIT do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def choose_port(remembered: int | None = None, taken: Collection[int] = ()) -> int:
    """A port of 127.0.0.1 that can be listened on now: the remembered one if it is still free, else a random one.

    `taken` are ports promised to others that do not listen yet. Raises `OSError` when the whole range is in use.
    """
    candidates = random.sample(_RANGE, len(_RANGE))
    for port in ([remembered] if remembered else []) + candidates:
        if port not in taken and _free(port):
            return port
    raise OSError(f"no free port on 127.0.0.1 between {_RANGE.start} and {_RANGE.stop - 1}")

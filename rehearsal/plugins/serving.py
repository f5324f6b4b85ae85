"""What every plugin does: listen on a loopback port, tell the engine which, and go when the engine does."""

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

import grpc

_UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
ENGINE_OPTIONS = _UNLIMITED
"""Channel options towards the engine: a checkpoint may be larger than gRPC's default of 4 MiB."""

_WORKERS = 512
"""Most requests at one time; a request that waits for readiness holds a thread. Threads are made as they are needed."""


def serve(register: Callable[[grpc.Server], None], stopping: Callable[[], None]) -> None:
    """Serve what `register` adds until the engine interrupts this process or is gone itself, then call `stopping`.

    The engine reads the port from the first line of standard output, and ends a plugin with SIGINT.
    """
    server = grpc.server(ThreadPoolExecutor(_WORKERS), options=_UNLIMITED)
    register(server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()

    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    print(port, flush=True)

    engine = os.getppid()
    while not stop.wait(timeout=1):
        if os.getppid() != engine:  # the engine was killed, and could not tell
            break
    stopping()
    server.stop(grace=None)
    os._exit(0)  # threads that still wait for the API server must not keep the process

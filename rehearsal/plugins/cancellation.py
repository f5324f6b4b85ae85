"""Ends waits at once when the engine cancels the operation."""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager


class Cancellation:
    """Set once, by the engine. What waits registers how to be woken."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wakers: set[Callable[[], None]] = set()
        self._event = threading.Event()

    @property
    def requested(self) -> bool:
        return self._event.is_set()

    def request(self) -> None:
        with self._lock:
            self._event.set()
            wakers = list(self._wakers)
        for wake in wakers:
            wake()

    def sleep(self, seconds: float) -> bool:
        """Sleep, at most until cancelled; whether it was."""
        return self._event.wait(seconds)

    @contextmanager
    def waking(self, wake: Callable[[], None]) -> Generator[None]:
        """While in here, cancellation calls `wake`; at once if it was requested before."""
        with self._lock:
            self._wakers.add(wake)
            late = self._event.is_set()
        if late:
            wake()
        try:
            yield
        finally:
            with self._lock:
                self._wakers.discard(wake)

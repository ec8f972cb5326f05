"""What stops a run before its end, so that nothing is left running: Ctrl-C, SIGTERM, or an output that is closed."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_HOW = {
    signal.SIGINT: "interrupted",
    signal.SIGTERM: "ended by SIGTERM",
    signal.SIGPIPE: "stopped: nobody reads what it prints",
}


class Stopped(KeyboardInterrupt):
    """The run is to stop here. It is no Exception, so that nothing takes it for a step that failed."""

    def __init__(self, number: signal.Signals) -> None:
        self.number = number
        super().__init__(self.how)

    @property
    def how(self) -> str:
        """What stopped it, in words."""
        return _HOW[self.number]


@contextmanager
def stoppable() -> Iterator[None]:
    """Let SIGTERM stop what runs within as Ctrl-C does, where signals are handled: in the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, _: FrameType | None) -> None:
        raise Stopped(signal.Signals(number))

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)

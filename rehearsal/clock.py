"""The time that services of the in-memory AWS wait: as long as AWS waits, told in AWS's seconds, passed faster."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

# A minute of AWS's passes in a second here.
RATE = 60.0


class ServiceClock:
    """Durations of services pass `rate` times as fast as this machine's; moments are this machine's own.

    Bake times, periods of alarms, schedules and time-outs are waited for with it. Moments stay as they are, so that
    what a function or a build compares with its own clock (an expiry, the hour in a key) is right.
    """

    def __init__(self, rate: float = RATE) -> None:
        if rate <= 0:
            raise ValueError(f"a clock's rate is above 0, not {rate}")
        self.rate = rate
        self._closed = threading.Event()
        self._waiting, self._lock = 0, threading.Lock()

    def machine_seconds(self, seconds: float) -> float:
        """How long a duration of AWS's takes here."""
        return seconds / self.rate

    def service_seconds(self, machine_seconds: float) -> float:
        """How much of AWS's time passes in a duration here."""
        return machine_seconds * self.rate

    def monotonic(self) -> float:
        """AWS's seconds since some moment: differences count, as those of `time.monotonic`."""
        return self.service_seconds(time.monotonic())

    def now(self) -> datetime:
        """The moment, UTC."""
        return datetime.now(UTC)

    def wait(self, seconds: float) -> bool:
        """Wait for so many of AWS's seconds. False where the clock was closed before they were over."""
        with self._lock:
            self._waiting += 1
        try:
            return self.tick(seconds)
        finally:
            with self._lock:
                self._waiting -= 1

    def tick(self, seconds: float) -> bool:
        """As `wait`, of something that goes on in the background and that nothing depends on."""
        return not self._closed.wait(self.machine_seconds(seconds))

    @property
    def idle(self) -> bool:
        """Whether nothing waits: no update, no deployment, nobody who looks on."""
        return self._waiting == 0

    @property
    def closed(self) -> bool:
        """Whether everything that waits should end."""
        return self._closed.is_set()

    def close(self) -> None:
        """End all waiting."""
        self._closed.set()

"""Waiting within the time that a run of the function has left."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

# Pauses double from the first to the longest, in seconds.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 15.0


class NotRemoved(RuntimeError):
    """Something is left. The message says what stands in the way, why, and what to do."""


def gone(codes: Collection[str], ask: Callable[..., Any], **given: Any) -> bool:
    """Ask for a deletion, and say whether the thing was gone already, which AWS says by one of the error codes."""
    try:
        ask(**given)
    except ClientError as error:
        if error.response["Error"]["Code"] in codes:
            return True
        raise
    return False


@dataclass
class Waiting:
    """The time that is left, from `seconds` on. `clock` and `sleep` are those of the module time."""

    seconds: float
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _end: float = field(init=False)

    def __post_init__(self) -> None:
        """Begin to count."""
        self._end = self.clock() + self.seconds

    def left(self) -> float:
        """Seconds that are left."""
        return self._end - self.clock()

    def looks(self) -> Iterator[None]:
        """One turn at once and one after each pause; it ends when the next pause would not fit."""
        pause = FIRST_PAUSE
        yield
        while self.left() > pause:
            self.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
            yield

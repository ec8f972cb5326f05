"""Continuous load on an endpoint or an API, every answer counted: its status, who gave it, whether it was right."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class LoadAnswer:
    """One answer. `version` is the model package's, empty where none is told; `right` None where nobody can say."""

    status: int
    version: str = ""
    right: bool | None = None
    problem: str = ""


@dataclass(frozen=True)
class TimedAnswer:
    """An answer with the moment at which it was asked for (seconds since the load began) and how long it took."""

    at: float
    seconds: float
    answer: LoadAnswer


@dataclass
class LoadCount:
    """Answers of a span of time, counted."""

    answers: Sequence[TimedAnswer] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """All requests."""
        return len(self.answers)

    @property
    def failed(self) -> int:
        """Requests without a good answer, and those with a wrong one."""
        return sum(each.answer.status != 200 or each.answer.right is False for each in self.answers)

    @property
    def versions(self) -> dict[str, int]:
        """Answers by the version that gave them, in order of the version."""
        return dict(sorted(Counter(each.answer.version for each in self.answers if each.answer.version).items()))

    def share(self, version: str) -> float:
        """Share of a version among the answers that tell theirs, 0 where none does."""
        told = sum(self.versions.values())
        return self.versions.get(version, 0) / told if told else 0.0

    def problems(self) -> list[str]:
        """Each kind of failure once, with its count."""
        kinds = Counter(
            each.answer.problem or f"status {each.answer.status}"
            for each in self.answers
            if each.answer.status != 200 or each.answer.right is False
        )
        return [f"{count} times {kind}" for kind, count in kinds.most_common()]


class Load:
    """Asks at a steady pace from several threads while the context lasts.

    `ask` sends the request of a number and must not raise; `per_second` is the pace of all threads together.
    """

    def __init__(self, ask: Callable[[int], LoadAnswer], *, per_second: float, threads: int = 4) -> None:
        self._ask, self._pause = ask, threads / per_second
        self._answers: list[TimedAnswer] = []
        self._lock, self._ended = threading.Lock(), threading.Event()
        self._began = time.monotonic()
        self._threads = [
            threading.Thread(target=self._work, args=(number, threads), daemon=True, name=f"load-{number}")
            for number in range(threads)
        ]

    def __enter__(self) -> Load:
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join(90)

    def now(self) -> float:
        """Seconds since the load began."""
        return time.monotonic() - self._began

    def count(self, start: float = 0.0, end: float = float("inf")) -> LoadCount:
        """What was asked for in a span of seconds since the load began."""
        with self._lock:
            return LoadCount([each for each in self._answers if start <= each.at < end])

    def _work(self, number: int, threads: int) -> None:
        due = time.monotonic() + self._pause * number / threads
        index = number
        while not self._ended.wait(max(0.0, due - time.monotonic())):
            at, started = self.now(), time.monotonic()
            answer = self._ask(index)
            with self._lock:
                self._answers.append(TimedAnswer(at, time.monotonic() - started, answer))
            index += threads
            # A slow answer does not make the next ones come in a burst.
            due = max(due + self._pause, time.monotonic() - self._pause)

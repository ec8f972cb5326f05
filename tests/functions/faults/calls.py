"""The calls of an invocation, seen on their way to AWS."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from botocore.endpoint import Endpoint
from botocore.retries.bucket import TokenBucket


@dataclass(frozen=True)
class CallPoint:
    """One call among those of an invocation: the n-th of its operation."""

    service: str
    operation: str
    occurrence: int

    def __str__(self) -> str:
        return f"{self.service}:{self.operation} #{self.occurrence}"


class CallInterceptor:
    """Sees the calls of one invocation: counts them, and does `intercept` at one of them.

    Calls of other threads, and those that the in-memory AWS makes itself while it answers, are not the function's.
    """

    def __init__(self, point: CallPoint | None = None, intercept: Callable[..., Any] | None = None) -> None:
        self.points: list[CallPoint] = []
        self.met = 0
        self._point, self._intercept = point, intercept
        self._calls: dict[str, CallPoint] = {}
        self._thread, self._inside = threading.get_ident(), False

    def answer(self, original: Callable[..., Any], endpoint: Any, request: Any, operation: Any, context: Any) -> Any:
        """Stands for Endpoint._do_get_response, which gives an answer and an exception, one of them None."""
        if threading.get_ident() != self._thread or self._inside:
            return original(endpoint, request, operation, context)
        point = self._point_of(operation, context["retries"]["invocation-id"])
        self._inside = True
        try:
            if point != self._point or self._intercept is None:
                return original(endpoint, request, operation, context)
            self.met += 1
            send = lambda: original(endpoint, request, operation, context)  # noqa: E731
            return self._intercept(send, operation, request.url, self.met)
        finally:
            self._inside = False

    def _point_of(self, operation: Any, call: str) -> CallPoint:
        if call not in self._calls:
            service, name = operation.service_model.service_name, operation.name
            before = sum((point.service, point.operation) == (service, name) for point in self.points)
            self._calls[call] = CallPoint(service, name, before + 1)
            self.points.append(self._calls[call])
        return self._calls[call]


@contextmanager
def intercepted(interceptor: CallInterceptor) -> Iterator[CallInterceptor]:
    """Let an interceptor answer, while retries cost no time."""
    original = Endpoint._do_get_response

    def answer(endpoint: Any, request: Any, operation: Any, context: Any) -> Any:
        return interceptor.answer(original, endpoint, request, operation, context)

    with ExitStack() as stack:
        stack.enter_context(patch.object(Endpoint, "_do_get_response", answer))
        stack.enter_context(patch("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None)))
        stack.enter_context(patch.object(TokenBucket, "acquire", lambda *_, **__: True))
        yield interceptor

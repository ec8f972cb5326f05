"""The calls of an invocation, seen on their way to AWS."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from botocore import xform_name
from botocore.endpoint import Endpoint
from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError
from botocore.retries.bucket import TokenBucket
from botocore.retries.standard import ThrottledRetryableChecker
from botocore.session import Session

# The interceptor of the invocation that runs.
_CURRENT: list[CallInterceptor] = []


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

    def call(self, operation: Any, done: Callable[[], Any], attempts: int = 1, request: str = "") -> Any:
        """A call of a client that is none of botocore's, but attempts it as often and raises as botocore does.

        `request` says which call it is, where the function itself attempts it again.
        """
        if threading.get_ident() != self._thread or self._inside:
            return done()
        point = self._point_of(operation, request or str(uuid.uuid4()))
        self._inside = True
        try:
            if point != self._point or self._intercept is None:
                return done()
            for left in reversed(range(attempts)):
                try:
                    return self._attempt(operation, done, self._intercept)
                except (ClientError, BotoCoreError) as error:
                    if not left or not passes(error):
                        raise
        finally:
            self._inside = False

    def _attempt(self, operation: Any, done: Callable[[], Any], intercept: Callable[..., Any]) -> Any:
        self.met += 1
        made: list[Any] = []

        def send() -> tuple[None, None]:
            made.append(done())
            return None, None

        answer, error = intercept(send, operation, f"https://{operation.service_model.service_name}", self.met)
        if error is not None:
            raise error
        if answer is not None and "Error" in answer[1]:
            raise ClientError(answer[1], operation.name)
        return made[-1]

    def _point_of(self, operation: Any, call: str) -> CallPoint:
        if call not in self._calls:
            service, name = operation.service_model.service_name, operation.name
            before = sum((point.service, point.operation) == (service, name) for point in self.points)
            self._calls[call] = CallPoint(service, name, before + 1)
            self.points.append(self._calls[call])
        return self._calls[call]


def passes(error: Exception) -> bool:
    """Whether botocore attempts a call again after an error (Boto3 guide, "Retries", standard mode)."""
    if not isinstance(error, ClientError):
        return isinstance(error, HTTPClientError | ConnectionError)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
    return status >= 500 or error.response["Error"]["Code"] in ThrottledRetryableChecker._THROTTLED_ERROR_CODES


@contextmanager
def intercepted(interceptor: CallInterceptor) -> Iterator[CallInterceptor]:
    """Let an interceptor answer, while retries cost no time."""
    original, outer = Endpoint._do_get_response, list(_CURRENT)
    _CURRENT[:] = [interceptor]

    def answer(endpoint: Any, request: Any, operation: Any, context: Any) -> Any:
        return interceptor.answer(original, endpoint, request, operation, context)

    with ExitStack() as stack:
        stack.enter_context(patch.object(Endpoint, "_do_get_response", answer))
        stack.enter_context(patch("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None)))
        stack.enter_context(patch.object(TokenBucket, "acquire", lambda *_, **__: True))
        try:
            yield interceptor
        finally:
            _CURRENT[:] = outer


@cache
def _model(service: str) -> Any:
    return Session().get_service_model(service)


def load_models(points: Iterable[CallPoint]) -> None:
    """Read botocore's models of calls, so that no copy of this process has to."""
    for point in points:
        if point.service in _services():
            operation_of(point.service, xform_name(point.operation))


@cache
def _services() -> frozenset[str]:
    return frozenset(Session().get_available_services())


@cache
def operation_of(service: str, method: str) -> Any:
    """botocore's model of an operation, by the name of the client's method."""
    model = _model(service)
    return next(model.operation_model(name) for name in model.operation_names if xform_name(name) == method)


class InterceptedClient:
    """A client that answers from a test's own account, whose calls are seen as botocore's are.

    `attempts` is how often it makes a call whose failure passes: what the function's own client is told. Where the
    function attempts calls again itself (`again`), the same request is the same call.
    """

    def __init__(self, service: str, client: Any, attempts: int = 1, *, again: bool = False) -> None:
        self._service, self._client, self._attempts, self._again = service, client, attempts, again

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if not callable(found) or isinstance(found, type):
            return found
        return lambda **given: self._called(name, given, lambda: found(**given))

    def get_paginator(self, name: str) -> Any:
        """Pages, all of which are one call."""
        pages = self._client.get_paginator(name)

        def paginate(**given: Any) -> Any:
            return self._called(name, given, lambda: list(pages.paginate(**given)))

        return SimpleNamespace(paginate=paginate)

    def _called(self, name: str, given: Mapping[str, Any], done: Callable[[], Any]) -> Any:
        request = f"{name} {given}" if self._again else ""
        return called(operation_of(self._service, name), done, self._attempts, request)


def called(operation: Any, done: Callable[[], Any], attempts: int = 1, request: str = "") -> Any:
    """A call, as the interceptor of the invocation that runs wants it."""
    return _CURRENT[0].call(operation, done, attempts, request) if _CURRENT else done()

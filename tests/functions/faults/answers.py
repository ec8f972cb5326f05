"""What can happen to a call: errors with the service's own codes, and answers that never come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, ReadTimeoutError
from botocore.retries.standard import ThrottledRetryableChecker

_MADE_TEXT = "a fault that a test made"


class Lasting(StrEnum):
    """How long a fault is there."""

    ATTEMPT = "one attempt"
    INVOCATION = "one invocation"
    ALWAYS = "every invocation"


class FunctionEnded(BaseException):
    """The function's own time is over: no line of it runs any more."""


Parsed = tuple[Any, dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What happens to a call: `answer` gives an answer or raises; `reached` says whether AWS carries it out."""

    name: str
    answer: Callable[[Any, str], Parsed]
    lasting: tuple[Lasting, ...]
    reached: bool = False


def _error(url: str, code: str, status: int) -> Parsed:
    """An answer as botocore hands it on once it is parsed."""
    parsed = {
        "Error": {"Code": code, "Message": _MADE_TEXT},
        "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": {}},
    }
    return AWSResponse(url, status, {}, SimpleNamespace(stream=lambda **_: iter(()))), parsed


def _modelled(operation: Any, codes: Callable[[str], bool]) -> str:
    """The first error code among those of an operation, then of its service; empty where the model names none."""
    shapes = [*operation.error_shapes, *operation.service_model.error_shapes]
    found = [shape.metadata.get("error", {}).get("code") or shape.name for shape in shapes]
    return next((code for code in found if codes(code)), "")


def throttling_code(operation: Any) -> str:
    """The code with which a service throttles: the model's, or that of its protocol."""
    if operation.service_model.service_name == "s3":
        return "SlowDown"
    # SNS's model says Throttled, which botocore does not take for throttling.
    retried = {*ThrottledRetryableChecker._THROTTLED_ERROR_CODES, "Throttled"} - {"LimitExceededException"}
    by_protocol = {"ec2": "RequestLimitExceeded", "query": "Throttling"}
    return _modelled(operation, retried.__contains__) or by_protocol.get(
        operation.service_model.protocol, "ThrottlingException"
    )


def refusal_code(operation: Any) -> str:
    """The code with which a service says that a caller may not."""
    model = operation.service_model
    by_protocol = {"ec2": "UnauthorizedOperation", "query": "AccessDenied", "rest-xml": "AccessDenied"}
    modelled = _modelled(operation, lambda code: code.startswith(("AccessDenied", "AuthorizationError")))
    return modelled or by_protocol.get(model.protocol, "AccessDeniedException")


def _throttled(operation: Any, url: str) -> Parsed:
    return _error(url, throttling_code(operation), 503 if operation.service_model.protocol == "ec2" else 400)


def _refused(operation: Any, url: str) -> Parsed:
    return _error(url, refusal_code(operation), 403)


def _failed(operation: Any, url: str) -> Parsed:
    code = "InternalError" if operation.service_model.protocol == "rest-xml" else "InternalFailure"
    return _error(url, code, 500)


def _raises(make: Callable[[str], BaseException]) -> Callable[[Any, str], Parsed]:
    def answer(operation: Any, url: str) -> Parsed:  # noqa: ARG001 (every answer's signature)
        raise make(url)

    return answer


_BRIEF = (Lasting.ATTEMPT, Lasting.INVOCATION)
FAULTS = (
    Fault(name="throttled", answer=_throttled, lasting=(*_BRIEF, Lasting.ALWAYS)),
    Fault(name="no connection", answer=_raises(lambda url: ConnectTimeoutError(endpoint_url=url)), lasting=_BRIEF),
    Fault(name="no answer", answer=_raises(lambda url: ReadTimeoutError(endpoint_url=url)), lasting=_BRIEF),
    Fault(
        name="answer lost",
        answer=_raises(lambda url: ConnectionClosedError(endpoint_url=url)),
        lasting=(*_BRIEF, Lasting.ALWAYS),
        reached=True,
    ),
    Fault(name="server error", answer=_failed, lasting=(*_BRIEF, Lasting.ALWAYS)),
    Fault(name="server error after the effect", answer=_failed, lasting=_BRIEF, reached=True),
    Fault(name="access denied", answer=_refused, lasting=(Lasting.INVOCATION, Lasting.ALWAYS)),
    Fault(
        name="function ended", answer=_raises(lambda _: FunctionEnded()), lasting=(Lasting.INVOCATION,), reached=True
    ),
)


def faulty(fault: Fault, lasting: Lasting) -> Callable[..., Any]:
    """What an interceptor does at the call."""

    def intercept(send: Callable[[], Any], operation: Any, url: str, times: int) -> Any:
        if lasting is Lasting.ATTEMPT and times > 1:
            return send()
        if fault.reached:
            send()
        try:
            return fault.answer(operation, url), None
        except Exception as error:
            return None, error

    return intercept

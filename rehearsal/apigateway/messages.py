"""HTTP requests and answers of API Gateway's callers, and how it refuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

from rehearsal.network.model import VpcAttachment

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class IncomingRequest:
    """A request as it arrived. `target` is path and query as sent; `endpoint` the VPC endpoint that it came through.

    `endpoint` is None from the internet.
    """

    method: str
    target: str
    headers: Headers
    body: bytes = b""
    source_ip: str = "127.0.0.1"
    endpoint: str | None = None
    vpc: VpcAttachment | None = None

    def header(self, name: str) -> str | None:
        """The last value of a header."""
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        return found[-1] if found else None

    @property
    def raw_path(self) -> str:
        """The path as sent."""
        return self.target.partition("?")[0]

    @property
    def raw_query(self) -> str:
        """The query as sent."""
        return self.target.partition("?")[2]

    @property
    def query(self) -> list[tuple[str, str]]:
        """Query parameters, decoded."""
        return parse_qsl(self.raw_query, keep_blank_values=True)

    @property
    def segments(self) -> list[str]:
        """The parts of the path, decoded."""
        return [unquote(part) for part in self.raw_path.split("/") if part]


@dataclass(frozen=True)
class HttpAnswer:
    """An answer."""

    status: int
    headers: Headers
    body: bytes = b""


class GatewayError(Exception):
    """API Gateway answers by itself: a response type, its status and message, and AWS's name of the error.

    A message of None is JSON's null. `details` are `$context` variables for the response and the log.
    """

    def __init__(
        self, kind: str, status: int, message: str | None, error: str, details: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message or "")
        self.kind, self.status, self.message, self.error = kind, status, message, error
        self.details = dict(details or {})


def forbidden() -> GatewayError:
    """Nothing is there, or nothing may be known of it."""
    return GatewayError("DEFAULT_4XX", 403, "Forbidden", "ForbiddenException")


def internal_error(status: int = 500, kind: str = "DEFAULT_5XX", detail: str = "") -> GatewayError:
    """API Gateway's own failure, or one of what it calls; `detail` goes to the access log alone."""
    details = {"integrationErrorMessage": detail} if detail else {}
    return GatewayError(kind, status, "Internal server error", "InternalServerErrorException", details)


@dataclass
class Exchange:
    """One request on its way through: what it reached, and the values of `$context`."""

    request: IncomingRequest
    context: dict[str, str] = field(default_factory=dict)
    authorizer: dict[str, object] = field(default_factory=dict)
    identity: dict[str, str] = field(default_factory=dict)
    principal: str = ""
    api_key: str = ""

"""How large a request may be. Source: General Reference, "Amazon API Gateway endpoints and quotas"."""

from __future__ import annotations

from rehearsal.apigateway.messages import GatewayError, IncomingRequest
from rehearsal.service_model.aws_behavior import aws_behavior

MAX_PAYLOAD = 10 * 1024 * 1024
MAX_HEADERS = 10_240


@aws_behavior('General Reference, "Amazon API Gateway endpoints and quotas": payload size 10 MB')
def require_payload(request: IncomingRequest) -> None:
    """A body of more than 10 MB is refused with 413, before anything is called."""
    if len(request.body) > MAX_PAYLOAD:
        message = f"HTTP content length exceeded {MAX_PAYLOAD} bytes."
        raise GatewayError("REQUEST_TOO_LARGE", 413, message, "RequestEntityTooLargeException")


@aws_behavior(
    'General Reference, "Amazon API Gateway endpoints and quotas": total combined size of request line and header '
    "values 10240 bytes",
)
def require_headers(request: IncomingRequest) -> None:
    """A request line and header values of more than 10,240 bytes together are refused.

    The guide does not say with which status: 431 here, as HTTP has it.
    """
    line = len(request.method) + len(request.target) + len(" HTTP/1.1 ")
    if line + sum(len(value) for _, value in request.headers) > MAX_HEADERS:
        raise GatewayError("DEFAULT_4XX", 431, "Request Header Fields Too Large", "BadRequestException")

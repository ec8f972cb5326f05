"""Answers to requests, as status, headers and body; refusals in the protocol of a service."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape

Answer = tuple[int, dict[str, str], bytes]


def refusal(code: str, message: str, service: str, status: int = 400) -> Answer:
    """An error answer in the protocol that the service speaks."""
    if service in ("s3", "sts", "iam", "ec2", "cloudformation", "sns"):
        xml = f"<ErrorResponse><Error><Code>{code}</Code><Message>{escape(message)}</Message></Error></ErrorResponse>"
        return status, {"Content-Type": "text/xml"}, xml.encode()
    text = json.dumps({"__type": code, "message": message, "Message": message})
    return status, {"Content-Type": "application/x-amz-json-1.1", "x-amzn-errortype": code}, text.encode()

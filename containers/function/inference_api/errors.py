"""What goes wrong, as answers: `application/problem+json` (RFC 9457) with a code that programs can go by."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

PROBLEM = "application/problem+json"


class ApiError(Exception):
    """A request that gets no prediction. `detail` goes to the caller and never into a log: it may name a column."""

    def __init__(self, status: int, code: str, detail: str, *, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.retry_after = status, code, detail, retry_after

    def document(self, request_id: str) -> dict[str, Any]:
        """The answer's body."""
        return {
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "requestId": request_id,
        }

    def headers(self) -> dict[str, str]:
        """The answer's headers beside those of every answer."""
        return {"Retry-After": str(self.retry_after)} if self.retry_after else {}


def answer(status: int, body: Mapping[str, Any], content_type: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """What a function answers to API Gateway (API Gateway Developer Guide, "Output format of a Lambda function for
    proxy integration")."""
    return {
        "statusCode": status,
        "headers": {"Content-Type": content_type, **headers},
        "body": json.dumps(body),
        "isBase64Encoded": False,
    }

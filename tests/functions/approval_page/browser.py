"""What a browser and a mail scanner do with a link."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from functions.approval_page import handler
from functions.approval_page.links import Link, hash_of, signed
from tests.functions.approval_page.aws import EXECUTION, NOW, PROJECT, TOKEN, Aws


class Browser:
    """A person's browser: it keeps the page's cookie and sends the page's form."""

    def __init__(self, aws: Aws, approver: str = "alice", **link: Any) -> None:
        fields = {
            "pipeline": PROJECT.pipeline,
            "execution": EXECUTION,
            "approval": hash_of(TOKEN),
            "approver": approver,
            "expires": NOW + 3600,
            **link,
        }
        self.link = Link(**fields)
        self.token = signed(self.link, aws.client("kms"), "key")
        aws.calls.clear()
        self.cookie, self.form = "", ""

    def event(self, method: str, body: str | None = None, **headers: str) -> dict[str, Any]:
        """A request of the link."""
        return {
            "httpMethod": method,
            "pathParameters": {"link": self.token},
            "headers": headers,
            "requestContext": {"domainName": "api.example"},
            "body": body,
            "isBase64Encoded": False,
        }

    def get(self) -> dict[str, Any]:
        """Open the link, and keep what the page gives."""
        answer = handler.handle(self.event("GET"), None)
        self.cookie = answer["headers"].get("Set-Cookie", "").partition(";")[0]
        found = re.search(r'name="form" value="([^"]*)"', answer["body"])
        self.form = found.group(1) if found else ""
        return answer

    def decision(
        self, decision: str = "approve", reason: str = "better on held-out rows", **more: Any
    ) -> dict[str, Any]:
        """The event of the page's form."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": self.cookie,
            "Origin": "null",
            "Sec-Fetch-Site": "same-origin",
            **more.pop("headers", {}),
        }
        fields = {"form": self.form, "decision": decision, "reason": reason, **more.pop("fields", {})}
        return {**self.event("POST", urlencode(fields), **headers), **more}

    def post(self, *given: Any, **more: Any) -> dict[str, Any]:
        """Send the page's form."""
        return handler.handle(self.decision(*given, **more), None)

    def decide(self, decision: str = "approve") -> dict[str, Any]:
        """Open the link, and send its form."""
        assert self.get()["statusCode"] == 200
        return self.post(decision)

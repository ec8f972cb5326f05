"""The project's AWS, and what a browser and a mail scanner do with a link."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from functions.approval_page import clients, config, handler
from functions.approval_page.links import Link, hash_of, signed
from tests.functions.approval_page.aws import EXECUTION, NOW, PROJECT, TOKEN, Aws


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Aws:
    made = Aws()
    monkeypatch.setattr(clients, "client", made.client)
    monkeypatch.setattr(config, "CONFIG", tmp_path / "config.json")
    outputs = ("approvers", "url", "key", "topic")
    given = {name: value for name, value in asdict(PROJECT).items() if name not in outputs}
    config.CONFIG.write_text(json.dumps({**given, "parameter": "/mlops/dev/projects/screening/approval-link"}))
    monkeypatch.setattr(handler, "_now", lambda: NOW)
    return made


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
        return {
            "httpMethod": method,
            "pathParameters": {"link": self.token},
            "headers": headers,
            "requestContext": {"domainName": "api.example"},
            "body": body,
            "isBase64Encoded": False,
        }

    def get(self) -> dict[str, Any]:
        answer = handler.handle(self.event("GET"), None)
        self.cookie = answer["headers"].get("Set-Cookie", "").partition(";")[0]
        found = re.search(r'name="form" value="([^"]*)"', answer["body"])
        self.form = found.group(1) if found else ""
        return answer

    def post(self, decision: str = "approve", reason: str = "better on held-out rows", **more: Any) -> dict[str, Any]:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": self.cookie,
            "Origin": "null",
            "Sec-Fetch-Site": "same-origin",
            **more.pop("headers", {}),
        }
        fields = {"form": self.form, "decision": decision, "reason": reason, **more.pop("fields", {})}
        event = {**self.event("POST", urlencode(fields), **headers), **more}
        return handler.handle(event, None)

    def decide(self, decision: str = "approve") -> dict[str, Any]:
        assert self.get()["statusCode"] == 200
        return self.post(decision)

"""Links that are sent when an approval waits."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from functions.approval_page import clients, config, sender
from tests.functions.approval_page.aws import PROJECT, Aws
from tests.functions.approval_page.test_sender import event
from tests.functions.faults.calls import InterceptedClient
from tests.functions.faults.case import FunctionAccount, FunctionCase, Late


class ApprovalAccount:
    """The function that sends links, and who got which."""

    def __init__(self, aws: Aws) -> None:
        self.aws, self.event = aws, event()

    def handle(self, given: Any) -> Any:
        """Invoke it."""
        return sender.handle(given, None)

    def state(self) -> Mapping[str, Any]:
        """Messages by approver."""
        return {
            "mails": [
                (mail["MessageAttributes"]["approver"]["StringValue"], mail["Message"]) for mail in self.aws.mails
            ]
        }


@contextmanager
def project_functions(aws: Aws) -> Iterator[Aws]:
    """A project's AWS as its functions see it."""
    outputs = ("approvers", "url", "key", "topic")
    given = {name: value for name, value in asdict(PROJECT).items() if name not in outputs}

    def client(service: str) -> InterceptedClient:
        return InterceptedClient(service, aws.client(service), clients.ATTEMPTS)

    with TemporaryDirectory() as folder:
        path = Path(folder) / "config.json"
        path.write_text(json.dumps({**given, "parameter": "/mlops/dev/projects/screening/approval-link"}))
        with patch.object(clients, "client", client), patch.object(config, "CONFIG", path):
            yield aws


@contextmanager
def approval_account() -> Iterator[FunctionAccount]:
    """A fresh project's AWS."""
    with project_functions(Aws()) as aws:
        yield ApprovalAccount(aws)


def _decided(account: Any) -> None:
    account.aws.status = "Succeeded"


def _same(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    assert after == before


CASES = [
    FunctionCase(
        function="approval_page",
        entry="sender",
        does="an approval waits",
        account=approval_account,
        refusals=(sender.RefusedEvent, sender.NotWaitingYet),
        repeated={"mails": "A topic has no token by which it would know a message: the same link comes twice"},
        late={"after the decision": Late(happened=_decided, leaves=_same)},
    )
]

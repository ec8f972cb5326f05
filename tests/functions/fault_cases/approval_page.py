"""Links that are sent when an approval waits, and a decision by one of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
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
def approval_account(aws: Callable[[], Aws] = Aws) -> Iterator[FunctionAccount]:
    """A fresh project's AWS."""
    made = aws()
    outputs = ("approvers", "url", "key", "topic")
    given = {name: value for name, value in asdict(PROJECT).items() if name not in outputs}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "config.json"
        path.write_text(json.dumps({**given, "parameter": "/mlops/dev/projects/screening/approval-link"}))
        with (
            patch.object(clients, "client", lambda service: InterceptedClient(service, made.client(service))),
            patch.object(config, "CONFIG", path),
        ):
            yield ApprovalAccount(made)


def _decided(account: Any) -> None:
    account.aws.status = "Succeeded"


def _same(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    assert after == before


CASES = [
    FunctionCase(
        function="approval_page",
        does="an approval waits",
        account=approval_account,
        refusals=(sender.RefusedEvent, sender.NotWaitingYet),
        repeated={"mails": "A topic has no token by which it would know a message: the same link comes twice"},
        late={"after the decision": Late(happened=_decided, leaves=_same)},
    )
]

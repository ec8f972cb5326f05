"""A check of an endpoint that serves one version, and of one that is being updated."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from functions.endpoint_checker import handler
from functions.endpoint_checker.events import RefusedEvent
from functions.endpoint_checker.handler import Clients, IncompleteCheck
from tests.functions.faults.calls import InterceptedClient
from tests.functions.faults.case import FunctionAccount, FunctionCase, Late
from tests.functions.test_endpoint_checker import CONFIG, Account, event

FORMAT = "%Y-%m-%dT%H:%M:%SZ"


class CheckedAccount:
    """The function, and what CloudWatch was told of wrong answers."""

    def __init__(self, account: Account) -> None:
        self.account, self.event = account, event(time=datetime.now(UTC).strftime(FORMAT))

    def handle(self, given: Any) -> Any:
        """Invoke it."""
        handler._read.clear()
        return handler.handle(given, None)

    def state(self) -> Mapping[str, Any]:
        """Whether anything was told, and how many answers were called wrong."""
        wrong = [
            datum["Value"]
            for put in self.account.put
            for datum in put["MetricData"]
            if datum["MetricName"] == "WrongAnswers"
        ]
        return {"told": bool(self.account.put), "wrong": sum(wrong)}


@contextmanager
def checked(**account: Any) -> Iterator[FunctionAccount]:
    """A fresh account."""
    made = Account(**account)
    services = {"sagemaker": "sagemaker", "runtime": "sagemaker-runtime", "s3": "s3", "cloudwatch": "cloudwatch"}
    aws = Clients(**{name: InterceptedClient(service, made) for name, service in services.items()})
    with TemporaryDirectory() as folder:
        config = Path(folder) / "config.json"
        config.write_text(json.dumps(CONFIG), encoding="utf-8")
        with patch.object(handler, "CONFIG", config), patch.object(handler, "clients", lambda: aws):
            yield CheckedAccount(made)


def _minutes_ago(account: Any) -> None:
    account.event["time"] = (datetime.now(UTC) - timedelta(hours=1)).strftime(FORMAT)


def _nothing(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    assert after == before == {"told": False, "wrong": 0}


CASES = [
    FunctionCase(
        function="endpoint_checker",
        does="one version serves",
        account=checked,
        refusals=(RefusedEvent, IncompleteCheck),
        late={"an hour after its time": Late(happened=_minutes_ago, leaves=_nothing)},
    )
]

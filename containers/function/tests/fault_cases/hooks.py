"""Deployments of CodeDeploy, whose hooks look at a new version: each execution is reported once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any
from unittest.mock import patch

import boto3
from faults.calls import InterceptedClient
from faults.case import FunctionAccount, FunctionCase, Late
from inference_api import after_traffic, before_traffic, hooks

from tests.test_hooks import ENVIRONMENT, EVENT, Aws, captured, refused

# botocore's own, where a function's client is told nothing else (Boto3 guide, "Retries", legacy mode).
_ATTEMPTS = 5
_MODULES: Mapping[str, Any] = {"before_traffic": before_traffic, "after_traffic": after_traffic}


class DeploymentFailed(Exception):
    """The hook reported that the new version is not to be served: CodeDeploy rolls back, and somebody deploys anew."""


class Deployed(Aws):
    """The hook's AWS, in which a deployment that failed is made anew."""

    def __init__(self, entry: str) -> None:
        super().__init__()
        self.event: Any = EVENT
        self._handle, self._number = _MODULES[entry].handle, 1
        self.told: dict[str, str] = {}
        self._deployments = [f"d-{number}" for number in range(1, 6)]
        lines: dict[str, str] = {}
        for deployment in self._deployments:
            captured(self, request=f"after-{deployment}")
            lines |= {key: f"{lines.get(key, '')}{text}\n" for key, text in self.captures.items()}
        self.captures = lines

    def put_lifecycle_event_hook_execution_status(self, **given: str) -> None:
        """CodeDeploy takes one report of an execution that there is (botocore codedeploy, the operation's errors)."""
        deployment, execution = given["deploymentId"], given["lifecycleEventHookExecutionId"]
        if execution in self.told:
            raise refused("LifecycleEventAlreadyCompletedException")
        if deployment not in self._deployments:
            raise refused("DeploymentDoesNotExistException")
        if execution != f"e-{deployment.removeprefix('d-')}":
            raise refused("InvalidLifecycleEventHookExecutionIdException")
        self.told[execution] = given["status"]

    def client(self, service: str, config: Any = None) -> InterceptedClient:
        """Stands for boto3.client."""
        attempts = config.retries["total_max_attempts"] if config else _ATTEMPTS
        return InterceptedClient(service, self, attempts, again=True)

    def handle(self, event: Any) -> Any:
        """The hook of a deployment, or of the next one where that has failed."""
        if event is self.event and self._failed():
            self._number += 1
        if event is self.event:
            event = {"DeploymentId": f"d-{self._number}", "LifecycleEventHookExecutionId": f"e-{self._number}"}
        self._handle(event)
        if self._failed():
            raise DeploymentFailed(f"deployment {self._number} failed")

    def _failed(self) -> bool:
        return self.told.get(f"e-{self._number}") == hooks.FAILED

    def state(self) -> Mapping[str, Any]:
        """How many deployments succeeded: those before them failed, were told so once, and were made anew."""
        return {"succeeded": [*self.told.values()].count(hooks.SUCCEEDED)}


@contextmanager
def deployed(entry: str) -> Iterator[FunctionAccount]:
    """A deployment that begins."""
    made = Deployed(entry)
    with (
        patch.dict(os.environ, ENVIRONMENT),
        patch.object(boto3, "client", made.client),
        patch.object(hooks, "_PAUSE_SECONDS", 0),
        patch.object(after_traffic, "PAUSE_SECONDS", 0),
        patch.object(after_traffic, "WAIT_SECONDS", 0.05),
    ):
        yield made


def _ended(account: Any) -> None:
    account.told["e-1"] = hooks.SUCCEEDED


def _same(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    assert after == before


CASES = [
    FunctionCase(
        function="inference_api",
        entry=entry,
        does="a version is deployed",
        account=partial(deployed, entry),
        refusals=(ValueError, DeploymentFailed),
        late={"after the execution was reported": Late(happened=_ended, leaves=_same)},
    )
    for entry in _MODULES
]

"""Events that start a pipeline, and a CodePipeline that knows what was started with which token."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from functions import pipeline_starter
from rehearsal.aws.cloud import Cloud
from rehearsal.codesuite import operations
from tests.functions.faults.case import FunctionCase, Late
from tests.functions.faults.environment import credentials
from tests.functions.test_pipeline_starter import ACCOUNT, CONFIG, REGION, approved, written


class StarterAccount:
    """The function, and the executions that it started."""

    def __init__(self, event: Any) -> None:
        self.event = event
        self.executions: list[Mapping[str, Any]] = []
        self._tokens: operations.StartsByToken = {}

    def handle(self, event: Any) -> Any:
        """Invoke it."""
        return pipeline_starter.handle(event, None)

    def state(self) -> Mapping[str, Any]:
        """Pipelines and variables of the executions."""
        return {"executions": [(each["name"], each["variables"]) for each in self.executions]}

    def start(self, actor: Any, question: Any, request: Any) -> Any:
        """StartPipelineExecution."""
        given = question.parameters or json.loads(request.data)
        answer = operations.repeated_token(self._tokens, actor, given, lambda: self._start(given))
        return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(answer).encode()

    def _start(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        self.executions.append(given)
        return {"pipelineExecutionId": f"00000000-0000-0000-0000-{len(self.executions):012}"}


@contextmanager
def starter(event: Any) -> Iterator[StarterAccount]:
    """A fresh account."""
    with Cloud(REGION) as cloud, TemporaryDirectory() as folder, credentials(cloud, ACCOUNT):
        config = Path(folder) / "config.json"
        config.write_text(json.dumps(CONFIG), encoding="utf-8")
        account = StarterAccount(event)
        cloud.handlers["codepipeline:StartPipelineExecution"] = account.start
        with patch.object(pipeline_starter, "CONFIG", config):
            yield account


def _other_event_first(event: Any) -> Late:
    """A newer event came first: each starts its own execution, and stages of a queue wait for one another."""

    def leaves(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        assert len(after["executions"]) == len(before["executions"]) + 1

    return Late(happened=lambda account: account.handle(event), leaves=leaves)


CASES = [
    FunctionCase(
        function="pipeline_starter",
        does="a repository was written",
        account=lambda: starter(written()),
        refusals=(pipeline_starter.RefusedEvent,),
        late={"after a newer version's": _other_event_first(written(version="newer", id="other"))},
    ),
    FunctionCase(
        function="pipeline_starter",
        does="a model was approved",
        account=lambda: starter(approved()),
        refusals=(pipeline_starter.RefusedEvent,),
        late={"after another model's": _other_event_first(approved(id="other"))},
    ),
]

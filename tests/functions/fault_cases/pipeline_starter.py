"""Events that start a pipeline, and a CodePipeline that knows what was started with which token."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import boto3

from functions import pipeline_starter
from rehearsal.aws.cloud import Cloud
from rehearsal.codesuite import operations
from tests.functions.faults.case import FunctionCase, Late
from tests.functions.faults.environment import credentials
from tests.functions.test_pipeline_starter import (
    ACCOUNT,
    CONFIG,
    GROUP,
    PACKAGE,
    REGION,
    approved,
    rejected,
    written,
)


class StarterAccount:
    """The function, and the executions that it started."""

    def __init__(self, event: Any) -> None:
        self.event = event
        self.registry = boto3.client("sagemaker")
        self.executions: list[Mapping[str, Any]] = []
        self._tokens: operations.StartsByToken = {}

    def handle(self, event: Any) -> Any:
        """Invoke it."""
        return pipeline_starter.handle(event, None)

    def state(self) -> Mapping[str, Any]:
        """Pipelines and variables of the executions, but for what is only told on."""
        return {"executions": [(each["name"], _decisive(each["variables"])) for each in self.executions]}

    def start(self, actor: Any, question: Any, request: Any) -> Any:
        """StartPipelineExecution."""
        given = question.parameters or json.loads(request.data)
        answer = operations.repeated_token(self._tokens, actor, given, lambda: self._start(given))
        return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(answer).encode()

    def _start(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        self.executions.append(given)
        return {"pipelineExecutionId": f"00000000-0000-0000-0000-{len(self.executions):012}"}

    def decide(self, status: str) -> None:
        """Somebody decides on the package."""
        self.registry.update_model_package(ModelPackageArn=PACKAGE, ModelApprovalStatus=status)


def _decisive(variables: Sequence[Mapping[str, str]]) -> Mapping[str, str]:
    return {each["name"]: each["value"] for each in variables if each["name"] not in ("Reason", "Requester")}


@contextmanager
def starter(event: Any, status: str = "Approved") -> Iterator[StarterAccount]:
    """A fresh account, in whose registry the package has a status."""
    with Cloud(REGION) as cloud, TemporaryDirectory() as folder, credentials(cloud, ACCOUNT):
        config = Path(folder) / "config.json"
        config.write_text(json.dumps(CONFIG), encoding="utf-8")
        account = StarterAccount(event)
        account.registry.create_model_package_group(ModelPackageGroupName=GROUP)
        for _ in range(int(PACKAGE.rpartition("/")[2])):
            account.registry.create_model_package(ModelPackageGroupName=GROUP, ModelApprovalStatus=status)
        cloud.handlers["codepipeline:StartPipelineExecution"] = account.start
        with patch.object(pipeline_starter, "CONFIG", config):
            yield account


def _other_event_first(event: Any) -> Late:
    """A newer event came first: each starts its own execution, and stages of a queue wait for one another."""

    def leaves(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        assert len(after["executions"]) == len(before["executions"]) + 1

    return Late(happened=lambda account: account.handle(event), leaves=leaves)


def _nothing(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    assert after == before


def _case(does: str, event: Any, other: Any, status: str, opposite: str) -> FunctionCase:
    late = {"after another of its kind": _other_event_first(other)}
    if opposite:
        late["after it was decided otherwise"] = Late(
            happened=lambda account: account.decide(opposite), leaves=_nothing
        )
    return FunctionCase(
        function="pipeline_starter",
        does=does,
        account=lambda: starter(event, status),
        refusals=(pipeline_starter.RefusedEvent, pipeline_starter.NotYet),
        late=late,
    )


CASES = [
    _case("a repository was written", written(), written(version="newer", id="other"), "Approved", ""),
    _case("a model was approved", approved(), approved(id="other"), "Approved", "Rejected"),
    _case("what production serves was rejected", rejected(), rejected(change="c-2"), "Rejected", "Approved"),
]

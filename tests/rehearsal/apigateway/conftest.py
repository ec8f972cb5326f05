"""An account with an API, in a fresh in-memory AWS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from rehearsal.apigateway.service import ApiGateway
from rehearsal.aws.cloud import Cloud
from rehearsal.clock import ServiceClock
from rehearsal.cloudformation.service import CloudFormation
from rehearsal.codedeploy.service import CodeDeploy
from rehearsal.codesuite.suite import CodeSuite
from tests.rehearsal.apigateway.account import ACCOUNT, REGION, ApiAccount


@pytest.fixture
def account(tmp_path: Path) -> Iterator[ApiAccount]:
    """The account. Time passes 600 times as fast."""
    metrics: list[tuple[str, Mapping[str, str], Mapping[str, float]]] = []
    events: list[Mapping[str, Any]] = []

    def report(_: str, __: str, namespace: str, by: Mapping[str, str], values: Mapping[str, float]) -> None:
        metrics.append((namespace, by, values))

    with Cloud(REGION, tmp_path / "requests.jsonl", ServiceClock(600)) as cloud:
        suite = CodeSuite(cloud, logs=tmp_path / "logs", report=report)
        deploy = CodeDeploy(cloud, suite.functions, emit=lambda _, __, event: events.append(event))
        gateway = ApiGateway(cloud, suite.functions, report)
        with suite, CloudFormation(cloud), deploy, gateway:
            made = ApiAccount(cloud, suite, gateway, deploy, cloud.deployer(ACCOUNT), metrics, events)
            made.role("function", {"Service": "lambda.amazonaws.com"})
            yield made
            cloud.clock.close()

"""Services of the in-memory AWS that run: builds, pipelines, functions, events, jobs, endpoints, CloudFormation."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from rehearsal.apigateway.service import ApiGateway
from rehearsal.aws.cloud import Cloud
from rehearsal.cloudformation.service import CloudFormation
from rehearsal.cloudwatch.alarms import CloudWatch
from rehearsal.codedeploy.service import CodeDeploy
from rehearsal.codesuite.pending import ApprovalRequest
from rehearsal.codesuite.suite import CodeSuite
from rehearsal.console import ConsoleProgress
from rehearsal.engine.state import Resource
from rehearsal.sagemaker.service import SageMaker


class Runtime:
    """CodePipeline, CodeBuild, EventBridge, Lambda, API Gateway, SageMaker and the others while the context lasts.

    `sabotage` tells, by endpoint name, whether an endpoint answers wrongly. A journey sets `on_approval`.
    """

    def __init__(
        self, cloud: Cloud, progress: ConsoleProgress, logs: Path, sabotage: Callable[[str], bool] = lambda _: False
    ) -> None:
        self.on_approval: Callable[[ApprovalRequest], None] = lambda _: None
        self.cloudwatch = CloudWatch(cloud)
        self.suite = CodeSuite(
            cloud,
            logs=logs,
            on_action=lambda _, stage, action: progress.update(f"{stage}: {action.name} {action.status.lower()}"),
            on_approval=self._approval_requested,
            report=self.cloudwatch.report,
        )
        self.sagemaker = SageMaker(
            cloud,
            on_event=self.suite.emit,
            on_step=lambda step, status, _: progress.update(f"{step} {status.lower()}"),
            sabotage=sabotage,
            report=self.cloudwatch.report,
            folder=logs,
            require_images=True,
            starts_jobs=True,
        )
        self.codedeploy = CodeDeploy(cloud, self.suite.functions, emit=self.suite.emit)
        self.apigateway = ApiGateway(cloud, self.suite.functions, self.cloudwatch.report)
        self._cloudformation = CloudFormation(cloud)
        self._open = ExitStack()

    def __enter__(self) -> Runtime:
        self._open.enter_context(self.suite)
        self._open.enter_context(self.sagemaker)
        self._open.enter_context(self._cloudformation)
        self._open.enter_context(self.codedeploy)
        self._open.enter_context(self.apigateway)
        # Last in, first out: closing it ends whatever waits on the service clock.
        self._open.enter_context(self.cloudwatch)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def _approval_requested(self, request: ApprovalRequest) -> None:
        self.on_approval(request)

    def invoke(self, resource: Resource, function: str, payload: bytes) -> bytes:
        """Invoke a function for an `aws.lambda_.Invocation` of a stack.

        Raises RuntimeError with the function's own error.
        """
        result = self.suite.functions.run(resource.account, resource.region, function, json.loads(payload))
        if result.error:
            raise RuntimeError(f"function {function}: {json.dumps(result.payload)}")
        return json.dumps(result.payload).encode()

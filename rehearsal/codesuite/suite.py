"""Builds, pipelines, functions and events of one in-memory AWS, wired together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from rehearsal.aws.cloud import Cloud
from rehearsal.aws.processes import Processes
from rehearsal.codesuite import operations
from rehearsal.codesuite.build import BuildRunner
from rehearsal.codesuite.build_environment import BuildEnvironment
from rehearsal.codesuite.pending import OnApproval
from rehearsal.codesuite.pipeline import CodePipelineRunner, OnAction
from rehearsal.eventbridge.router import EventRouter
from rehearsal.lambda_functions import LambdaFunctions
from rehearsal.lambda_functions.metrics import Report, no_report


class CodeSuite:
    """CodeBuild, CodePipeline, Lambda and EventBridge that run, while the context lasts."""

    def __init__(
        self,
        cloud: Cloud,
        *,
        logs: Path,
        on_action: OnAction | None = None,
        on_approval: OnApproval | None = None,
        approval_seconds: float | None = None,
        report: Report = no_report,
    ) -> None:
        self.cloud = cloud
        self.processes = Processes()
        self.functions = LambdaFunctions(cloud, processes=self.processes, logs=logs, report=report)
        self.events = EventRouter(cloud, self.functions)
        self.builds = BuildRunner(
            cloud, build_environment=BuildEnvironment(), processes=self.processes, logs=logs, emit=self.emit
        )
        self.pipelines = CodePipelineRunner(
            cloud,
            self.builds,
            emit=self.emit,
            on_action=on_action,
            on_approval=on_approval,
            approval_seconds=approval_seconds,
        )

    def emit(self, account: str, region: str, event: Mapping[str, Any]) -> None:
        """Send a service's event to an account's default bus: `source`, `detail-type`, `resources`, `detail`."""
        self.events.emit(account, region, event)

    def __enter__(self) -> CodeSuite:
        self.functions.install()
        self.events.install()
        operations.install(self.cloud, self.pipelines, self.events.rule_of)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.pipelines.close()
        self.builds.close()
        self.events.close()
        self.functions.close()
        self.processes.close()

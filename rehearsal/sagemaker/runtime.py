"""SageMaker of a rehearsal as a whole: installed into a Cloud while a context lasts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from moto.sagemaker.models import sagemaker_backends

from rehearsal.aws.cloud import Cloud
from rehearsal.sagemaker import gaps
from rehearsal.sagemaker.jobs import Jobs, Outcome
from rehearsal.sagemaker.patches import Patches
from rehearsal.sagemaker.pipelines import OnStep, PipelineRunner, event
from rehearsal.sagemaker.processes import REPOSITORY, Processes

OnEvent = Callable[[str, str, dict[str, Any]], None]


class SageMaker:
    """Runs what the in-memory SageMaker only records.

    `on_event` gets account, region and each EventBridge event that SageMaker emits; `on_step` gets step, status and
    detail of pipeline executions that a request started.
    """

    def __init__(
        self,
        cloud: Cloud,
        *,
        on_event: OnEvent = lambda *_: None,
        on_step: OnStep = lambda *_: None,
        folder: Path = REPOSITORY / "build" / "rehearsal" / "logs",
        python: Path | None = None,
    ) -> None:
        self.cloud, self.on_event, self.on_step = cloud, on_event, on_step
        self.state, self.processes = gaps.State(), Processes()
        self.jobs = Jobs(cloud, self.state, self.processes, folder, python)
        self.pipelines = PipelineRunner(cloud, self.jobs, self.on_event)
        self._patches = Patches()

    def __enter__(self) -> SageMaker:
        hooks = gaps.Hooks(
            pipeline_started=self._started,
            pipeline_stopped=lambda _account, _region, arn: self.pipelines.stop(arn),
            package_changed=self._package_changed,
        )
        gaps.install(self._patches, self.state, hooks)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.pipelines.close()
        self.processes.close()
        self._patches.undo()

    def _started(self, account: str, region: str, arn: str) -> None:
        self.pipelines.start(account, region, arn, self.on_step)

    def _package_changed(self, account: str, region: str, arn: str, fields: list[str]) -> None:
        package = sagemaker_backends[account][region].describe_model_package(arn)
        detail = {
            "ModelPackageGroupName": package.model_package_group_name,
            "ModelPackageVersion": package.model_package_version,
            "ModelPackageArn": arn,
            "ModelPackageStatus": package.model_package_status,
            "ModelApprovalStatus": package.model_approval_status,
            "CustomerMetadataProperties": package.customer_metadata_properties or {},
            "UpdatedModelPackageFields": fields,
        }
        name = "SageMaker Model Package State Change"
        self.on_event(account, region, event(account, region, name, [arn], detail))


def run_processing_job(sagemaker: SageMaker, account: str, name: str) -> Outcome:
    """Run a job that CreateProcessingJob made."""
    return sagemaker.jobs.run_processing(account, name)


def run_training_job(sagemaker: SageMaker, account: str, name: str) -> Outcome:
    """Run a job that CreateTrainingJob made."""
    return sagemaker.jobs.run_training(account, name)

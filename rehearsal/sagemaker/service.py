"""SageMaker of a rehearsal as a whole: installed into a Cloud while a context lasts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import sagemaker_backends

from assumptions.entries import updated_model_package_fields
from assumptions.outcomes import holds
from rehearsal.aws import logs
from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud
from rehearsal.aws.processes import REPOSITORY, Processes, container_python
from rehearsal.sagemaker import endpoints, images, job_states
from rehearsal.sagemaker.hosting import Hosting, Report
from rehearsal.sagemaker.jobs import JobRunner
from rehearsal.sagemaker.pipelines import OnStep, SageMakerPipelineRunner, event
from rehearsal.sagemaker.servers import ModelServerStarter
from rehearsal.sagemaker.started_jobs import StartedJobs
from rehearsal.sagemaker.transform import TransformJobs
from rehearsal.service_model.patches import Patches
from rehearsal.services.sagemaker import runtime_patches

OnEvent = Callable[[str, str, dict[str, Any]], None]


class SageMaker:
    """Runs the jobs, pipelines and endpoints that the in-memory SageMaker only records.

    `on_event` gets account, region and each EventBridge event that SageMaker emits; `on_step` gets step, status and
    detail of pipeline executions that a request started. With `starts_jobs`, processing jobs of no pipeline run too.
    """

    def __init__(
        self,
        cloud: Cloud,
        *,
        on_event: OnEvent = lambda *_: None,
        on_step: OnStep = lambda *_: None,
        sabotage: Callable[[str], bool] = lambda _: False,
        folder: Path = REPOSITORY / "build" / "rehearsal" / "logs",
        python: Path | None = None,
        require_images: bool = False,
        startup_seconds: float = 60.0,
        report: Report = lambda *_: None,
        starts_jobs: bool = False,
    ) -> None:
        self.cloud, self.on_event, self.on_step = cloud, on_event, on_step
        self.state, self.processes = runtime_patches.State(), Processes()
        python = python or container_python()
        self.jobs = JobRunner(cloud, self.state, self.processes, folder, python, require_images=require_images)
        starter = ModelServerStarter(cloud, self.processes, python, folder, require_images, startup_seconds)
        self.hosting = Hosting(
            cloud,
            self.state,
            starter,
            on_event=self._endpoint_changed,
            sabotage=sabotage,
            on_deployment=self._deployment_changed,
            report=report,
        )
        self.started_jobs = StartedJobs(self.jobs) if starts_jobs else None
        self.pipelines = SageMakerPipelineRunner(cloud, self.jobs, self.on_event)
        self.transform_jobs = TransformJobs(cloud, self.state, starter, self._job_changed)
        self._patches = Patches()

    def __enter__(self) -> SageMaker:
        hooks = runtime_patches.Hooks(
            pipeline_started=self._started,
            pipeline_stopped=lambda _account, _region, arn: self.pipelines.stop(arn),
            model_created=self._model_created,
            package_changed=self._package_changed,
            caller=self._identity,
        )
        runtime_patches.install(self._patches, self.state, hooks)
        self.jobs.changed = self._job_changed
        job_states.install(self._patches, self.state, self._job_changed, self.jobs.interrupt)
        endpoints.install(self._patches, self.state, self.hosting)
        images.install(self._patches, self.cloud)
        self.cloud.after.append(self.transform_jobs.see)
        if self.started_jobs:
            self.cloud.after.append(self.started_jobs.see)
        runtime = {"InvokeEndpoint": self.hosting.invoke, "InvokeEndpointAsync": self.hosting.asynchronous.invoke}
        for operation, handler in runtime.items():
            self._patches.set_item(self.cloud.handlers, f"sagemaker-runtime:{operation}", handler)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.pipelines.close()
        self.hosting.close()
        self.cloud.after.remove(self.transform_jobs.see)
        self.transform_jobs.close()
        self.processes.close()
        if self.started_jobs:
            self.cloud.after.remove(self.started_jobs.see)
            self.started_jobs.close()
        self._patches.undo()

    def _started(self, account: str, region: str, arn: str) -> None:
        self.pipelines.start(account, region, arn, self.on_step)

    def _model_created(
        self, account: str, region: str, access_key: str, model: str, container: Mapping[str, Any]
    ) -> None:
        """Resolve a container's package, perhaps another account's, with the rights of the model's creator.

        Its image, or the package's, is looked at.
        """
        caller = self.cloud.adopt(access_key)
        if caller is None:
            raise ValidationError(message=f"nobody known makes model {model}")
        found: list[Mapping[str, Any]] = [container]
        if container.get("ModelPackageName"):
            found = self._resolved(caller, account, region, model, container["ModelPackageName"])
        arn = f"arn:aws:sagemaker:{region}:{account}:model/{model}"
        for image in sorted({each["Image"] for each in found if each.get("Image")}):
            try:
                images.image_is_checked_when_a_model_is_made(self.cloud, caller, image, arn)
            except images.ImageNotFound as error:
                raise ValidationError(message=str(error)) from None

    def _resolved(self, caller: Actor, account: str, region: str, model: str, package: str) -> list[Mapping[str, Any]]:
        """The containers of a package."""
        try:
            described = self.cloud.client(caller, "sagemaker", region).describe_model_package(ModelPackageName=package)
        except ClientError as error:
            raise ValidationError(message=f"model package {package}: {logs.refused(error)}") from None
        self.state.put(account, region, "Packages", model, {package: described})
        return list((described.get("InferenceSpecification") or {}).get("Containers") or ())

    def _identity(self, access_key: str) -> Mapping[str, str]:
        caller = self.cloud.adopt(access_key)
        if caller is None:
            return {}
        person = {"SourceIdentity": caller.source_identity} if caller.source_identity else {}
        return {"Arn": caller.session_arn, "PrincipalId": f"{caller.access_key}:{caller.session}", **person}

    def _job_changed(self, account: str, region: str, job_type: str, name: str, status: str) -> None:
        arn = f"arn:aws:sagemaker:{region}:{account}:{xform_name(job_type, '-')}/{name}"
        detail = {f"{job_type}Name": name, f"{job_type}Arn": arn, f"{job_type}Status": status}
        title = f"SageMaker {job_states.EVENT_TITLES[job_type]} State Change"
        self.on_event(account, region, event(account, region, title, [arn], detail))

    def _endpoint_changed(self, account: str, region: str, name: str, status: str) -> None:
        record = sagemaker_backends[account][region].endpoints[name]
        detail = {
            "EndpointName": name,
            "EndpointArn": record.arn,
            "EndpointConfigName": record.endpoint_config_name,
            "EndpointStatus": {"InService": "IN_SERVICE"}.get(status, status.upper()),
            "FailureReason": record.failure_reason,
        }
        shown = {key: value for key, value in detail.items() if value}
        self.on_event(account, region, event(account, region, "SageMaker Endpoint State Change", [record.arn], shown))

    def _deployment_changed(self, account: str, region: str, name: str) -> None:
        """An update of an endpoint went on (SageMaker Developer Guide, "Events that Amazon SageMaker AI sends to Amazon
        EventBridge": endpoint deployment state change)."""
        record = sagemaker_backends[account][region].endpoints[name]
        pending = self.state.get(account, region, "Endpoint", name).get("PendingDeploymentSummary")
        detail = {
            "EndpointName": name,
            "EndpointArn": record.arn,
            "EndpointConfigName": record.endpoint_config_name,
            "EndpointStatus": "UPDATING" if pending else "IN_SERVICE",
            "PendingDeploymentSummary": _without_times(pending) if pending else None,
        }
        shown = {key: value for key, value in detail.items() if value}
        title = "SageMaker Endpoint Deployment State Change"
        self.on_event(account, region, event(account, region, title, [record.arn], shown))

    def _package_changed(self, account: str, region: str, arn: str, fields: list[str]) -> None:
        package = sagemaker_backends[account][region].describe_model_package(arn)
        detail = {
            "ModelPackageGroupName": package.model_package_group_name,
            "ModelPackageVersion": package.model_package_version,
            "ModelPackageArn": arn,
            "ModelPackageStatus": package.model_package_status,
            "ModelApprovalStatus": package.model_approval_status,
            "CustomerMetadataProperties": package.customer_metadata_properties or {},
            **({"UpdatedModelPackageFields": fields} if holds(updated_model_package_fields.ASSUMPTION) else {}),
        }
        name = "SageMaker Model Package State Change"
        self.on_event(account, region, event(account, region, name, [arn], detail))


def _without_times(summary: Mapping[str, Any]) -> dict[str, Any]:
    """A deployment's summary as an event carries it, its moments as texts."""
    found: dict[str, Any] = json.loads(json.dumps(summary, default=str))
    return found

"""What moto's SageMaker lacks of what runs: members of jobs and models that it drops, states that it makes up.

Installed by whatever runs jobs and pipelines (`rehearsal/sagemaker/runtime.py`), until its patches are undone. A
request's members are kept beside moto's own record and come back from the describe operation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import FakePipelineExecution, SageMakerModelBackend, sagemaker_backends
from moto.sagemaker.responses import SageMakerResponse

from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.patches import Patches

# Kind of record -> member that names it. The operations are Create<kind> and Describe<kind>.
_KEPT = {
    "ProcessingJob": "ProcessingJobName",
    "TrainingJob": "TrainingJobName",
    "TransformJob": "TransformJobName",
    "HyperParameterTuningJob": "HyperParameterTuningJobName",
    "Model": "ModelName",
    "EndpointConfig": "EndpointConfigName",
}
_SNAKE = {
    "ProcessingJob": "processing_job",
    "TrainingJob": "training_job",
    "TransformJob": "transform_job",
    "HyperParameterTuningJob": "hyper_parameter_tuning_job",
    "Model": "model",
    "EndpointConfig": "endpoint_config",
}


@dataclass
class State:
    """Members by account, region, kind and name, over those that moto describes."""

    records: dict[tuple[str, str, str, str], dict[str, Any]] = field(default_factory=dict)

    def put(self, account: str, region: str, kind: str, name: str, members: Mapping[str, Any]) -> None:
        """Set members of a record."""
        self.records.setdefault((account, region, kind, name), {}).update(members)

    def get(self, account: str, region: str, kind: str, name: str) -> dict[str, Any]:
        """A record's members."""
        return self.records.get((account, region, kind, name), {})


@dataclass
class Hooks:
    """Called when something begins or changes. `model_created` gets the access key that sent the request, too.

    `caller` gives the identity behind an access key, as `IamIdentity` has it.
    """

    pipeline_started: Callable[[str, str, str], None] = lambda *_: None
    pipeline_stopped: Callable[[str, str, str], None] = lambda *_: None
    model_created: Callable[[str, str, str, str, Mapping[str, Any]], None] = lambda *_: None
    package_changed: Callable[[str, str, str, list[str]], None] = lambda *_: None
    caller: Callable[[str], Mapping[str, str]] = lambda _: {}


def install(patches: Patches, state: State, hooks: Hooks) -> None:
    """Change moto until the patches are undone."""
    for kind in _KEPT:
        _keep(patches, state, kind)
    _jobs_begin(patches, state)
    _models(patches, hooks)
    _pipelines(patches, hooks)
    _packages(patches, hooks)


def _keep(patches: Patches, state: State, kind: str) -> None:
    name_member = _KEPT[kind]

    def create(original: Callable[..., Any], instance: Any) -> Any:
        # moto alters what it is given, so it is copied first.
        members = deepcopy({k: v for k, v in instance._get_params().items() if k != "Tags"})
        answer = original(instance)
        state.records.pop((instance.current_account, instance.region, kind, members[name_member]), None)
        state.put(instance.current_account, instance.region, kind, members[name_member], members)
        return answer

    def describe(original: Callable[..., Any], instance: Any) -> Any:
        answer = original(instance)
        kept = state.get(instance.current_account, instance.region, kind, instance._get_param(name_member))
        merged = {**answer.result, **kept}
        return ActionResult({k: v for k, v in merged.items() if v is not None})

    patches.wrap(SageMakerResponse, f"create_{_SNAKE[kind]}", create)
    patches.wrap(SageMakerResponse, f"describe_{_SNAKE[kind]}", describe)


def _jobs_begin(patches: Patches, state: State) -> None:
    """Jobs begin in progress; moto has them completed at once, with metrics of its own invention."""

    def processing(original: Callable[..., Any], instance: Any) -> Any:
        name = instance._get_param("ProcessingJobName")
        _unused(instance.sagemaker_backend.processing_jobs, name, "Processing job")
        answer = original(instance)
        begin = {"ProcessingJobStatus": "InProgress", "ProcessingEndTime": None}
        state.put(instance.current_account, instance.region, "ProcessingJob", name, begin)
        return answer

    def training(original: Callable[..., Any], instance: Any) -> Any:
        name = instance._get_param("TrainingJobName")
        _unused(instance.sagemaker_backend.training_jobs, name, "Training job")
        answer = original(instance)
        begin = {
            "TrainingJobStatus": "InProgress",
            "SecondaryStatus": "Starting",
            "FinalMetricDataList": None,
            "TrainingEndTime": None,
        }
        state.put(instance.current_account, instance.region, "TrainingJob", name, begin)
        return answer

    patches.wrap(SageMakerResponse, "create_processing_job", processing)
    patches.wrap(SageMakerResponse, "create_training_job", training)


def _unused(records: Mapping[str, Any], name: str, kind: str) -> None:
    if name in records:
        raise ValidationError(message=f"{kind} names must be unique within an AWS account: {name} exists")


def _models(patches: Patches, hooks: Hooks) -> None:
    def create(original: Callable[..., Any], instance: Any) -> Any:
        containers = [*(instance._get_param("Containers") or ()), instance._get_param("PrimaryContainer") or {}]
        name = instance._get_param("ModelName")
        for container in (each for each in containers if each):
            hooks.model_created(instance.current_account, instance.region, instance.access_key, name, container)
        return original(instance)

    patches.wrap(SageMakerResponse, "create_model", create)


# ---- pipelines


def _pipelines(patches: Patches, hooks: Hooks) -> None:
    def start(original: Callable[..., Any], instance: Any) -> Any:
        answer = original(instance)
        arn = answer.result["PipelineExecutionArn"]
        execution_of(instance.current_account, instance.region, arn).pipeline_execution_status = "Executing"
        hooks.pipeline_started(instance.current_account, instance.region, arn)
        return answer

    def describe(original: Callable[..., Any], instance: Any) -> Any:
        answer = original(instance).result
        execution = execution_of(instance.current_account, instance.region, instance._get_param("PipelineExecutionArn"))
        answer["FailureReason"] = execution.pipeline_execution_failure_reason
        return ActionResult({k: v for k, v in answer.items() if v is not None})

    def steps(instance: Any) -> Any:
        execution = execution_of(instance.current_account, instance.region, instance._get_param("PipelineExecutionArn"))
        found = list(getattr(execution, "steps", {}).values())
        if instance._get_param("SortOrder") != "Ascending":
            found.reverse()
        return ActionResult({"PipelineExecutionSteps": found})

    def stop(instance: Any) -> Any:
        arn = instance._get_param("PipelineExecutionArn")
        execution = execution_of(instance.current_account, instance.region, arn)
        if execution.pipeline_execution_status == "Executing":
            execution.pipeline_execution_status = "Stopping"
            hooks.pipeline_stopped(instance.current_account, instance.region, arn)
        return ActionResult({"PipelineExecutionArn": arn})

    patches.wrap(SageMakerResponse, "start_pipeline_execution", start)
    patches.wrap(SageMakerResponse, "describe_pipeline_execution", describe)
    patches.set(SageMakerResponse, "list_pipeline_execution_steps", steps)
    patches.set(SageMakerResponse, "stop_pipeline_execution", stop)


def execution_of(account: str, region: str, arn: str) -> Any:
    """moto's record of a pipeline execution."""
    for pipeline in sagemaker_backends[account][region].pipelines.values():
        execution: FakePipelineExecution | None = pipeline.pipeline_executions.get(arn)
        if execution is not None:
            return execution
    raise ValidationError(message=f"Pipeline execution {arn} does not exist.")


# ---- model packages


def _packages(patches: Patches, hooks: Hooks) -> None:
    def backend(instance: Any) -> SageMakerModelBackend:
        """The registry account's records, where an ARN of another account is given."""
        for member in ("ModelPackageName", "ModelPackageArn", "ModelPackageGroupName", "ResourceArn"):
            arn = str(instance._get_param(member) or "").split(":")
            if len(arn) == 6 and arn[2] == "sagemaker" and arn[5].startswith("model-package"):
                return sagemaker_backends[arn[4]][arn[3]]
        return sagemaker_backends[instance.current_account][instance.region]

    def group_by_name(original: Callable[..., Any], instance: Any, model_package_group_name: str) -> Any:
        return original(instance, model_package_group_name.rpartition("/")[2])

    patches.set(SageMakerResponse, "sagemaker_backend", property(backend))
    patches.wrap(SageMakerModelBackend, "describe_model_package_group", group_by_name)
    patches.wrap(SageMakerModelBackend, "_get_resource_from_arn", _resource_of_package)
    for operation in ("create_model_package", "update_model_package"):
        patches.wrap(SageMakerResponse, operation, _as_caller)
    patches.wrap(SageMakerModelBackend, "create_model_package", _create_package(hooks))
    patches.wrap(SageMakerModelBackend, "update_model_package", _update_package(hooks))


# The access key of the request that is being answered.
_access_key: ContextVar[str] = ContextVar("access_key", default="")


def _as_caller(original: Callable[..., Any], instance: Any) -> Any:
    token = _access_key.set(instance.access_key or "")
    try:
        return original(instance)
    finally:
        _access_key.reset(token)


@aws_behavior("botocore's model of sagemaker: UserContext, IamIdentity", "botocore's model of sagemaker: CreatedBy")
def package_names_its_callers(package: Any, identity: Mapping[str, str], *, created: bool) -> None:
    """A model package names the identity that made it, and the one that changed it last, whatever was changed."""
    if not identity:
        return
    if created:
        package.created_by = {"IamIdentity": dict(identity)}
    else:
        package.last_modified_by = {"IamIdentity": dict(identity)}


def _resource_of_package(original: Callable[..., Any], instance: Any, arn: str) -> Any:
    if ":model-package/" in arn:
        package = instance.describe_model_package(arn)
        package.tags = package.tags or []
        return package
    resource = original(instance, arn)
    if resource is None:
        raise ValidationError(message=f"Could not find {arn}")
    if resource.tags is None:  # moto's transform job that was made without any
        resource.tags = []
    return resource


def _create_package(hooks: Hooks) -> Callable[..., Any]:
    def create(original: Callable[..., Any], instance: Any, **members: Any) -> Any:
        group = members.get("model_package_group_name")
        members["model_package_group_name"] = group.split("/")[-1] if group else group
        arn = original(instance, **members)
        caller = hooks.caller(_access_key.get())
        package_names_its_callers(instance.describe_model_package(arn), caller, created=True)
        hooks.package_changed(instance.account_id, instance.region_name, arn, [])
        return arn

    return create


def _update_package(hooks: Hooks) -> Callable[..., Any]:
    """Only the members that an update names change; moto blanks the others."""

    def update(original: Callable[..., Any], instance: Any, **members: Any) -> Any:
        package = instance.describe_model_package(members["model_package_arn"])
        kept = {
            "model_approval_status": package.model_approval_status,
            "approval_description": package.approval_description,
        }
        given = [name for name in (*kept, "customer_metadata_properties") if members.get(name) is not None]
        properties = {
            **(package.customer_metadata_properties or {}),
            **(members.get("customer_metadata_properties") or {}),
        }
        for name, value in kept.items():
            members[name] = value if members.get(name) is None else members[name]
        members["customer_metadata_properties"] = properties or None
        arn = original(instance, **members)
        package_names_its_callers(package, hooks.caller(_access_key.get()), created=False)
        fields = ["".join(word.title() for word in name.split("_")) for name in given]
        hooks.package_changed(instance.account_id, instance.region_name, arn, fields)
        return arn

    return update


def now() -> datetime:
    """The time, as moto's records hold it."""
    return datetime.now(UTC).replace(tzinfo=None)

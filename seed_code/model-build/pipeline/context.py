"""What every step is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sagemaker.core.workflow.execution_variables import ExecutionVariables
from sagemaker.core.workflow.functions import Join
from sagemaker.core.workflow.parameters import Parameter, ParameterFloat, ParameterInteger, ParameterString
from sagemaker.mlops.workflow.retry import (
    SageMakerJobExceptionTypeEnum,
    SageMakerJobStepRetryPolicy,
    StepExceptionTypeEnum,
    StepRetryPolicy,
)
from sagemaker.mlops.workflow.steps import CacheConfig

from pipeline.model import ModelSettings
from pipeline.project import ProjectParameters


@dataclass(frozen=True)
class PipelineContext:
    """Project, model, code and commit of one definition, its parameters and the SDK's session."""

    project: ProjectParameters
    model: ModelSettings
    code_uri: str
    commit: str
    session: Any
    parameters: dict[str, Parameter]

    def add(self, parameter: Parameter) -> Parameter:
        """A parameter that one step alone has. Raises ValueError if the pipeline has one of that name."""
        if parameter.name in self.parameters:
            raise ValueError(f"the pipeline has a parameter {parameter.name} already")
        self.parameters[parameter.name] = parameter
        return parameter

    def text(self, name: str) -> Any:
        """A parameter as text: arguments, environment and hyperparameters are texts in SageMaker's API."""
        return self.parameters[name].to_string()

    def run_uri(self, *path: str) -> Join:
        """An address below this execution's own prefix."""
        return Join(
            on="/",
            values=[self.project.artifacts_uri, "runs", ExecutionVariables.PIPELINE_EXECUTION_ID, *path],
        )

    def checks_uri(self) -> Join:
        """Where this execution leaves the rows that endpoints of its model are checked with."""
        return Join(
            on="/",
            values=[
                self.project.models_uri,
                "checks",
                ExecutionVariables.PIPELINE_EXECUTION_ID,
                "checks.json",
            ],
        )

    @property
    def tags(self) -> list[dict[str, str]]:
        """Tags of the jobs."""
        return [{"Key": "project", "Value": self.project.id}]


def shared_parameters(project: ProjectParameters, model: ModelSettings) -> dict[str, Parameter]:
    """Parameters that several steps read, by name; the values of `model.toml` are their defaults."""
    data = model.data if model.data.startswith("s3://") else f"{project.data_uri}/{model.data}"
    parameters: list[Parameter] = [
        ParameterString("DataUri", default_value=data),
        # `run` sets it to a hash of the objects' names and ETags: a step is reused for the same data only.
        ParameterString("DataVersion", default_value="unknown"),
        ParameterInteger("Seed", default_value=model.seed),
        ParameterFloat("MetricThreshold", default_value=project.gate_threshold),
        ParameterString("ProcessingInstanceType", default_value=model.instances.processing),
    ]
    return {parameter.name: parameter for parameter in parameters}


def cache() -> CacheConfig:
    """Reuse a step's result for a month if image, code, data version, arguments and environment are equal."""
    return CacheConfig(enable_caching=True, expire_after="P30D")


def service_retries() -> list[Any]:
    """Retries of calls that the service throttles or fails."""
    faults = [StepExceptionTypeEnum.SERVICE_FAULT, StepExceptionTypeEnum.THROTTLING]
    return [StepRetryPolicy(exception_types=faults, interval_seconds=10, backoff_rate=2.0, max_attempts=5)]


def job_retries() -> list[Any]:
    """Retries of jobs that failed for reasons outside their code: capacity, quota, internal errors."""
    kinds = SageMakerJobExceptionTypeEnum
    return [
        *service_retries(),
        SageMakerJobStepRetryPolicy(
            failure_reason_types=[kinds.INTERNAL_ERROR, kinds.CAPACITY_ERROR],
            interval_seconds=60,
            backoff_rate=2.0,
            max_attempts=3,
        ),
        SageMakerJobStepRetryPolicy(
            exception_types=[kinds.RESOURCE_LIMIT], interval_seconds=300, backoff_rate=1.5, max_attempts=5
        ),
    ]

"""The interface of step types: a type is one value, in a module of its own in `rehearsal.sagemaker.steps`."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore import xform_name

from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud
from rehearsal.sagemaker.expressions import PipelineExpressions
from rehearsal.sagemaker.jobs import JobOutcome, JobRunner, JobType

# A step as the definition writes it.
Step = Mapping[str, Any]
Arguments = Mapping[str, Any]
# What `Steps.<name>.…` refers to: mostly the describe answer of what the step made.
Properties = Mapping[str, Any]


# What the names of a pipeline's jobs begin with.
OF_PIPELINE = "pipelines-"


class StepFailed(Exception):
    """A step that failed. `fault` is the exception type that retry policies name, None where none fits.

    `by_design` is true for a Fail step: its message is the execution's.
    """

    def __init__(self, reason: str, fault: str | None = None, *, by_design: bool = False) -> None:
        super().__init__(reason)
        self.fault = fault
        self.by_design = by_design


@dataclass(frozen=True, kw_only=True)
class StepContext:
    """A step while it runs.

    `actor` is the pipeline's role, `client` its SageMaker client. `arguments` are evaluated, except for a step type
    that calls no API. `report` adds members to what ListPipelineExecutionSteps answers for the step.
    """

    step: Step
    arguments: Arguments
    cloud: Cloud
    actor: Actor
    client: Any
    jobs: JobRunner
    expressions: PipelineExpressions
    execution_arn: str
    stop: threading.Event
    report: Callable[[Mapping[str, Any]], None]

    def create(self, operation: str, metadata: str, arguments: Arguments) -> str:
        """Create a resource of SageMaker and give its ARN.

        It is tagged with execution and step, and reported under `metadata` (PipelineExecutionStepMetadata in the API).
        """
        answer = getattr(self.client, f"create_{operation}")(
            **{key: value for key, value in arguments.items() if key != "Tags"}
        )
        arn = str(next(value for key, value in answer.items() if key.endswith("Arn")))
        self.client.add_tags(ResourceArn=arn, Tags=self._tags(arguments))
        self.report({"Metadata": {metadata: {"Arn": arn}}})
        return arn

    def job_name(self) -> str:
        """A new name for a job of this step."""
        execution = self.execution_arn.rpartition("/")[2]
        return f"{OF_PIPELINE}{execution}-{self.step['Name'][:20]}-{uuid.uuid4().hex[:10]}"[:63]

    def _tags(self, arguments: Arguments) -> list[dict[str, str]]:
        own = {
            "sagemaker:pipeline-execution-arn": self.execution_arn,
            "sagemaker:pipeline-step-name": self.step["Name"],
        }
        return [*(arguments.get("Tags") or []), *({"Key": k, "Value": v} for k, v in own.items())]


@dataclass(frozen=True)
class StepResult:
    """The properties of a step that succeeded, and the steps that come to be run by it (a condition's branch)."""

    properties: Properties
    next_steps: Sequence[Step] = ()


def _no_steps(_arguments: Arguments) -> Sequence[Step]:
    return ()


def _all_arguments(arguments: Arguments) -> Arguments:
    return arguments


def _no_outputs(_properties: Properties) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, kw_only=True)
class StepType:
    """A type of step, by its name in the definition.

    `run` executes a step and gives its result; it raises StepFailed, or ClientError as the API does.
    `calls_api` is false for steps that only direct the execution: they evaluate their own arguments, are not cached
    and not tried again. `branches` are steps within the arguments, `own_arguments` the arguments without those.
    `outputs` gives the S3 addresses that property files are relative to, by output name.
    """

    name: str
    run: Callable[[StepContext], StepResult]
    calls_api: bool = True
    branches: Callable[[Arguments], Sequence[Step]] = _no_steps
    own_arguments: Callable[[Arguments], Arguments] = _all_arguments
    outputs: Callable[[Properties], Mapping[str, str]] = _no_outputs


def job_step(
    name: str, job_type: JobType, outputs: Callable[[Properties], Mapping[str, str]] = _no_outputs
) -> StepType:
    """A step type that creates a job, runs it to its end, and has the job's description as properties."""
    operation = xform_name(job_type.name)

    def run(context: StepContext) -> StepResult:
        job_name = context.job_name()
        arn = context.create(operation, job_type.name, {**context.arguments, f"{job_type.name}Name": job_name})
        outcome = context.jobs.run(
            job_type, context.actor.account, job_name, region=context.actor.region, stop=context.stop
        )
        described = getattr(context.client, f"describe_{operation}")(**{f"{job_type.name}Name": job_name})
        _require_completed(outcome, arn)
        return StepResult(described)

    return StepType(name=name, run=run, outputs=outputs)


def _require_completed(outcome: JobOutcome, arn: str) -> None:
    if outcome.status == "Completed":
        return
    fault = None
    for start, exception in (("InternalServerError", "JOB_INTERNAL_ERROR"), ("CapacityError", "CAPACITY_ERROR")):
        if outcome.reason.startswith(start):
            fault = f"SageMaker.{exception}"
    raise StepFailed(outcome.reason or f"the job {arn.rpartition('/')[2]} was stopped", fault)

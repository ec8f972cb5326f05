"""Whether a pipeline's `JsonGet` may stand inside `Join`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from botocore.exceptions import ClientError

from assumptions import buckets, roles
from assumptions.assumption import Assumption, Probe, ProbedStack, ProbeResult, probe_name
from assumptions.refusals import SECONDS, patiently, refusal

_FIGURE = 0.875
_DOCUMENT, _JOB = "figures.json", "Job"
_OF_JOB = {"Get": f"Steps.{_JOB}.PropertyFiles.Figures"}
# Attempts, since a role that was just made may not reach S3 at once; looks at each, which takes a minute as a rule.
_EXECUTIONS, _LOOKS = 3, 48


def _run(stack: ProbedStack) -> tuple[ProbeResult, str]:
    """Two questions: whether a Join of a property file's figure is taken, and what a step makes of a Join with JsonGet.

    A property file comes from a processing job, and no job is started here: the step that is run reads its figure from
    S3, which is the other place that JsonGet reads. A condition, for which JsonGet is documented, comes before each.
    """
    name = probe_name(stack)
    with ExitStack() as made:
        bucket = made.enter_context(buckets.bucket(stack, name))
        stack.client("s3").put_object(Bucket=bucket, Key=_DOCUMENT, Body=json.dumps({"figure": _FIGURE}).encode())
        reads = roles.allow("s3:GetObject", roles.scope_of(stack).bucket_arn(bucket, _DOCUMENT))
        here = {"StringEquals": {"aws:SourceAccount": stack.account}}
        role_arn = made.enter_context(roles.role(stack, name, {"Service": "sagemaker.amazonaws.com"}, here, reads))
        job, of_job, in_s3 = (
            _job(stack, role_arn, bucket),
            _json_get(PropertyFile=_OF_JOB),
            _json_get(S3Uri=_at(bucket)),
        )
        made.enter_context(_pipeline(stack, f"{name}-plain", role_arn, [job, _read(of_job, "none", after=_JOB)]))
        try:
            joins = [job, _read(of_job, of_job, after=_JOB)]
            made.enter_context(_pipeline(stack, f"{name}-file", role_arn, joins))
        except ClientError as error:
            if "ValidationException" not in refusal(error):
                raise
            told = f"CreatePipeline takes JsonGet in a condition and refuses it in a Join as well: {refusal(error)}"
            return ProbeResult.FAILS, told
        made.enter_context(_pipeline(stack, f"{name}-run", role_arn, [_read(in_s3, in_s3)]))
        return _judge(_executed(stack, f"{name}-run"))


def _judge(steps: Mapping[str, Mapping[str, Any]]) -> tuple[ProbeResult, str]:
    """What the steps of the execution say, after both definitions of a property file's figure were taken."""
    taken = "CreatePipeline takes a Join of a property file's figure"
    step = steps.get("Join", {})
    message = str(step.get("Metadata", {}).get("Fail", {}).get("ErrorMessage") or step.get("FailureReason") or "")
    if steps.get("Read", {}).get("StepStatus") != "Succeeded" or not message:
        reason = steps.get("Read", {}).get("FailureReason", "no reason")
        return ProbeResult.UNCLEAR, f"{taken}, which is half of it; the step that joins did not run: {reason}"
    if str(_FIGURE) in message:
        return ProbeResult.HOLDS, f"{taken}, and a step that joins one in S3 says {message!r}"
    # An expression that is left as it is, or an error that names it: any other failure says nothing of the two.
    about = any(word in message for word in ("Join", "JsonGet", "alidation"))
    told = f"{taken}; a condition reads a figure in S3, and the step that joins it says {message!r}"
    return (ProbeResult.FAILS if about else ProbeResult.UNCLEAR), told


def _json_get(**source: Any) -> Mapping[str, Any]:
    return {"Std:JsonGet": {**source, "Path": "figure"}}


def _at(bucket: str) -> Mapping[str, Any]:
    """The address of the figures, as the SageMaker Python SDK writes it for JsonGet."""
    return {"Std:Join": {"On": "/", "Values": ["s3:/", bucket, _DOCUMENT]}}


def _job(stack: ProbedStack, role_arn: str, bucket: str) -> Mapping[str, Any]:
    """A processing job with a property file, of a pipeline that is made and never started."""
    address = {"LocalPath": "/opt/ml/processing/output", "S3Uri": f"s3://{bucket}/none", "S3UploadMode": "EndOfJob"}
    image = f"{stack.account}.dkr.ecr.{stack.region}.amazonaws.com/none:none"
    return {
        "Name": _JOB,
        "Type": "Processing",
        "Arguments": {
            "RoleArn": role_arn,
            "AppSpecification": {"ImageUri": image},
            "ProcessingResources": {
                "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.t3.medium", "VolumeSizeInGB": 1}
            },
            "ProcessingOutputConfig": {"Outputs": [{"OutputName": "figures", "S3Output": address}]},
        },
        "PropertyFiles": [{"PropertyFileName": "Figures", "OutputName": "figures", "FilePath": _DOCUMENT}],
    }


def _read(figure: Any, joined: Any, after: str = "") -> Mapping[str, Any]:
    """A condition on a figure, and in its branch a step that ends the execution with a Join as its message."""
    message = {"ErrorMessage": {"Std:Join": {"On": " ", "Values": ["figure", joined]}}}
    arguments = {
        "Conditions": [{"Type": "GreaterThan", "LeftValue": figure, "RightValue": 0}],
        "IfSteps": [{"Name": "Join", "Type": "Fail", "Arguments": message}],
        "ElseSteps": [],
    }
    return {
        "Name": "Read",
        "Type": "Condition",
        "Arguments": arguments,
        **({"DependsOn": [after]} if after else {}),
    }


@contextmanager
def _pipeline(stack: ProbedStack, name: str, role_arn: str, steps: list[Mapping[str, Any]]) -> Iterator[None]:
    """A SageMaker pipeline of these steps while the context lasts."""
    sagemaker = stack.client("sagemaker")
    definition = json.dumps({"Version": "2020-12-01", "Parameters": [], "Steps": steps})
    asked = {"PipelineName": name, "PipelineDefinition": definition, "RoleArn": role_arn}
    patiently(stack, lambda: sagemaker.create_pipeline(**asked), "assume")  # the role is new
    try:
        yield
    finally:
        # Whatever still runs is stopped: botocore, sagemaker DeletePipeline, "you must stop all running instances".
        for execution in sagemaker.list_pipeline_executions(PipelineName=name)["PipelineExecutionSummaries"]:
            if execution["PipelineExecutionStatus"] == "Executing":
                sagemaker.stop_pipeline_execution(PipelineExecutionArn=execution["PipelineExecutionArn"])
        patiently(stack, lambda: sagemaker.delete_pipeline(PipelineName=name), "ConflictException")


def _executed(stack: ProbedStack, name: str) -> Mapping[str, Mapping[str, Any]]:
    """The steps of an execution that has ended, by name: the first whose condition was decided, else the last."""
    sagemaker, steps = stack.client("sagemaker"), dict[str, Mapping[str, Any]]()
    for _ in range(_EXECUTIONS):
        execution = sagemaker.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]
        for _ in range(_LOOKS):
            stack.pause(SECONDS)
            found = sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution)["PipelineExecutionStatus"]
            if found not in ("Executing", "Stopping"):
                break
        listed = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=execution)["PipelineExecutionSteps"]
        steps = {step["StepName"]: step for step in listed}
        if steps.get("Read", {}).get("StepStatus") == "Succeeded":
            break
    return steps


ASSUMPTION = Assumption(
    name="json-get-within-join",
    question="May JsonGet, which reads a property file, be an operand of Join in a pipeline's definition?",
    if_it_holds="Texts with figures of a property file are put together when the step runs.",
    if_it_fails="CreatePipeline or the step fails with a validation error.",
    design="No definition puts JsonGet into Join, nor into a request: conditions alone read the property file. What a "
    "failure or a package must say of an evaluation is the job's ExitMessage, a property of the step.",
    leans_on=(
        "seed_code/model-build/pipeline/steps/evaluate.py:figure",
        "seed_code/model-build/pipeline/steps/gate.py:fail_step",
        "seed_code/model-build/pipeline/steps/register.py:metadata",
    ),
    sources=('SageMaker Developer Guide, "Pipelines steps": JsonGet is described for conditions and parameters only',),
    probe=Probe(
        run=_run,
        kinds=("foundation",),
        # Pipelines themselves cost nothing (Amazon SageMaker pricing), no step runs on an instance; requests to S3.
        price=0.01,
        # Four for each of three executions, two until SageMaker knows the role.
        minutes=15,
        needs=(
            *buckets.NEEDS,
            *roles.NEEDS,
            "s3:PutObject",
            "sagemaker:CreatePipeline",
            "sagemaker:DeletePipeline",
            "sagemaker:DescribePipelineExecution",
            "sagemaker:ListPipelineExecutionSteps",
            "sagemaker:ListPipelineExecutions",
            "sagemaker:StartPipelineExecution",
            "sagemaker:StopPipelineExecution",
        ),
    ),
)

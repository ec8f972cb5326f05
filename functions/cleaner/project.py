"""A project's own leavings in the data science account: running pipelines, registered models, the training pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from functions.cleaner.waiting import NotRemoved, Waiting, gone

# What SageMaker says of what is not there.
_GONE = ("ResourceNotFound", "ValidationException")
_RUNNING = ("Executing", "Stopping")


def stop(clients: Callable[[str], Any], event: Mapping[str, Any], waiting: Waiting) -> list[str]:
    """Refuse while models would be lost that nobody agreed to lose; else stop whatever could make something new.

    Event: `stack`, `group`, `deleteModels`, `codePipelines`, `pipeline`. Raises NotRemoved before anything is changed.
    """
    sagemaker = clients("sagemaker")
    models = _packages(sagemaker, event["group"])
    if models and not event["deleteModels"]:
        raise NotRemoved(
            f"{event['stack']}: model package group {event['group']} holds {len(models)} models "
            f"({', '.join(_version(arn) for arn in models[:5])}{', …' if len(models) > 5 else ''}), and nobody has "
            "agreed to lose them. Keep what you need of them; then set removal.delete to [models] in the project's "
            "stack file, bring the project up and destroy it again. Nothing was destroyed"
        )
    stopped = []
    for name in event["codePipelines"]:
        stopped += _stop_code_pipeline(clients("codepipeline"), name)
    return stopped + _stop_executions(sagemaker, event["pipeline"], waiting)


def forget(clients: Callable[[str], Any], event: Mapping[str, Any], waiting: Waiting) -> list[str]:
    """Delete the project's models, where that was agreed to, and its training pipeline.

    Event: as for `stop`. The group itself belongs to the stack, and goes once it is empty.
    """
    sagemaker, removed = clients("sagemaker"), []
    if event["deleteModels"]:
        for arn in _packages(sagemaker, event["group"]):
            gone(_GONE, sagemaker.delete_model_package, ModelPackageName=arn)
            removed.append(arn)
    _stop_executions(sagemaker, event["pipeline"], waiting)
    if not gone(_GONE, sagemaker.delete_pipeline, PipelineName=event["pipeline"]):
        removed.append(event["pipeline"])
    return removed


def _version(arn: str) -> str:
    return f"version {arn.rpartition('/')[2]}"


def _packages(sagemaker: Any, group: str) -> list[str]:
    try:
        pages = list(sagemaker.get_paginator("list_model_packages").paginate(ModelPackageGroupName=group))
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            return []
        raise
    return [package["ModelPackageArn"] for page in pages for package in page["ModelPackageSummaryList"]]


def _stop_code_pipeline(codepipeline: Any, name: str) -> list[str]:
    pages = codepipeline.get_paginator("list_pipeline_executions").paginate(pipelineName=name)
    running = [
        each["pipelineExecutionId"]
        for page in pages
        for each in page["pipelineExecutionSummaries"]
        if each["status"] == "InProgress"
    ]
    for execution in running:
        codepipeline.stop_pipeline_execution(
            pipelineName=name, pipelineExecutionId=execution, abandon=True, reason="The project is being destroyed"
        )
    return [f"execution {execution} of {name}" for execution in running]


def _stop_executions(sagemaker: Any, pipeline: str, waiting: Waiting) -> list[str]:
    """Stop the training pipeline's executions: a pipeline that runs cannot be deleted (botocore, DeletePipeline)."""
    running: list[str] = []
    asked: set[str] = set()
    for _ in waiting.looks():
        running = list(_executions(sagemaker, pipeline))
        for arn in running:
            if arn not in asked:
                sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn)
                asked.add(arn)
        if not running:
            return sorted(asked)
        print(f"{pipeline}: waiting for {len(running)} executions to stop")
    raise NotRemoved(
        f"{pipeline}: execution {', '.join(running)} has been told to stop and still runs. Wait for its end, and run "
        "`pulumi destroy` again"
    )


def _executions(sagemaker: Any, pipeline: str) -> Iterable[str]:
    try:
        pages = list(sagemaker.get_paginator("list_pipeline_executions").paginate(PipelineName=pipeline))
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            return
        raise
    for page in pages:
        for each in page["PipelineExecutionSummaries"]:
            if each["PipelineExecutionStatus"] in _RUNNING:
                yield each["PipelineExecutionArn"]

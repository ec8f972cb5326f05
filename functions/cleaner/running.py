"""Stops what runs for a project, and waits until its lists say that nothing runs any more."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from botocore.exceptions import ClientError

from functions.cleaner.waiting import NotRemoved, Waiting

# Answers to a request to stop what has just ended, is stopping already or is busy at the moment (CodePipeline API
# Reference and SageMaker API Reference, "StopPipelineExecution"). Whether it has ended, the list says.
_LOOK_AGAIN = (
    "ConflictException",
    "DuplicatedStopRequestException",
    "PipelineExecutionNotStoppableException",
    "PipelineNotFoundException",
    "ResourceNotFound",
    "ResourceNotFoundException",
)
# Of a request for builds (CodeBuild API Reference, "BatchGetBuilds").
_BUILDS_AT_ONCE = 100


def not_there(error: ClientError) -> bool:
    """Whether SageMaker says that something does not exist.

    Of model package groups it says so by ValidationException with "ModelPackageGroup <ARN> does not exist."
    (terraform-provider-aws, "internal/service/sagemaker/model_package_group.go"), of others with "Could not find …".
    By its code alone it is like any other bad request, which says nothing about what is there.
    """
    code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
    missing = "does not exist" in message or message.startswith("Could not find ")
    return code == "ResourceNotFound" or (code == "ValidationException" and missing)


def disable_rule(events: Any, name: str) -> bool:
    """Keep a rule from starting anything, and say whether it could until now; a rule that is gone starts nothing."""
    try:
        if events.describe_rule(Name=name)["State"] == "DISABLED":
            return False
        events.disable_rule(Name=name)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return False
        raise
    return True


def stop_code_pipeline(codepipeline: Any, name: str, waiting: Waiting) -> list[str]:
    """End every execution without waiting for its actions, and say which. Raises NotRemoved."""

    def stop(execution: str) -> None:
        codepipeline.stop_pipeline_execution(
            pipelineName=name, pipelineExecutionId=execution, abandon=True, reason="The project is being destroyed"
        )

    def left() -> list[str]:
        pages = _pages(codepipeline, "list_pipeline_executions", ("PipelineNotFoundException",), pipelineName=name)
        return [
            each["pipelineExecutionId"]
            for page in pages
            for each in page["pipelineExecutionSummaries"]
            if each["status"] in ("InProgress", "Stopping")
        ]

    return [f"execution {each} of {name}" for each in _stop(name, left, stop, waiting)]


def stop_builds(codebuild: Any, project: str, waiting: Waiting) -> list[str]:
    """Stop a CodeBuild project's builds: they go on when the execution that started them is abandoned."""

    def left() -> list[str]:
        pages = _pages(codebuild, "list_builds_for_project", ("ResourceNotFoundException",), projectName=project)
        builds = [build for page in pages for build in page["ids"]]
        return [
            build["id"]
            for first in range(0, len(builds), _BUILDS_AT_ONCE)
            for build in codebuild.batch_get_builds(ids=builds[first : first + _BUILDS_AT_ONCE])["builds"]
            if build["buildStatus"] == "IN_PROGRESS"
        ]

    return [f"build {each}" for each in _stop(project, left, lambda build: codebuild.stop_build(id=build), waiting)]


def stop_training(sagemaker: Any, pipeline: str, waiting: Waiting) -> list[str]:
    """Stop the training pipeline's executions: a pipeline that runs cannot be deleted (botocore, DeletePipeline)."""

    def left() -> list[str]:
        pages = _pages(sagemaker, "list_pipeline_executions", ("ResourceNotFound",), PipelineName=pipeline)
        return [
            each["PipelineExecutionArn"]
            for page in pages
            for each in page["PipelineExecutionSummaries"]
            if each["PipelineExecutionStatus"] in ("Executing", "Stopping")
        ]

    return _stop(pipeline, left, lambda arn: sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn), waiting)


def _pages(client: Any, operation: str, missing: Collection[str], **given: Any) -> Iterable[dict[str, Any]]:
    """Pages of a list; none where what it lists for is not there, which AWS says by one of the codes `missing`."""
    try:
        return list(client.get_paginator(operation).paginate(**given))
    except ClientError as error:
        if error.response["Error"]["Code"] in missing or not_there(error):
            return []
        raise


def _stop(what: str, left: Callable[[], list[str]], stop: Callable[[str], Any], waiting: Waiting) -> list[str]:
    """Stop whatever is left, look again until nothing is, and give what was stopped."""
    asked: set[str] = set()
    still: list[str] = []
    for _ in waiting.looks():
        still = left()
        if not still:
            return sorted(asked)
        for each in still:
            if each not in asked and _taken(stop, each):
                asked.add(each)
        print(f"{what}: waiting for {len(still)} to stop")
    raise NotRemoved(
        f"{what}: {', '.join(still)} has been told to stop and still runs. Wait for its end, and run "
        "`pulumi destroy` again"
    )


def _taken(stop: Callable[[str], Any], each: str) -> bool:
    try:
        stop(each)
    except ClientError as error:
        if error.response["Error"]["Code"] in _LOOK_AGAIN:
            return False
        raise
    return True

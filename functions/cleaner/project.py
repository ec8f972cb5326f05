"""A project's own leavings in the data science account: running pipelines, registered models, the training pipeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from functions.cleaner import running
from functions.cleaner.waiting import NotRemoved, Waiting


def stop(clients: Callable[[str], Any], event: Mapping[str, Any], waiting: Waiting) -> list[str]:
    """Refuse while models would be lost that nobody agreed to lose; else stop whatever could make something new.

    Event: `stack`, `group`, `deleteModels`, `codePipelines` with rules of the same names, `builds` (names of CodeBuild
    projects), `pipeline`. Raises NotRemoved before anything is changed, and again, before anything is destroyed, for a
    model that was registered before everything stood still, or for what does not stop; the rules are on again then.
    """
    _refuse_models(clients("sagemaker"), event, "Nothing was destroyed")
    events = clients("events")
    disabled = [name for name in event["codePipelines"] if running.disable_rule(events, name)]
    try:
        stopped = _stand_still(clients, event, waiting)
        _refuse_models(clients("sagemaker"), event, "What ran was stopped; nothing was destroyed")
    except NotRemoved:
        for name in disabled:
            events.enable_rule(Name=name)
        raise
    return stopped


def forget(clients: Callable[[str], Any], event: Mapping[str, Any], waiting: Waiting) -> list[str]:
    """Delete the project's models, where that was agreed to, and its training pipeline, once nothing makes new ones.

    Event: as for `stop`. The group itself belongs to the stack, and goes once it is empty. Raises NotRemoved.
    """
    sagemaker, removed = clients("sagemaker"), []
    _stand_still(clients, event, waiting)
    _refuse_models(sagemaker, event, "Its endpoints are gone; models and training pipeline are still there")
    for arn in _packages(sagemaker, event["group"]):
        if _delete(sagemaker.delete_model_package, ModelPackageName=arn):
            removed.append(arn)
    if _delete(sagemaker.delete_pipeline, PipelineName=event["pipeline"]):
        removed.append(event["pipeline"])
    return removed


def _stand_still(clients: Callable[[str], Any], event: Mapping[str, Any], waiting: Waiting) -> list[str]:
    """Stop from the outside in: a CodePipeline starts builds, and a build starts the training pipeline."""
    stopped = []
    for name in event["codePipelines"]:
        stopped += running.stop_code_pipeline(clients("codepipeline"), name, waiting)
    for name in event["builds"]:
        stopped += running.stop_builds(clients("codebuild"), name, waiting)
    return stopped + running.stop_training(clients("sagemaker"), event["pipeline"], waiting)


def _refuse_models(sagemaker: Any, event: Mapping[str, Any], state: str) -> None:
    if event["deleteModels"]:
        return
    models = _packages(sagemaker, event["group"])
    if models:
        raise NotRemoved(
            f"{event['stack']}: model package group {event['group']} holds {len(models)} models "
            f"({', '.join(_version(arn) for arn in models[:5])}{', …' if len(models) > 5 else ''}), and nobody has "
            "agreed to lose them. Keep what you need of them; then set removal.delete to [models] in the project's "
            f"stack file, bring the project up and destroy it again. {state}"
        )


def _version(arn: str) -> str:
    return f"version {arn.rpartition('/')[2]}"


def _packages(sagemaker: Any, group: str) -> list[str]:
    try:
        pages = list(sagemaker.get_paginator("list_model_packages").paginate(ModelPackageGroupName=group))
    except ClientError as error:
        if running.not_there(error):
            return []
        raise
    return [package["ModelPackageArn"] for page in pages for package in page["ModelPackageSummaryList"]]


def _delete(ask: Callable[..., Any], **given: Any) -> bool:
    """Whether there was something to delete."""
    try:
        ask(**given)
    except ClientError as error:
        if running.not_there(error):
            return False
        raise
    return True

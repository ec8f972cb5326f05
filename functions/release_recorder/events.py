"""What an event asks of the recorder. Events are input from elsewhere: each is compared with what the project is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.release_recorder.config import Project

ACTION_ENDED = ("aws.codepipeline", "CodePipeline Action Execution State Change")
PACKAGE_CHANGED = ("aws.sagemaker", "SageMaker Model Package State Change")
# States of an action that ended (CodePipeline User Guide, "Monitoring CodePipeline events").
ENDED = ("SUCCEEDED", "FAILED", "CANCELED", "ABANDONED")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_VERSION = re.compile(r"[1-9][0-9]{0,8}")
_SHOWN = 120


class RefusedEvent(ValueError):
    """An event of something else than this project's releases, and why."""


@dataclass(frozen=True, kw_only=True)
class DeliveryEnded:
    """An action of a stage's delivery ended: what it left in each account is to be written down."""

    pipeline: str
    execution: str
    stage: str


@dataclass(frozen=True, kw_only=True)
class PackageChanged:
    """A model was registered, approved or rejected; `status` is the one that the event tells of."""

    package: str
    version: str
    status: str


def read_event(event: object, project: Project) -> DeliveryEnded | PackageChanged:
    """What the event asks for. Raises RefusedEvent."""
    if not isinstance(event, Mapping):
        raise RefusedEvent(f"an event is an object, not {shown(event)}: nothing was written")
    kind = (event.get("source"), event.get("detail-type"))
    detail = event.get("detail")
    if kind not in (ACTION_ENDED, PACKAGE_CHANGED):
        raise _refused(event, f"{shown(kind)} tells nothing of releases")
    if not isinstance(detail, Mapping):
        raise _refused(event, f"detail is an object, not {shown(detail)}")
    for name, own in (("account", project.account), ("region", project.region)):
        if event.get(name) != own:
            raise _refused(event, f"{name} is {shown(event.get(name))}, and the project's is {own!r}")
    if kind == ACTION_ENDED:
        return _delivery(event, detail, project)
    return _package(event, detail, project)


def _delivery(event: Mapping[str, Any], detail: Mapping[str, Any], project: Project) -> DeliveryEnded:
    pipeline, execution = detail.get("pipeline"), detail.get("execution-id")
    stages = {stage.capitalize(): stage for stage in project.stack_sets}
    stage = detail.get("stage")
    if not isinstance(pipeline, str) or pipeline not in project.pipelines:
        raise _refused(event, f"pipeline is {shown(pipeline)}; the project's are {', '.join(project.pipelines)}")
    if not isinstance(execution, str) or not _UUID.fullmatch(execution):
        raise _refused(event, f"execution-id {shown(execution)} is none that CodePipeline gives")
    if not isinstance(stage, str) or stage not in stages:
        raise _refused(event, f"stage {shown(stage)} delivers nothing; those that do: {', '.join(stages)}")
    if detail.get("state") not in ENDED:
        raise _refused(event, f"state {shown(detail.get('state'))} is no end; ends are {', '.join(ENDED)}")
    return DeliveryEnded(pipeline=pipeline, execution=execution, stage=stages[stage])


def _package(event: Mapping[str, Any], detail: Mapping[str, Any], project: Project) -> PackageChanged:
    package, status = detail.get("ModelPackageArn"), detail.get("ModelApprovalStatus")
    version = package[len(project.packages) :] if isinstance(package, str) else ""
    own = isinstance(package, str) and package.startswith(project.packages)
    if not isinstance(package, str) or not own or not _VERSION.fullmatch(version):
        raise _refused(event, f"ModelPackageArn {shown(package)} is none of the project's, {project.packages}<version>")
    if not isinstance(status, str) or status not in ("Approved", "Rejected", "PendingManualApproval"):
        raise _refused(event, f"ModelApprovalStatus is {shown(status)}")
    return PackageChanged(package=package, version=version, status=status)


def _refused(event: Mapping[str, Any], why: str) -> RefusedEvent:
    return RefusedEvent(f"event {shown(event.get('id'))}: {why}. Nothing was written")


def shown(value: object) -> str:
    """The value on one line of a log, cut where it is long."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"

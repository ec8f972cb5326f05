"""The way back to an earlier version: chosen, started, and watched until it has ended."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.release_recorder.changes import SERVED, Change, ways_back
from operate.errors import OperateError, refused
from operate.project import Project

# botocore codepipeline, PipelineVariableValue.
REASON_CHARACTERS = 1000
ENDED = ("Succeeded", "Failed", "Stopped", "Cancelled", "Superseded")
POLL_SECONDS = 5.0
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class WayBack:
    """A stage goes back to `target`; `serving` are the changes by which its accounts serve what they do."""

    stage: str
    target: Change
    serving: tuple[Change, ...]

    def in_words(self) -> str:
        """What will happen, as a sentence."""
        here = ", ".join(f"version {each.version} in {each.account} since {each.at}" for each in self.serving)
        return f"{self.stage} serves {here}; it goes back to version {self.target.version}"


def choose(changes: Iterable[Change], stage: str, version: str | None) -> WayBack:
    """The version before, or the one that is named. Raises OperateError, as rendering would refuse it later."""
    known = list(changes)
    rows = ways_back(known, stage)
    if not rows:
        raise OperateError(f"{stage} has never served a version: there is nothing to go back to")
    serving = tuple(row[-1] for row in rows.values())
    wanted = version or _before(stage, rows)
    delivered = [each for each in known if each.version == wanted and each.kind == SERVED and each.stage == stage]
    if not delivered:
        served = sorted({each.version for each in known if each.kind == SERVED and each.stage == stage}, key=int)
        raise OperateError(
            f"version {wanted} has never served {stage}; versions that have: {', '.join(served)}. To bring another "
            "there, approve it in the registry: the deploy pipeline releases it"
        )
    if all(each.version == wanted for each in serving):
        raise OperateError(f"{stage} serves version {wanted} already: there is nothing to do")
    target = max(delivered, key=lambda change: (change.at, change.id))
    return WayBack(stage=stage, target=target, serving=serving)


def _before(stage: str, rows: Mapping[tuple[str, str], list[Change]]) -> str:
    newest = max((row[-1] for row in rows.values()), key=lambda change: (change.at, change.id))
    with_it = {place: row for place, row in rows.items() if row[-1].version == newest.version}
    alone = sorted(account for (account, _), row in with_it.items() if len(row) < 2)
    if alone:
        raise OperateError(
            f"account {alone[0]} of {stage} served nothing before version {newest.version}: name a version with --to"
        )
    before = {row[-2].version for row in with_it.values()}
    before |= {row[-1].version for place, row in rows.items() if place not in with_it}
    if len(before) > 1:
        versions = ", ".join(sorted(before, key=int))
        raise OperateError(f"accounts of {stage} served different versions before ({versions}): name one with --to")
    return before.pop()


def require_approved(sagemaker: Any, package: str) -> None:
    """Raises OperateError for a version that was rejected, or is gone."""
    version = package.rpartition("/")[2]
    try:
        described = sagemaker.describe_model_package(ModelPackageName=package)
    except (ClientError, BotoCoreError) as error:
        raise refused(error, f"version {version}") from None
    status = described.get("ModelApprovalStatus")
    if status != "Approved":
        why = described.get("ApprovalDescription")
        raise OperateError(
            f"version {version} is {status}{f' ({why})' if why else ''}: it is not delivered again until an approver "
            "approves it in the registry; name another version with --to"
        )


def clean_reason(reason: str) -> str:
    """The reason on one line. Raises OperateError where there is none, or too much of it."""
    text = " ".join(reason.split())
    if not text:
        raise OperateError("--reason is empty: say why, for whoever reads the records")
    if len(text) > REASON_CHARACTERS:
        raise OperateError(f"--reason has {len(text)} characters; allowed: {REASON_CHARACTERS}")
    return text


def start(project: Project, codepipeline: Any, stage: str, package: str, reason: str) -> str:
    """Start the rollback to a package, or to `none`, the version before, which the pipeline finds out then; or find the
    one that has been started for the same. Gives the execution's id.

    What was asked for twice, since the first answer was lost, is one run; after a run that ended another begins.
    """
    pipeline = project.pipeline("rollback")
    variables = {"Stage": stage, "To": package, "Reason": reason}
    try:
        latest = codepipeline.list_pipeline_executions(pipelineName=pipeline, maxResults=1)
        for each in latest["pipelineExecutionSummaries"]:
            if each["status"] not in ENDED and _asks_for(
                codepipeline, pipeline, each["pipelineExecutionId"], variables
            ):
                return str(each["pipelineExecutionId"])
        last = [each["pipelineExecutionId"] for each in latest["pipelineExecutionSummaries"]]
        answer = codepipeline.start_pipeline_execution(
            name=pipeline,
            variables=[{"name": name, "value": value} for name, value in variables.items()],
            clientRequestToken=hashlib.sha256(repr((pipeline, variables, last)).encode()).hexdigest(),
        )
    except (ClientError, BotoCoreError) as error:
        raise refused(error, f"pipeline {pipeline}", "approvers and administrators start it") from None
    return str(answer["pipelineExecutionId"])


def _asks_for(codepipeline: Any, pipeline: str, execution: str, variables: Mapping[str, str]) -> bool:
    answer = codepipeline.get_pipeline_execution(pipelineName=pipeline, pipelineExecutionId=execution)
    given = {each["name"]: each.get("resolvedValue") for each in answer["pipelineExecution"].get("variables", ())}
    return all(given.get(name) == variables[name] for name in ("Stage", "To"))


def follow(
    project: Project, codepipeline: Any, execution: str, say: Say, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Tell of each action until the execution has ended. Raises OperateError where it did not succeed."""
    pipeline, told = project.pipeline("rollback"), set[tuple[str, str]]()
    while True:
        status = _status(codepipeline, pipeline, execution)
        actions = _actions(codepipeline, pipeline, execution)
        for action in actions:
            line = (f"{action['stageName']}: {action['actionName']}", str(action["status"]))
            if line not in told:
                told.add(line)
                say(f"{line[0]} {line[1].lower()}")
        if status in ENDED:
            break
        sleep(POLL_SECONDS)
    if status != "Succeeded":
        why = "; ".join(_failure(action) for action in actions if action["status"] == "Failed")
        raise OperateError(f"the rollback ended {status.lower()}: {why or 'no action says why'}")


def _status(codepipeline: Any, pipeline: str, execution: str) -> str:
    try:
        answer = codepipeline.get_pipeline_execution(pipelineName=pipeline, pipelineExecutionId=execution)
    except (ClientError, BotoCoreError) as error:
        raise refused(error, f"execution {execution} of {pipeline}") from None
    return str(answer["pipelineExecution"]["status"])


def _actions(codepipeline: Any, pipeline: str, execution: str) -> list[dict[str, Any]]:
    """Oldest first."""
    try:
        pages = codepipeline.get_paginator("list_action_executions").paginate(
            pipelineName=pipeline, filter={"pipelineExecutionId": execution}
        )
        found = [detail for page in pages for detail in page["actionExecutionDetails"]]
    except (ClientError, BotoCoreError) as error:
        raise refused(error, f"execution {execution} of {pipeline}") from None
    return list(reversed(found))


def _failure(action: Mapping[str, Any]) -> str:
    result = (action.get("output") or {}).get("executionResult") or {}
    why = (result.get("errorDetails") or {}).get("message") or result.get("externalExecutionSummary") or "no reason"
    return f"{action['stageName']}: {action['actionName']}: {why}"

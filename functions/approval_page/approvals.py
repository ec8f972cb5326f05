"""The approval that waits in the deploy pipeline: found by GetPipelineState, answered by PutApprovalResult.

CodePipeline keeps what makes a link work once: an approval that was answered takes no second answer, whoever gives it
and by whichever way. Nothing is written beside it that could differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.approval_page.config import Project
from functions.approval_page.links import Link, hash_of

WAITING, APPROVED, REJECTED, GONE = "waiting", "approved", "rejected", "gone"
_ENDED = {"Succeeded": APPROVED, "Failed": REJECTED}
# botocore codepipeline, ApprovalSummary.
_SUMMARY = 512


@dataclass(frozen=True, kw_only=True)
class Approval:
    """What became of the approval of an execution. `token` is CodePipeline's, while it waits."""

    state: str
    token: str = ""
    summary: str = ""
    execution: str = ""


def current(codepipeline: Any, project: Project) -> Approval:
    """The approval that waits, or the one that was answered last."""
    answer = codepipeline.get_pipeline_state(name=project.pipeline)
    stage = _named(answer.get("stageStates", ()), "stageName", project.stage)
    action = _named(stage.get("actionStates", ()), "actionName", project.action)
    latest = action.get("latestExecution") or {}
    execution = str((stage.get("latestExecution") or {}).get("pipelineExecutionId", ""))
    status, token = latest.get("status"), str(latest.get("token") or "")
    if status == "InProgress" and token:
        return Approval(state=WAITING, token=token, execution=execution)
    return Approval(state=_ENDED.get(str(status), GONE), summary=str(latest.get("summary") or ""), execution=execution)


def of_link(approval: Approval, link: Link) -> Approval:
    """The approval as a link sees it: its own one, or none any more."""
    if approval.execution != link.execution:
        return Approval(state=GONE)
    if approval.state == WAITING and hash_of(approval.token) != link.approval:
        return Approval(state=GONE)
    return approval


def summary(link: Link, decision: str, why: str) -> str:
    """What the pipeline keeps of a decision: who decided, by which link, and why."""
    word = "Approved" if decision == APPROVED else "Rejected"
    return f"{word} by {link.approver} by link {link.id}: {' '.join(why.split())}"[:_SUMMARY]


def answer(codepipeline: Any, project: Project, approval: Approval, *, decision: str, text: str) -> None:
    """Decide. Raises botocore's ClientError, also where the approval has been answered already."""
    codepipeline.put_approval_result(
        pipelineName=project.pipeline,
        stageName=project.stage,
        actionName=project.action,
        result={"summary": text, "status": "Approved" if decision == APPROVED else "Rejected"},
        token=approval.token,
    )


def _named(found: Any, key: str, name: str) -> Mapping[str, Any]:
    return next((each for each in found if each.get(key) == name), {})

"""The approval that a deploy pipeline waits for: what is asked, and the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.release_recorder.changes import Change, serving
from functions.release_recorder.registrations import registration_key
from functions.release_recorder.store import Records
from operate.errors import OperateError, refused
from operate.project import Project
from operate.session import Caller

STAGE, ACTION = "Approve", "Approve"
PRODUCTION = "production"
# botocore codepipeline, ApprovalSummary.
REASON_CHARACTERS = 512


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A version's metric on held-out rows, as its rendering had it."""

    version: str
    metric: str
    value: float


@dataclass(frozen=True, kw_only=True)
class Question:
    """What waits: an execution of the deploy pipeline, the package that it would bring into production, and who is who.

    `asked` is the pipeline's own question, with what would change in words, where it says so.
    """

    execution: str
    token: str
    package: str
    asked: str
    status: str
    published_by: str
    approved_in_registry: str
    measured: Measured | None
    in_production: Measured | None

    @property
    def version(self) -> str:
        """Its number."""
        return self.package.rpartition("/")[2]

    def in_words(self) -> str:
        """What an approver reads before answering."""
        lines = [
            f"version {self.version} waits for production: {self.package}",
            f"  code handed over by {self.published_by or 'nobody known'}; in the registry {self.status}"
            f"{f' by {_session(self.approved_in_registry)}' if self.approved_in_registry else ''}",
            f"  {_compared(self.measured, self.in_production)}",
        ]
        if self.asked:
            lines.append(f"  {self.asked}")
        return "\n".join(lines)


def _compared(measured: Measured | None, in_production: Measured | None) -> str:
    if measured is None:
        return "its metric on held-out rows is not known"
    found = f"{measured.metric} {measured.value:.4f} on held-out rows"
    if in_production is None:
        return f"{found}; production serves nothing yet"
    if in_production.metric != measured.metric:
        return f"{found}; production's version {in_production.version}: {in_production.metric}, another metric"
    difference = measured.value - in_production.value
    return f"{found}; production's version {in_production.version}: {in_production.value:.4f} ({difference:+.4f})"


def find_question(project: Project, clients: Any) -> Question:
    """What the deploy pipeline waits for. `clients` gives a boto3 client by a service's name. Raises OperateError."""
    pipeline, codepipeline = project.pipeline("deploy"), clients("codepipeline")
    try:
        execution, token = _waiting(codepipeline, pipeline)
        answer = codepipeline.get_pipeline_execution(pipelineName=pipeline, pipelineExecutionId=execution)
        values = {each["name"]: each.get("resolvedValue", "") for each in answer["pipelineExecution"]["variables"]}
        package = values.get("ModelPackageArn", "")
        described = clients("sagemaker").describe_model_package(ModelPackageName=package)
        records = Records(clients("s3"), project.bucket, project.id)
        registered = records.get(registration_key(records.folder, package.rpartition("/")[2])) or {}
        changes = records.changes(PRODUCTION)
        return Question(
            execution=execution,
            token=token,
            package=package,
            asked=_asked(codepipeline, pipeline, execution),
            status=described["ModelApprovalStatus"],
            published_by=registered.get("publisher", ""),
            approved_in_registry=_registry_approver(records, package),
            measured=_measured(records, package, f"{records.folder}/rendered/{execution}"),
            in_production=_in_production(records, changes),
        )
    except (ClientError, BotoCoreError) as error:
        raise refused(error, f"pipeline {pipeline}", "approvers see and answer it") from None


def _waiting(codepipeline: Any, pipeline: str) -> tuple[str, str]:
    state = codepipeline.get_pipeline_state(name=pipeline)
    for stage in state["stageStates"]:
        for action in stage.get("actionStates", ()) if stage["stageName"] == STAGE else ():
            latest = action.get("latestExecution") or {}
            if action["actionName"] == ACTION and latest.get("token") and latest.get("status") == "InProgress":
                return str(stage["latestExecution"]["pipelineExecutionId"]), str(latest["token"])
    raise OperateError(f"{pipeline} waits for no approval: nothing is to be decided")


def _asked(codepipeline: Any, pipeline: str, execution: str) -> str:
    for detail in _approvals(codepipeline, pipeline, execution):
        given = detail.get("input") or {}
        configuration = given.get("resolvedConfiguration") or given.get("configuration") or {}
        return str(configuration.get("CustomData", ""))
    return ""


def _approvals(codepipeline: Any, pipeline: str, execution: str) -> Iterator[Mapping[str, Any]]:
    pages = codepipeline.get_paginator("list_action_executions").paginate(
        pipelineName=pipeline, filter={"pipelineExecutionId": execution}
    )
    for page in pages:
        yield from (each for each in page["actionExecutionDetails"] if each["stageName"] == STAGE)


def _registry_approver(records: Records, package: str) -> str:
    kept = sorted(records.keys(f"packages/{package.rpartition('/')[2]}/approved-"))
    return str((records.get(kept[-1]) or {}).get("by", "")) if kept else ""


def _measured(records: Records, package: str, rendered: str) -> Measured | None:
    """From the deployment that rendering kept aside."""
    deployment = records.get(f"{rendered}/deployment.json")
    found = deployment.get("registered") if isinstance(deployment, Mapping) else None
    if not isinstance(found, Mapping):
        return None
    return Measured(version=package.rpartition("/")[2], metric=str(found["metric"]), value=float(found["value"]))


def _in_production(records: Records, changes: list[Change]) -> Measured | None:
    here = [period.first for period in serving(changes, PRODUCTION).values()]
    if not here:
        return None
    newest = max(here, key=lambda change: (change.at, change.id))
    return _measured(records, newest.package, newest.rendered)


def require_four_eyes(question: Question, caller: Caller) -> None:
    """Whoever handed the code over does not decide. Raises OperateError.

    Production's first action compares again, with whom AWS names as having approved: this saves the wait.
    """
    if not question.published_by:
        raise OperateError(
            f"who handed over the code of version {question.version} is not known, so nobody can be said to be "
            "another; have it handed over again"
        )
    if _names(question.published_by) & _names(caller.arn):
        raise OperateError(
            f"you are {caller.person}, and {question.published_by} handed over the code of version "
            f"{question.version}: another approver decides"
        )


def _names(identity: str) -> set[str]:
    """As rendering has them (`seed_code/model-deploy/deploy/approval.py`)."""
    name = identity.rpartition("/")[2].strip().lower()
    return {name, name.partition("@")[0]} - {""}


def _session(arn: str) -> str:
    return arn.rpartition("/")[2]


def answer(project: Project, codepipeline: Any, question: Question, *, approved: bool, reason: str) -> None:
    """Approve or reject. Raises OperateError, where somebody was faster too."""
    text = " ".join(reason.split())
    if not text:
        raise OperateError("--reason is empty: say why, for whoever reads the records")
    if len(text) > REASON_CHARACTERS:
        raise OperateError(f"--reason has {len(text)} characters; allowed: {REASON_CHARACTERS}")
    try:
        codepipeline.put_approval_result(
            pipelineName=project.pipeline("deploy"),
            stageName=STAGE,
            actionName=ACTION,
            token=question.token,
            result={"status": "Approved" if approved else "Rejected", "summary": text},
        )
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in ("ApprovalAlreadyCompletedException", "InvalidApprovalTokenException"):
            raise OperateError("the approval has been answered, or waits no more: look again") from None
        raise refused(error, "the answer was not taken", "approvers of the project answer") from None
    except BotoCoreError as error:
        raise refused(error, "whether the answer was taken is not known: look again") from None

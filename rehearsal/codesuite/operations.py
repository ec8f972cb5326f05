"""The operations of CodePipeline and CodeBuild that start, show and steer what runs, for callers of any process."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from moto.codepipeline.models import codepipeline_backends
from moto.core.request import Request

from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Answer, Cloud
from rehearsal.aws.requests import Question
from rehearsal.codesuite.execution import IN_PROGRESS, Execution, Trigger, stage_states
from rehearsal.codesuite.pipeline import PipelineRunner, UnknownPipeline, overrides
from rehearsal.codesuite.records import BuildRecord, BuildRequest
from rehearsal.codesuite.structure import DefinitionError

# Which rule an actor delivers for, None where it is no rule.
Cause = Callable[[Actor], str | None]
_Operation = Callable[[Actor, Mapping[str, Any]], Mapping[str, Any]]
# StartBuild's members that are honoured here; any other that is set is refused.
_START_BUILD = (
    "projectName",
    "sourceVersion",
    "environmentVariablesOverride",
    "buildspecOverride",
    "idempotencyToken",
)


class _Refused(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def install(cloud: Cloud, pipelines: PipelineRunner, cause: Cause = lambda _: None) -> None:
    """Answer these operations from what really runs."""
    service = _Service(pipelines, cause)
    operations: Mapping[str, _Operation] = {
        "codepipeline:StartPipelineExecution": service.start_pipeline,
        "codepipeline:StopPipelineExecution": service.stop_pipeline,
        "codepipeline:GetPipelineExecution": service.get_execution,
        "codepipeline:ListPipelineExecutions": service.list_executions,
        "codepipeline:ListActionExecutions": service.list_actions,
        "codepipeline:GetPipelineState": service.get_state,
        "codepipeline:PutApprovalResult": service.put_approval,
        "codepipeline:PutJobSuccessResult": service.put_success,
        "codepipeline:PutJobFailureResult": service.put_failure,
        "codebuild:StartBuild": service.start_build,
        "codebuild:StopBuild": service.stop_build,
        "codebuild:BatchGetBuilds": service.get_builds,
        "codebuild:ListBuilds": service.list_builds,
        "codebuild:ListBuildsForProject": service.list_builds,
    }
    for name, operation in operations.items():
        cloud.handlers[name] = _handler(operation)


def _handler(operation: _Operation) -> Callable[[Actor, Question, Request], Answer | None]:
    def handle(actor: Actor, question: Question, request: Request) -> Answer | None:
        parameters = question.parameters or json.loads(request.data or b"{}")
        try:
            status, body = 200, operation(actor, parameters)
        except _Refused as refused:
            status, body = 400, {"__type": refused.code, "message": str(refused)}
        return status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(body).encode()

    return handle


class _Service:
    """Operations by account: an actor sees its own account's pipelines and builds."""

    def __init__(self, pipelines: PipelineRunner, cause: Cause) -> None:
        self.pipelines, self.builds, self.waiting = pipelines, pipelines.builds, pipelines.waiting
        self._cause = cause

    # ---- CodePipeline

    def start_pipeline(self, actor: Actor, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        rule = self._cause(actor)
        trigger = Trigger("CloudWatchEvent", rule) if rule else Trigger(detail=actor.role_arn)
        variables = {entry["name"]: entry["value"] for entry in asked.get("variables") or ()}
        try:
            execution = self.pipelines.start(
                actor.account,
                actor.region,
                asked["name"],
                trigger,
                variables=variables,
                revisions=overrides(asked.get("sourceRevisions") or ()),
            )
        except UnknownPipeline as error:
            raise _Refused("PipelineNotFoundException", str(error)) from None
        except DefinitionError as error:
            raise _Refused("ValidationException", str(error)) from None
        return {"pipelineExecutionId": execution.id}

    def stop_pipeline(self, actor: Actor, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        execution = self._execution(actor, asked["pipelineName"], asked["pipelineExecutionId"])
        if execution.status != IN_PROGRESS:
            raise _Refused("PipelineExecutionNotStoppableException", f"the execution is {execution.status}")
        self.pipelines.stop(execution, abandon=bool(asked.get("abandon")), reason=asked.get("reason") or "")
        return {"pipelineExecutionId": execution.id}

    def get_execution(self, actor: Actor, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        return {
            "pipelineExecution": self._execution(actor, asked["pipelineName"], asked["pipelineExecutionId"]).answer()
        }

    def list_executions(self, actor: Actor, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        newest = reversed(self._executions(actor, asked["pipelineName"]))
        return {"pipelineExecutionSummaries": [one.short() for one in newest][: asked.get("maxResults") or 100]}

    def list_actions(self, actor: Actor, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        only = (asked.get("filter") or {}).get("pipelineExecutionId")
        details = [
            {
                "pipelineExecutionId": one.id,
                "actionExecutionId": action.id,
                "pipelineVersion": one.pipeline.version,
                "stageName": stage.name,
                "actionName": action.name,
                "startTime": action.started,
                "lastUpdateTime": action.changed,
                "status": action.status,
            }
            for one in reversed(self._executions(actor, asked["pipelineName"]))
            for stage in reversed(one.stages)
            for action in reversed(stage.actions)
            if action.status and only in (None, one.id)
        ]
        return {"actionExecutionDetails": details[: asked.get("maxResults") or 100]}

    def get_state(self, actor: Actor, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        executions = self._executions(actor, asked["name"])
        kept = codepipeline_backends[actor.account][actor.region].pipelines[asked["name"]]
        declared = self.pipelines.declared(actor.account, actor.region, asked["name"])
        return {
            "pipelineName": declared.name,
            "pipelineVersion": declared.version,
            "stageStates": stage_states(declared.stages, executions),
            "created": kept._created.timestamp(),
            "updated": kept._updated.timestamp(),
        }

    def put_approval(self, actor: Actor, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        pending = self.waiting.approvals.get(asked.get("token") or "")
        place = (actor.account, asked["pipelineName"], asked["stageName"], asked["actionName"])
        if pending is None or place != (
            pending.request.account,
            pending.request.pipeline,
            pending.request.stage,
            pending.request.action,
        ):
            raise _Refused("InvalidApprovalTokenException", "the token is of no open approval of that action")
        result = asked["result"]
        taken = self.waiting.answer(
            pending.request.token, status=result["status"], summary=result["summary"], by=actor.role_arn
        )
        if not taken:
            raise _Refused("ApprovalAlreadyCompletedException", "the approval has been answered")
        return {"approvedAt": time.time()}

    def put_success(self, actor: Actor, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._put_job(actor, asked["jobId"], "", asked.get("outputVariables") or {})

    def put_failure(self, actor: Actor, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        details = asked["failureDetails"]
        return self._put_job(actor, asked["jobId"], details.get("message") or details["type"], {})

    def _put_job(self, actor: Actor, job_id: str, failure: str, variables: Mapping[str, str]) -> Mapping[str, Any]:
        job = self.waiting.jobs.get(job_id)
        if job is None or job.account != actor.account:
            raise _Refused("JobNotFoundException", f"there is no job {job_id}")
        if job.answered.is_set():
            raise _Refused("InvalidJobStateException", f"job {job_id} has its result already")
        job.failure, job.variables = failure, variables
        job.answered.set()
        return {}

    def _executions(self, actor: Actor, name: str) -> list[Execution]:
        if name not in codepipeline_backends[actor.account][actor.region].pipelines:
            message = f"Account '{actor.account}' does not have a pipeline with name '{name}'"
            raise _Refused("PipelineNotFoundException", message)
        return self.pipelines.executions(actor.account, actor.region, name)

    def _execution(self, actor: Actor, name: str, execution_id: str) -> Execution:
        for execution in self._executions(actor, name):
            if execution.id == execution_id:
                return execution
        raise _Refused("PipelineExecutionNotFoundException", f"pipeline {name} has no execution {execution_id}")

    # ---- CodeBuild

    def start_build(self, actor: Actor, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        further = sorted(key for key, value in asked.items() if key not in _START_BUILD and value is not None)
        if further:
            raise _Refused("InvalidInputException", f"not run here: {', '.join(further)}")
        project = self.builds.project(actor.account, actor.region, asked["projectName"])
        if project is None:
            raise _Refused("ResourceNotFoundException", f"Project cannot be found: {asked['projectName']}")
        handed = self.waiting.take_over(asked.get("idempotencyToken") or "")
        record = self.builds.start(
            BuildRequest(
                account=actor.account,
                region=actor.region,
                project=project,
                variables=asked.get("environmentVariablesOverride") or (),
                source_version=asked.get("sourceVersion") or "",
                specification=asked.get("buildspecOverride") or "",
                initiator=handed[1] if handed else actor.role_arn.rpartition("/")[2],
                handover=handed[0] if handed else None,
            )
        )
        return {"build": record.answer()}

    def stop_build(self, actor: Actor, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        record = self.builds.records.get(asked["id"])
        if record is None or record.request.account != actor.account:
            raise _Refused("ResourceNotFoundException", f"Build {asked['id']} does not exist")
        record.stop.set()
        return {"build": record.answer()}

    def get_builds(self, actor: Actor, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        own = {record.id: record for record in self._own(actor)}
        wanted = [build_id.rpartition(":build/")[2] for build_id in asked["ids"]]
        found = [own[build_id].answer() for build_id in wanted if build_id in own]
        return {"builds": found, "buildsNotFound": [build_id for build_id in wanted if build_id not in own]}

    def list_builds(self, actor: Actor, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        name = asked.get("projectName")
        return {"ids": [record.id for record in reversed(self._own(actor)) if name in (None, record.name)]}

    def _own(self, actor: Actor) -> list[BuildRecord]:
        place = (actor.account, actor.region)
        return [one for one in self.builds.records.values() if (one.request.account, one.request.region) == place]

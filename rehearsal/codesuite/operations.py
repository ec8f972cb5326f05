"""Operations of CodePipeline and CodeBuild that start, describe and stop what runs, for callers of any process."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from moto.codepipeline.models import CodePipelineBackend, codepipeline_backends
from moto.core.request import Request

from rehearsal.aws.actors import Actor
from rehearsal.aws.answers import Answer
from rehearsal.aws.cloud import Cloud
from rehearsal.aws.requests import SignedRequest
from rehearsal.codesuite.execution import IN_PROGRESS, ExecutionTrigger, PipelineExecution, stage_states
from rehearsal.codesuite.pipeline import CodePipelineRunner, UnknownPipeline, overrides
from rehearsal.codesuite.records import BuildRecord, BuildRequest
from rehearsal.codesuite.stage_recovery import StageNotRetried
from rehearsal.codesuite.structure import PipelineStructureError
from rehearsal.service_model.aws_behavior import aws_behavior

# Which rule an actor delivers for, None where it is no rule.
Cause = Callable[[Actor], str | None]
# Account, region and token of a start -> what it asked for, and its answer.
StartsByToken = dict[tuple[str, str, str], tuple[Mapping[str, Any], Mapping[str, Any]]]
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


def install(cloud: Cloud, pipelines: CodePipelineRunner, cause: Cause = lambda _: None) -> None:
    """Answer these operations from the pipelines and builds that run.

    `cause` gives the EventBridge rule that an actor delivers for, None for anybody else.
    """
    service = _Operations(pipelines, cause)
    operations: Mapping[str, _Operation] = {
        "codepipeline:StartPipelineExecution": service.start_pipeline,
        "codepipeline:StopPipelineExecution": service.stop_pipeline,
        "codepipeline:RetryStageExecution": service.retry_stage,
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
        cloud.patches.set_item(cloud.handlers, name, _handler(operation))
    cloud.patches.wrap(CodePipelineBackend, "create_pipeline", _first_execution(pipelines))


def _first_execution(pipelines: CodePipelineRunner) -> Callable[..., Any]:
    """What surrounds CreatePipeline: `first_execution` follows it."""

    def create(original: Callable[..., Any], backend: Any, pipeline: dict[str, Any], tags: Any) -> Any:
        answer = original(backend, pipeline, tags)
        first_execution(pipelines, backend.account_id, backend.region_name, pipeline["name"])
        return answer

    return create


@aws_behavior('CodePipeline User Guide, "Start a pipeline in CodePipeline"')
def first_execution(pipelines: CodePipelineRunner, account: str, region: str, name: str) -> None:
    """A pipeline is executed once as soon as it is created, with its variables' defaults."""
    with contextlib.suppress(PipelineStructureError):  # a structure that is not run here is refused when it is started
        pipelines.start(account, region, name, ExecutionTrigger("CreatePipeline"))


@aws_behavior(
    'CodePipeline API Reference, "StartPipelineExecution": clientRequestToken',
    "botocore's model of codepipeline: the member is an idempotency token",
    'Smithy 2.0, "Behavior traits", idempotencyToken: the server identifies and discards replayed requests',
)
def repeated_token(
    started: StartsByToken, actor: Actor, parameters: Mapping[str, Any], start: Callable[[], Mapping[str, Any]]
) -> Mapping[str, Any]:
    """A second request with the token of a first starts nothing and is answered with the first one's execution.

    What CodePipeline does when the second asks for something else, no page says: that is refused.
    """
    token = parameters.get("clientRequestToken")
    if not token:
        return start()
    asked = {name: value for name, value in parameters.items() if value is not None}
    key = (actor.account, actor.region, token)
    if key not in started:
        started[key] = (asked, start())
    first, answer = started[key]
    if first != asked:
        raise _Refused("ValidationException", f"token {token} has started another execution, of {first['name']}")
    return answer


def _handler(operation: _Operation) -> Callable[[Actor, SignedRequest, Request], Answer | None]:
    def handle(actor: Actor, question: SignedRequest, request: Request) -> Answer | None:
        parameters = question.parameters or json.loads(request.data or b"{}")
        try:
            status, body = 200, operation(actor, parameters)
        except _Refused as refused:
            status, body = 400, {"__type": refused.code, "message": str(refused)}
        return status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(body).encode()

    return handle


class _Operations:
    """Operations by account: an actor sees its own account's pipelines and builds."""

    def __init__(self, pipelines: CodePipelineRunner, cause: Cause) -> None:
        self.pipelines, self.builds, self.pending = pipelines, pipelines.builds, pipelines.pending
        self._cause = cause
        self._starting = threading.Lock()
        self._started: StartsByToken = {}

    # ---- CodePipeline

    def start_pipeline(self, actor: Actor, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        with self._starting:
            return repeated_token(self._started, actor, parameters, lambda: self._start(actor, parameters))

    def _start(self, actor: Actor, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        rule = self._cause(actor)
        trigger = ExecutionTrigger("CloudWatchEvent", rule) if rule else ExecutionTrigger(detail=actor.session_arn)
        variables = {entry["name"]: entry["value"] for entry in parameters.get("variables") or ()}
        try:
            execution = self.pipelines.start(
                actor.account,
                actor.region,
                parameters["name"],
                trigger,
                variables=variables,
                revisions=overrides(parameters.get("sourceRevisions") or ()),
            )
        except UnknownPipeline as error:
            raise _Refused("PipelineNotFoundException", str(error)) from None
        except PipelineStructureError as error:
            raise _Refused("ValidationException", str(error)) from None
        return {"pipelineExecutionId": execution.id}

    def stop_pipeline(self, actor: Actor, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        execution = self._execution(actor, parameters["pipelineName"], parameters["pipelineExecutionId"])
        if execution.status != IN_PROGRESS:
            raise _Refused("PipelineExecutionNotStoppableException", f"the execution is {execution.status}")
        self.pipelines.stop(execution, abandon=bool(parameters.get("abandon")), reason=parameters.get("reason") or "")
        return {"pipelineExecutionId": execution.id}

    def retry_stage(self, actor: Actor, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        execution = self._execution(actor, parameters["pipelineName"], parameters["pipelineExecutionId"])
        try:
            self.pipelines.retry(execution, parameters["stageName"], parameters["retryMode"])
        except StageNotRetried as error:
            raise _Refused(error.code, str(error)) from None
        return {"pipelineExecutionId": execution.id}

    def get_execution(self, actor: Actor, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        return {
            "pipelineExecution": self._execution(
                actor, parameters["pipelineName"], parameters["pipelineExecutionId"]
            ).answer()
        }

    def list_executions(self, actor: Actor, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        newest = reversed(self._executions(actor, parameters["pipelineName"]))
        return {
            "pipelineExecutionSummaries": [execution.summary_answer() for execution in newest][
                : parameters.get("maxResults") or 100
            ]
        }

    def list_actions(self, actor: Actor, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        only = (parameters.get("filter") or {}).get("pipelineExecutionId")
        details = [
            {
                "pipelineExecutionId": execution.id,
                "actionExecutionId": action.id,
                "pipelineVersion": execution.pipeline.version,
                "stageName": stage.name,
                "actionName": action.name,
                "startTime": action.started,
                "lastUpdateTime": action.changed,
                "status": action.status,
                "input": dict(action.inputs),
                "output": action.outcome(),
                **({"updatedBy": action.updated_by} if action.updated_by else {}),
            }
            for execution in reversed(self._executions(actor, parameters["pipelineName"]))
            for stage in reversed(execution.stages)
            for action in reversed(stage.actions)
            if action.status and only in (None, execution.id)
        ]
        return {"actionExecutionDetails": details[: parameters.get("maxResults") or 100]}

    def get_state(self, actor: Actor, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        executions = self._executions(actor, parameters["name"])
        record = codepipeline_backends[actor.account][actor.region].pipelines[parameters["name"]]
        declared = self.pipelines.declared(actor.account, actor.region, parameters["name"])
        return {
            "pipelineName": declared.name,
            "pipelineVersion": declared.version,
            "stageStates": stage_states(declared.stages, executions),
            "created": record._created.timestamp(),
            "updated": record._updated.timestamp(),
        }

    def put_approval(self, actor: Actor, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        approval = self.pending.approvals.get(parameters.get("token") or "")
        named = (actor.account, parameters["pipelineName"], parameters["stageName"], parameters["actionName"])
        if approval is None or named != (
            approval.request.account,
            approval.request.pipeline,
            approval.request.stage,
            approval.request.action,
        ):
            raise _Refused("InvalidApprovalTokenException", "the token is of no open approval of that action")
        result = parameters["result"]
        taken = self.pending.answer(
            approval.request.token, status=result["status"], summary=result["summary"], by=actor.session_arn
        )
        if not taken:
            raise _Refused("ApprovalAlreadyCompletedException", "the approval has been answered")
        return {"approvedAt": time.time()}

    def put_success(self, actor: Actor, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._put_job(actor, parameters["jobId"], "", parameters.get("outputVariables") or {})

    def put_failure(self, actor: Actor, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        details = parameters["failureDetails"]
        return self._put_job(actor, parameters["jobId"], details.get("message") or details["type"], {})

    def _put_job(self, actor: Actor, job_id: str, failure: str, variables: Mapping[str, str]) -> Mapping[str, Any]:
        job = self.pending.jobs.get(job_id)
        if job is None or job.account != actor.account:
            raise _Refused("JobNotFoundException", f"there is no job {job_id}")
        if job.answered.is_set():
            raise _Refused("InvalidJobStateException", f"job {job_id} has its result already")
        job.failure, job.variables = failure, variables
        job.answered.set()
        return {}

    def _executions(self, actor: Actor, name: str) -> list[PipelineExecution]:
        if name not in codepipeline_backends[actor.account][actor.region].pipelines:
            message = f"Account '{actor.account}' does not have a pipeline with name '{name}'"
            raise _Refused("PipelineNotFoundException", message)
        return self.pipelines.executions(actor.account, actor.region, name)

    def _execution(self, actor: Actor, name: str, execution_id: str) -> PipelineExecution:
        for execution in self._executions(actor, name):
            if execution.id == execution_id:
                return execution
        raise _Refused("PipelineExecutionNotFoundException", f"pipeline {name} has no execution {execution_id}")

    # ---- CodeBuild

    def start_build(self, actor: Actor, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        unsupported = sorted(key for key, value in parameters.items() if key not in _START_BUILD and value is not None)
        if unsupported:
            raise _Refused("InvalidInputException", f"not run here: {', '.join(unsupported)}")
        project = self.builds.project(actor.account, actor.region, parameters["projectName"])
        if project is None:
            raise _Refused("ResourceNotFoundException", f"Project cannot be found: {parameters['projectName']}")
        kept = self.pending.take_build_artifacts(parameters.get("idempotencyToken") or "")
        record = self.builds.start(
            BuildRequest(
                account=actor.account,
                region=actor.region,
                project=project,
                variables=parameters.get("environmentVariablesOverride") or (),
                source_version=parameters.get("sourceVersion") or "",
                specification=parameters.get("buildspecOverride") or "",
                initiator=kept[1] if kept else actor.role_arn.rpartition("/")[2],
                pipeline_artifacts=kept[0] if kept else None,
            )
        )
        return {"build": record.answer()}

    def stop_build(self, actor: Actor, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        record = self.builds.records.get(parameters["id"])
        if record is None or record.request.account != actor.account:
            raise _Refused("ResourceNotFoundException", f"Build {parameters['id']} does not exist")
        record.stop.set()
        return {"build": record.answer()}

    def get_builds(self, actor: Actor, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        own = {record.id: record for record in self._own(actor)}
        build_ids = [build_id.rpartition(":build/")[2] for build_id in parameters["ids"]]
        builds = [own[build_id].answer() for build_id in build_ids if build_id in own]
        return {"builds": builds, "buildsNotFound": [build_id for build_id in build_ids if build_id not in own]}

    def list_builds(self, actor: Actor, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        name = parameters.get("projectName")
        return {"ids": [record.id for record in reversed(self._own(actor)) if name in (None, record.name)]}

    def _own(self, actor: Actor) -> list[BuildRecord]:
        records = self.builds.records.values()
        location = (actor.account, actor.region)
        return [record for record in records if (record.request.account, record.request.region) == location]

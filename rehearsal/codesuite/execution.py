"""The state of pipeline executions, in the shapes that CodePipeline answers, and the locks of their stages."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rehearsal.codesuite.artifacts import ArtifactLocation
from rehearsal.codesuite.structure import PipelineDeclaration, StageDeclaration

IN_PROGRESS, SUCCEEDED, FAILED, ABANDONED = "InProgress", "Succeeded", "Failed", "Abandoned"
STOPPED, STOPPING, SUPERSEDED, SKIPPED = "Stopped", "Stopping", "Superseded", "Skipped"


@dataclass(frozen=True)
class ExecutionTrigger:
    """The trigger of an execution: its type in the API, and the caller's session or the rule."""

    type: str = "StartPipelineExecution"
    detail: str = ""


@dataclass
class ActionState:
    """One action of one execution. `status` is empty until it starts; `token` is an open approval's."""

    name: str
    category: str = ""
    provider: str = ""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: str = ""
    started: float = 0.0
    changed: float = 0.0
    summary: str = ""
    error: str = ""
    external_id: str = ""
    token: str = ""
    updated_by: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)

    def set_status(self, status: str) -> None:
        """Change the status and note the time."""
        self.changed = time.time()
        self.started = self.started or self.changed
        self.status = status

    def outcome(self) -> dict[str, Any]:
        """`output` of ListActionExecutions: what else the action made, by its id (botocore codepipeline,
        ActionExecutionResult)."""
        shown = {
            "externalExecutionId": self.external_id,
            "externalExecutionSummary": self.summary,
            "errorDetails": {"code": "JobFailed", "message": self.error} if self.error else None,
        }
        found = {key: value for key, value in shown.items() if value}
        return {"executionResult": found} if found else {}

    def answer(self) -> dict[str, Any]:
        """`latestExecution` of GetPipelineState."""
        error = {"code": "JobFailed", "message": self.error} if self.error else None
        answer = {
            "actionExecutionId": self.id,
            "status": self.status,
            "summary": self.summary,
            "lastStatusChange": self.changed,
            "externalExecutionId": self.external_id,
            "token": self.token if self.status == IN_PROGRESS else "",
            "lastUpdatedBy": self.updated_by,
            "errorDetails": error,
        }
        return {key: value for key, value in answer.items() if value}


@dataclass
class StageState:
    """One stage of one execution."""

    name: str
    actions: list[ActionState]
    status: str = ""


@dataclass
class PipelineExecution:
    """A run of a pipeline. Times are seconds since the epoch."""

    pipeline: PipelineDeclaration
    account: str
    region: str
    trigger: ExecutionTrigger
    variables: Mapping[str, str]
    revisions: Mapping[str, Mapping[str, str]]
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    # STANDARD, or ROLLBACK: of a stage, as another execution had it, which `rolled_back_to` names.
    type: str = "STANDARD"
    rolled_back_to: str = ""
    status: str = IN_PROGRESS
    summary: str = ""
    started: float = field(default_factory=time.time)
    updated: float = field(default_factory=time.time)
    stages: list[StageState] = field(default_factory=list)
    artifacts: dict[str, ArtifactLocation] = field(default_factory=dict)
    namespaces: dict[str, dict[str, str]] = field(default_factory=dict)
    stopping: threading.Event = field(default_factory=threading.Event)
    abandoned: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.stages = [
            StageState(
                stage.name, [ActionState(action.name, action.category, action.provider) for action in stage.actions]
            )
            for stage in self.pipeline.stages
        ]
        self.namespaces["codepipeline"] = {"PipelineExecutionId": self.id}
        self.namespaces["variables"] = dict(self.variables)

    @property
    def version(self) -> int:
        """The version of the structure that it was started with."""
        return self.pipeline.version

    @property
    def arn(self) -> str:
        """The pipeline's ARN."""
        return f"arn:aws:codepipeline:{self.region}:{self.account}:{self.pipeline.name}"

    def wait(self, seconds: float | None = None) -> PipelineExecution:
        """Wait for the end. Raises TimeoutError."""
        if not self.done.wait(seconds):
            raise TimeoutError(f"{self.pipeline.name} {self.id} still runs after {seconds} s")
        return self

    @property
    def failure(self) -> str:
        """Stage, action and message of what failed; empty where nothing did."""
        failed = [(stage, action) for stage in self.stages for action in stage.actions if action.error]
        lines = [f"{stage.name}/{action.name}: {action.error}" for stage, action in failed]
        return "\n".join(lines) or (self.summary if self.status == FAILED else "")

    def answer(self) -> dict[str, Any]:
        """`pipelineExecution` of GetPipelineExecution."""
        revisions = [{"name": n, "revisionId": a.revision} for n, a in self.artifacts.items() if a.revision]
        return {
            "pipelineName": self.pipeline.name,
            "pipelineVersion": self.pipeline.version,
            "pipelineExecutionId": self.id,
            "status": self.status,
            "statusSummary": self.summary,
            "artifactRevisions": revisions,
            "variables": [{"name": name, "resolvedValue": value} for name, value in self.variables.items()],
            "trigger": {"triggerType": self.trigger.type, "triggerDetail": self.trigger.detail},
            "executionMode": self.pipeline.mode,
            "executionType": self.type,
            **self._rollback(),
        }

    def _rollback(self) -> dict[str, Any]:
        """What a rollback of a stage says of itself (botocore codepipeline, PipelineRollbackMetadata)."""
        target = {"rollbackTargetPipelineExecutionId": self.rolled_back_to}
        return {"rollbackMetadata": target} if self.rolled_back_to else {}

    def summary_answer(self) -> dict[str, Any]:
        """One of ListPipelineExecutions' summaries."""
        sources = [
            {"actionName": action.name, "revisionId": self.artifacts[name].revision}
            for stage in self.pipeline.stages
            for action in stage.actions
            if action.category == "Source"
            for name in action.outputs
            if name in self.artifacts
        ]
        return {
            "pipelineExecutionId": self.id,
            "status": self.status,
            "statusSummary": self.summary,
            "startTime": self.started,
            "lastUpdateTime": self.updated,
            "sourceRevisions": sources,
            "trigger": {"triggerType": self.trigger.type, "triggerDetail": self.trigger.detail},
            "executionMode": self.pipeline.mode,
            "executionType": self.type,
            **self._rollback(),
        }


def stage_states(stages: Sequence[StageDeclaration], executions: Sequence[PipelineExecution]) -> list[dict[str, Any]]:
    """GetPipelineState's `stageStates`: of each stage the newest execution that entered it. Oldest comes first."""
    return [_stage_state(index, stage.name, executions) for index, stage in enumerate(stages)]


def _stage_state(index: int, name: str, executions: Sequence[PipelineExecution]) -> dict[str, Any]:
    entered = [
        execution for execution in executions if index < len(execution.stages) and execution.stages[index].status
    ]
    state: dict[str, Any] = {"stageName": name, "inboundTransitionState": {"enabled": True}, "actionStates": []}
    if not entered:
        return state
    latest = entered[-1]
    state["latestExecution"] = {"pipelineExecutionId": latest.id, "status": latest.stages[index].status}
    for action in latest.stages[index].actions:
        ran = {"latestExecution": action.answer()} if action.status else {}
        state["actionStates"].append({"actionName": action.name, **ran})
    return state


class StageLock:
    """Lets executions into a stage one by one, in order of arrival (PARALLEL: all at once)."""

    def __init__(self) -> None:
        self._holder: PipelineExecution | None = None
        self._waiting: list[PipelineExecution] = []
        self._changed = threading.Condition()

    def enter(self, execution: PipelineExecution) -> bool:
        """Wait for the stage. False where the execution was superseded by a newer one, or stopped, meanwhile."""
        mode = execution.pipeline.mode
        if mode == "PARALLEL":
            return True
        with self._changed:
            if mode == "SUPERSEDED":
                for older in self._waiting:
                    older.status = SUPERSEDED
                self._waiting.clear()
            self._waiting.append(execution)
            self._changed.notify_all()
            while self._holder is not None or (execution in self._waiting and self._waiting[0] is not execution):
                if execution not in self._waiting:
                    return False
                if execution.stopping.is_set():
                    self._waiting.remove(execution)
                    return False
                self._changed.wait(0.1)
            if execution not in self._waiting:
                return False
            self._waiting.remove(execution)
            self._holder = execution
            return True

    def leave(self, execution: PipelineExecution) -> None:
        """Let the next one in."""
        with self._changed:
            if self._holder is execution:
                self._holder = None
            self._changed.notify_all()

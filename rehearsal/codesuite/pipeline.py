"""Runs CodePipeline pipelines from the definition in the in-memory AWS, stage by stage, as their roles."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.codepipeline.models import codepipeline_backends

from rehearsal.archives import ArchiveError
from rehearsal.aws.cloud import Cloud, NotTrusted
from rehearsal.aws.logs import refused
from rehearsal.codesuite import stack_set_actions, structure
from rehearsal.codesuite.actions import (
    ActionAbandoned,
    ActionFailed,
    Context,
    Run,
    approve_by_hand,
    build_with_codebuild,
    invoke_function,
    source_from_s3,
)
from rehearsal.codesuite.build import Builds, Emit
from rehearsal.codesuite.execution import (
    ABANDONED,
    FAILED,
    IN_PROGRESS,
    STOPPED,
    STOPPING,
    SUCCEEDED,
    SUPERSEDED,
    ActionState,
    Execution,
    Gate,
    StageState,
    Trigger,
)
from rehearsal.codesuite.pending import OnApproval, Waiting
from rehearsal.codesuite.structure import Action, DefinitionError, Stage

OnAction = Callable[[Execution, str, ActionState], None]
RUNS: Mapping[tuple[str, str], Run] = {
    ("Source", "S3"): source_from_s3,
    ("Build", "CodeBuild"): build_with_codebuild,
    ("Test", "CodeBuild"): build_with_codebuild,
    ("Approval", "Manual"): approve_by_hand,
    ("Invoke", "Lambda"): invoke_function,
    ("Deploy", "CloudFormationStackSet"): stack_set_actions.create_or_update,
    ("Deploy", "CloudFormationStackInstances"): stack_set_actions.reach_instances,
}


class UnknownPipeline(Exception):
    """There is no pipeline of that name."""


class PipelineRunner:
    """The executions of all pipelines of all accounts.

    `on_action` is told of each change of an action; `on_approval` is asked, in a thread of its own, when an action
    waits for a person, and answers through PutApprovalResult with an approver's credentials. `approval_seconds`
    replaces the time-out of approvals.
    """

    def __init__(
        self,
        cloud: Cloud,
        builds: Builds,
        *,
        emit: Emit | None = None,
        on_action: OnAction | None = None,
        on_approval: OnApproval | None = None,
        approval_seconds: float | None = None,
    ) -> None:
        self.cloud = cloud
        self.builds = builds
        self.waiting = Waiting(on_approval)
        self._emit = emit
        self._on_action = on_action
        self._approval_seconds = approval_seconds
        self._executions: dict[tuple[str, str, str], list[Execution]] = {}
        self._gates: dict[tuple[str, str, str, str], Gate] = {}
        self._lock = threading.Lock()

    def declared(self, account: str, region: str, name: str) -> structure.Pipeline:
        """A pipeline as it is defined now. Raises UnknownPipeline or DefinitionError."""
        kept = codepipeline_backends[account][region].pipelines.get(name)
        if kept is None:
            raise UnknownPipeline(f"Account '{account}' does not have a pipeline with name '{name}'")
        return structure.read(kept.pipeline, region)

    def executions(self, account: str, region: str, name: str) -> list[Execution]:
        """A pipeline's executions, oldest first."""
        return list(self._executions.get((account, region, name), ()))

    def start(
        self,
        account: str,
        region: str,
        name: str,
        trigger: Trigger | None = None,
        *,
        variables: Mapping[str, str] | None = None,
        revisions: Mapping[str, Mapping[str, str]] | None = None,
    ) -> Execution:
        """Start an execution in a thread of its own. `revisions`: source action -> revisionType, revisionValue."""
        pipeline = self.declared(account, region, name)
        given = dict(variables or {})
        unknown = sorted(set(given) - set(pipeline.variables))
        missing = sorted(key for key, default in pipeline.variables.items() if default is None and key not in given)
        if unknown or missing:
            raise DefinitionError(f"pipeline {name}: unknown variables {unknown}, variables without a value {missing}")
        values = {key: given.get(key, default or "") for key, default in pipeline.variables.items()}
        execution = Execution(pipeline, account, region, trigger or Trigger(), values, revisions or {})
        with self._lock:
            self._executions.setdefault((account, region, name), []).append(execution)
        threading.Thread(target=self._run, args=(execution,), daemon=True, name=f"{name}-{execution.id}").start()
        return execution

    def stop(self, execution: Execution, *, abandon: bool, reason: str = "") -> None:
        """Stop after the running actions, or at once where `abandon`."""
        execution.status, execution.summary = STOPPING, reason
        if abandon:
            execution.abandoned.set()
        execution.stopping.set()

    def close(self) -> None:
        """Stop everything."""
        running = [one for many in self._executions.values() for one in many if not one.done.is_set()]
        for execution in running:
            self.stop(execution, abandon=True, reason="the rehearsal ends")
        for execution in running:
            execution.done.wait(10)

    # ---- one execution

    def _run(self, execution: Execution) -> None:
        self._tell_pipeline(execution, "STARTED")
        try:
            for stage, state in zip(execution.pipeline.stages, execution.stages, strict=True):
                if execution.stopping.is_set() or not self._pass(execution, stage, state):
                    break
        except Exception as error:  # an execution must never seem to run for ever, whatever is wrong
            execution.status, execution.summary = FAILED, f"{type(error).__name__}: {error}"
        if execution.status == STOPPING or (execution.stopping.is_set() and execution.status == IN_PROGRESS):
            execution.status = STOPPED
        elif execution.status == IN_PROGRESS:
            execution.status = SUCCEEDED
        execution.updated = time.time()
        self._tell_pipeline(execution, execution.status.upper())
        execution.done.set()

    def _pass(self, execution: Execution, stage: Stage, state: StageState) -> bool:
        """One stage. False where the execution ends here."""
        key = (execution.account, execution.region, execution.pipeline.name, stage.name)
        with self._lock:
            gate = self._gates.setdefault(key, Gate())
        if not gate.enter(execution):
            return False
        try:
            state.status = IN_PROGRESS
            self._tell(execution, "Stage", "STARTED", stage=stage.name)
            done = self._actions(execution, stage, state)
            stopped = execution.stopping.is_set()
            state.status = SUCCEEDED if done else STOPPED if stopped else FAILED
            if not done and not stopped:
                execution.status = FAILED
            self._tell(execution, "Stage", state.status.upper(), stage=stage.name)
            return done
        finally:
            gate.leave(execution)

    def _actions(self, execution: Execution, stage: Stage, state: StageState) -> bool:
        states = {action.name: action for action in state.actions}
        groups = [list(group) for _, group in groupby(stage.actions, key=lambda action: action.order)]
        for number, group in enumerate(groups, start=1):
            # Actions of one order run beside each other on AWS: one's failure does not keep the others from running.
            results = [self._act(execution, stage.name, action, states[action.name]) for action in group]
            if not all(results) or (execution.stopping.is_set() and number < len(groups)):
                return False
        return True

    def _act(self, execution: Execution, stage: str, action: Action, state: ActionState) -> bool:
        state.become(IN_PROGRESS)
        self._changed(execution, stage, action, state)
        try:
            context = self._context(execution, stage, action, state)
            variables = RUNS[action.category, action.provider](context)
        except ActionAbandoned:
            state.become(ABANDONED)
        except ClientError as error:
            state.error = refused(error)
        except (ActionFailed, ArchiveError, DefinitionError, NotTrusted, BotoCoreError) as error:
            state.error = str(error)
        except Exception as error:  # said as the action's failure: the thread has nobody to raise to
            state.error = f"{type(error).__name__}: {error}"
        else:
            execution.artifacts |= context.produced
            if action.namespace:
                execution.namespaces[action.namespace] = dict(variables)
            state.become(SUCCEEDED)
        if state.error:
            state.become(FAILED)
        execution.updated = time.time()
        self._changed(execution, stage, action, state)
        return state.status == SUCCEEDED

    def _context(self, execution: Execution, stage: str, action: Action, state: ActionState) -> Context:
        role = execution.pipeline.role_arn
        actor = self.cloud.service_assume(
            role,
            service="codepipeline.amazonaws.com",
            session=execution.id,
            region=execution.region,
            source=execution.arn,
        )
        if action.role_arn:
            actor = self.cloud.assume(action.role_arn, by=actor, session=execution.id)
        where = f"stage {stage}, action {action.name}"
        configuration = {
            key: structure.substituted(value, execution.namespaces, f"{where}, {key}")
            for key, value in action.configuration.items()
        }
        return Context(
            cloud=self.cloud,
            builds=self.builds,
            waiting=self.waiting,
            execution=execution,
            stage=stage,
            action=action,
            state=state,
            actor=actor,
            configuration=configuration,
            approval_seconds=self._approval_seconds,
        )

    # ---- what others hear of it

    def _changed(self, execution: Execution, stage: str, action: Action, state: ActionState) -> None:
        if self._on_action is not None:
            self._on_action(execution, stage, state)
        shown = {IN_PROGRESS: "STARTED"}.get(state.status, state.status.upper())
        kind = {"owner": "AWS", "category": action.category, "provider": action.provider, "version": "1"}
        self._tell(execution, "Action", shown, stage=stage, action=action.name, type=kind)

    def _tell_pipeline(self, execution: Execution, state: str) -> None:
        self._tell(execution, "Pipeline", SUPERSEDED.upper() if execution.status == SUPERSEDED else state)

    def _tell(self, execution: Execution, what: str, state: str, **more: Any) -> None:
        """Send the event of a state change (CP detect-state-changes-cloudwatch-events)."""
        if self._emit is None:
            return
        detail = {
            "pipeline": execution.pipeline.name,
            "execution-id": execution.id,
            "start-time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(execution.started)),
            "state": state,
            "version": float(execution.pipeline.version),
            **more,
        }
        if what == "Pipeline":
            detail["execution-trigger"] = {
                "trigger-type": execution.trigger.type,
                "trigger-detail": execution.trigger.detail,
            }
        event = {
            "source": "aws.codepipeline",
            "detail-type": f"CodePipeline {what} Execution State Change",
            "resources": [execution.arn],
            "detail": detail,
        }
        self._emit(execution.account, execution.region, event)


def overrides(entries: Iterable[Mapping[str, str]]) -> dict[str, Mapping[str, str]]:
    """StartPipelineExecution's `sourceRevisions` by action."""
    return {entry["actionName"]: entry for entry in entries}

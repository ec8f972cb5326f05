"""Runs CodePipeline pipelines from the definition in the in-memory AWS, stage by stage, as their roles."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.codepipeline.models import codepipeline_backends

from rehearsal.aws.cloud import Cloud, NotTrusted
from rehearsal.aws.logs import refused
from rehearsal.codesuite import stack_set_actions, stage_recovery, structure
from rehearsal.codesuite.actions import (
    ActionAbandoned,
    ActionContext,
    ActionFailed,
    RunAction,
    approve_by_hand,
    build_with_codebuild,
    invoke_function,
    source_from_s3,
)
from rehearsal.codesuite.build import BuildRunner, Emit
from rehearsal.codesuite.conditions import EntryCondition
from rehearsal.codesuite.execution import (
    ABANDONED,
    FAILED,
    IN_PROGRESS,
    SKIPPED,
    STOPPED,
    STOPPING,
    SUCCEEDED,
    SUPERSEDED,
    ActionState,
    ExecutionTrigger,
    PipelineExecution,
    StageLock,
    StageState,
)
from rehearsal.codesuite.pending import OnApproval, PendingActions
from rehearsal.codesuite.structure import ActionDeclaration, PipelineStructureError, StageDeclaration
from rehearsal.zip_archives import ArchiveError

OnAction = Callable[[PipelineExecution, str, ActionState], None]
RUNS: Mapping[tuple[str, str], RunAction] = {
    ("Source", "S3"): source_from_s3,
    ("Build", "CodeBuild"): build_with_codebuild,
    ("Test", "CodeBuild"): build_with_codebuild,
    ("Approval", "Manual"): approve_by_hand,
    ("Invoke", "Lambda"): invoke_function,
    ("Deploy", "CloudFormationStackSet"): stack_set_actions.create_or_update,
    ("Deploy", "CloudFormationStackInstances"): stack_set_actions.update_instances,
}


class UnknownPipeline(Exception):
    """There is no pipeline of that name."""


class CodePipelineRunner:
    """The executions of all pipelines of all accounts.

    `on_action` is called with each change of an action; `on_approval`, in a thread of its own, when an action waits for
    a person, who answers through PutApprovalResult with an approver's credentials. `approval_seconds` replaces the
    time-out of approvals.
    """

    def __init__(
        self,
        cloud: Cloud,
        builds: BuildRunner,
        *,
        emit: Emit | None = None,
        on_action: OnAction | None = None,
        on_approval: OnApproval | None = None,
        approval_seconds: float | None = None,
    ) -> None:
        self.cloud = cloud
        self.builds = builds
        self.pending = PendingActions(on_approval)
        self._emit = emit
        self._on_action = on_action
        self._approval_seconds = approval_seconds
        self._executions: dict[tuple[str, str, str], list[PipelineExecution]] = {}
        self._stage_locks: dict[tuple[str, str, str, str], StageLock] = {}
        self._lock = threading.Lock()

    def declared(self, account: str, region: str, name: str) -> structure.PipelineDeclaration:
        """A pipeline as it is defined now. Raises UnknownPipeline or PipelineStructureError."""
        kept = codepipeline_backends[account][region].pipelines.get(name)
        if kept is None:
            raise UnknownPipeline(f"Account '{account}' does not have a pipeline with name '{name}'")
        return structure.read(kept.pipeline, region)

    def executions(self, account: str, region: str, name: str) -> list[PipelineExecution]:
        """A pipeline's executions, oldest first."""
        return list(self._executions.get((account, region, name), ()))

    def start(
        self,
        account: str,
        region: str,
        name: str,
        trigger: ExecutionTrigger | None = None,
        *,
        variables: Mapping[str, str] | None = None,
        revisions: Mapping[str, Mapping[str, str]] | None = None,
    ) -> PipelineExecution:
        """Start an execution in a thread of its own. `revisions`: source action -> revisionType, revisionValue."""
        pipeline = self.declared(account, region, name)
        given = dict(variables or {})
        unknown = sorted(set(given) - set(pipeline.variables))
        missing = sorted(key for key, default in pipeline.variables.items() if default is None and key not in given)
        if unknown or missing:
            raise PipelineStructureError(
                f"pipeline {name}: unknown variables {unknown}, variables without a value {missing}"
            )
        values = {key: given.get(key, default or "") for key, default in pipeline.variables.items()}
        execution = PipelineExecution(pipeline, account, region, trigger or ExecutionTrigger(), values, revisions or {})
        self._begin(execution)
        return execution

    def _begin(self, execution: PipelineExecution, *, first: int = 0, last: int | None = None) -> None:
        """Run an execution's stages from one place to before another, in a thread of its own."""
        name = execution.pipeline.name
        with self._lock:
            known = self._executions.setdefault((execution.account, execution.region, name), [])
            if execution not in known:
                known.append(execution)
        thread = threading.Thread(target=self._run, args=(execution, first, last), daemon=True)
        thread.name = f"{name}-{execution.id}"
        thread.start()

    def retry(self, execution: PipelineExecution, stage: str, mode: str) -> None:
        """Run a failed stage again, and the stages after it: all of its actions, or those that have not succeeded.

        Raises StageNotRetried.
        """
        executions = self.executions(execution.account, execution.region, execution.pipeline.name)
        declared = [each.name for each in execution.pipeline.stages]
        index = stage_recovery.retried_stage(executions, execution, stage, declared)
        state = execution.stages[index]
        state.actions = [
            action
            if mode == "FAILED_ACTIONS" and action.status == SUCCEEDED
            else ActionState(action.name, action.category, action.provider)
            for action in state.actions
        ]
        execution.status, execution.summary = IN_PROGRESS, ""
        execution.done.clear()
        self._begin(execution, first=index)

    def _roll_back(self, failed: PipelineExecution, index: int) -> None:
        """Run a failed stage as an execution that it succeeded in, with the artifacts and variables of that one."""
        executions = self.executions(failed.account, failed.region, failed.pipeline.name)
        target = stage_recovery.rollback_target(executions, failed, failed.stages[index].name)
        if target is None:
            return
        trigger = ExecutionTrigger("AutomatedRollback", f"FailedPipelineExecutionId/{failed.id}")
        execution = PipelineExecution(
            failed.pipeline,
            failed.account,
            failed.region,
            trigger,
            target.variables,
            target.revisions,
            type="ROLLBACK",
            # Of a rollback to a rollback, the execution whose artifacts both have.
            rolled_back_to=target.rolled_back_to or target.id,
        )
        execution.artifacts = dict(target.artifacts)
        execution.namespaces |= {
            name: values for name, values in target.namespaces.items() if name not in ("codepipeline", "variables")
        }
        self._begin(execution, first=index, last=index + 1)

    def stop(self, execution: PipelineExecution, *, abandon: bool, reason: str = "") -> None:
        """Stop after the running actions, or at once where `abandon`."""
        execution.status, execution.summary = STOPPING, reason
        if abandon:
            execution.abandoned.set()
        execution.stopping.set()

    def close(self) -> None:
        """Stop everything."""
        everything = [execution for executions in self._executions.values() for execution in executions]
        running = [execution for execution in everything if not execution.done.is_set()]
        for execution in running:
            self.stop(execution, abandon=True, reason="the rehearsal ends")
        for execution in running:
            execution.done.wait(10)

    # ---- one execution

    def _run(self, execution: PipelineExecution, first: int, last: int | None) -> None:
        self._emit_pipeline(execution, "STARTED")
        failed = None
        try:
            for index in range(first, len(execution.stages) if last is None else last):
                stage, state = execution.pipeline.stages[index], execution.stages[index]
                if execution.stopping.is_set() or not self._run_stage(execution, stage, state):
                    failed = index if stage.rolls_back and state.status == FAILED else None
                    break
        except Exception as error:  # an execution must never seem to run for ever, whatever is wrong
            execution.status, execution.summary = FAILED, f"{type(error).__name__}: {error}"
        if execution.status == STOPPING or (execution.stopping.is_set() and execution.status == IN_PROGRESS):
            execution.status = STOPPED
        elif execution.status == IN_PROGRESS:
            execution.status = SUCCEEDED
        execution.updated = time.time()
        self._emit_pipeline(execution, execution.status.upper())
        if failed is not None and execution.type == "STANDARD":
            self._roll_back(execution, failed)
        execution.done.set()

    def _run_stage(self, execution: PipelineExecution, stage: StageDeclaration, state: StageState) -> bool:
        """One stage. False where the execution ends here."""
        key = (execution.account, execution.region, execution.pipeline.name, stage.name)
        with self._lock:
            lock = self._stage_locks.setdefault(key, StageLock())
        if not lock.enter(execution):
            return False
        try:
            if stage.entry and not self._may_enter(execution, stage.name, stage.entry):
                state.status = SKIPPED
                self._emit_change(execution, "Stage", SKIPPED.upper(), stage=stage.name)
                return True
            state.status = IN_PROGRESS
            self._emit_change(execution, "Stage", "STARTED", stage=stage.name)
            done = self._run_actions(execution, stage, state)
            stopped = execution.stopping.is_set()
            state.status = SUCCEEDED if done else STOPPED if stopped else FAILED
            if not done and not stopped:
                execution.status = FAILED
            self._emit_change(execution, "Stage", state.status.upper(), stage=stage.name)
            return done
        finally:
            lock.leave(execution)

    def _may_enter(self, execution: PipelineExecution, stage: str, condition: EntryCondition) -> bool:
        """Whether every rule before a stage holds; a stage that is not entered is skipped, and the next one follows.

        Source: CodePipeline User Guide, "How do stage conditions work?".
        """
        where = f"stage {stage}, condition before entry"
        return all(
            rule.holds(structure.substituted(rule.variable, execution.namespaces, where)) for rule in condition.rules
        )

    def _run_actions(self, execution: PipelineExecution, stage: StageDeclaration, state: StageState) -> bool:
        states = {action.name: action for action in state.actions}
        groups = [list(group) for _, group in groupby(stage.actions, key=lambda action: action.order)]
        for number, group in enumerate(groups, start=1):
            # Actions of one order run beside each other on AWS: one's failure does not keep the others from running.
            # Those that have succeeded already are not run again where failed actions are retried.
            results = [
                states[action.name].status == SUCCEEDED
                or self._run_action(execution, stage.name, action, states[action.name])
                for action in group
            ]
            if not all(results) or (execution.stopping.is_set() and number < len(groups)):
                return False
        return True

    def _run_action(
        self, execution: PipelineExecution, stage: str, action: ActionDeclaration, state: ActionState
    ) -> bool:
        state.set_status(IN_PROGRESS)
        self._changed(execution, stage, action, state)
        try:
            context = self._context(execution, stage, action, state)
            variables = RUNS[action.category, action.provider](context)
        except ActionAbandoned:
            state.set_status(ABANDONED)
        except ClientError as error:
            state.error = refused(error)
        except (ActionFailed, ArchiveError, PipelineStructureError, NotTrusted, BotoCoreError) as error:
            state.error = str(error)
        except Exception as error:  # said as the action's failure: the thread has nobody to raise to
            state.error = f"{type(error).__name__}: {error}"
        else:
            execution.artifacts |= context.produced
            if action.namespace:
                execution.namespaces[action.namespace] = dict(variables)
            state.set_status(SUCCEEDED)
        if state.error:
            state.set_status(FAILED)
        execution.updated = time.time()
        self._changed(execution, stage, action, state)
        return state.status == SUCCEEDED

    def _context(
        self, execution: PipelineExecution, stage: str, action: ActionDeclaration, state: ActionState
    ) -> ActionContext:
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
        state.inputs = {
            "actionTypeId": {"category": action.category, "owner": "AWS", "provider": action.provider, "version": "1"},
            "configuration": dict(action.configuration),
            "resolvedConfiguration": configuration,
            "region": execution.region,
        }
        return ActionContext(
            cloud=self.cloud,
            builds=self.builds,
            pending=self.pending,
            execution=execution,
            stage=stage,
            action=action,
            state=state,
            actor=actor,
            configuration=configuration,
            approval_seconds=self._approval_seconds,
        )

    # ---- events of state changes

    def _changed(self, execution: PipelineExecution, stage: str, action: ActionDeclaration, state: ActionState) -> None:
        if self._on_action is not None:
            self._on_action(execution, stage, state)
        shown = {IN_PROGRESS: "STARTED"}.get(state.status, state.status.upper())
        kind = {"owner": "AWS", "category": action.category, "provider": action.provider, "version": "1"}
        self._emit_change(execution, "Action", shown, stage=stage, action=action.name, type=kind)

    def _emit_pipeline(self, execution: PipelineExecution, state: str) -> None:
        self._emit_change(execution, "Pipeline", SUPERSEDED.upper() if execution.status == SUPERSEDED else state)

    def _emit_change(self, execution: PipelineExecution, what: str, state: str, **more: Any) -> None:
        """Send the event of a state change (CodePipeline User Guide, "Monitoring CodePipeline events")."""
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

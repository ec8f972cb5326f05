"""What can follow a stage's failure: it goes back to an execution that it succeeded in, or it is retried.

Sources: CodePipeline User Guide, "Configuring stage rollback", "Configure a stage for automatic rollback", "Configuring
stage retry for a failed stage or failed actions"; botocore, service model of codepipeline.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from rehearsal.service_model.aws_behavior import aws_behavior

RETRY_MODES = ("FAILED_ACTIONS", "ALL_ACTIONS")


class StageNotRetried(Exception):
    """A stage that is not retried: CodePipeline's error code, and why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class RecoverableStage(Protocol):
    """A stage of an execution."""

    name: str
    status: str


class RecoverableExecution(Protocol):
    """An execution. `version` is that of the structure with which it was started."""

    id: str
    type: str
    status: str

    @property
    def version(self) -> int: ...

    @property
    def stages(self) -> Sequence[RecoverableStage]: ...


def problems(where: str, stage: Mapping[str, Any], pipeline_type: str) -> Iterator[str]:
    """What of a stage's `onFailure` AWS would refuse, or is not run here."""
    given = stage.get("onFailure")
    if not given:
        return
    if pipeline_type != "V2":
        yield f"{where}: onFailure is for pipelines of type V2 alone"
    if given.get("result") != "ROLLBACK":
        yield f"{where}: onFailure's result {given.get('result')!r} is not run here; allowed: ROLLBACK"
    for key in sorted({*given} - {"result"}):
        if given[key]:
            yield f"{where}: onFailure's {key} is not run here"
    if any(action["actionTypeId"]["category"] == "Source" for action in stage["actions"]):
        yield f"{where}: a source stage is not rolled back"


@aws_behavior(
    'CodePipeline User Guide, "Configure a stage for automatic rollback": to the most recent successful execution',
    'CodePipeline User Guide, "Configuring stage rollback": started in the current structure version; no rollback',
)
def rollback_target(executions: Sequence[RecoverableExecution], failed: Any, stage: str) -> Any:
    """The execution that a failed stage goes back to, newest first of those before it; None where there is none.

    It succeeded in the stage, was started with the structure that the pipeline has now, and is no rollback itself.
    """
    before = executions[: executions.index(failed)]
    for execution in reversed(before):
        succeeded = any(each.name == stage and each.status == "Succeeded" for each in execution.stages)
        if succeeded and execution.type == "STANDARD" and execution.version == failed.version:
            return execution
    return None


@aws_behavior(
    'CodePipeline API Reference, "RetryStageExecution": StageNotRetryableException, NotLatestPipelineExecutionException'
)
def retried_stage(
    executions: Sequence[RecoverableExecution], execution: RecoverableExecution, stage: str, declared: Sequence[str]
) -> int:
    """The place of a failed stage that may be retried: that of the newest execution which entered it.

    Raises StageNotRetried.
    """
    if stage not in declared:
        raise StageNotRetried("StageNotFoundException", f"the pipeline has no stage {stage}")
    index = list(declared).index(stage)
    if execution.stages[index].status != "Failed" or execution.status != "Failed":
        status = execution.stages[index].status or "not entered"
        raise StageNotRetried("StageNotRetryableException", f"stage {stage} of {execution.id} is {status}")
    entered = [each for each in executions if index < len(each.stages) and each.stages[index].status]
    if entered[-1].id != execution.id:
        raise StageNotRetried(
            "NotLatestPipelineExecutionException", f"execution {entered[-1].id} has entered stage {stage} since"
        )
    return index

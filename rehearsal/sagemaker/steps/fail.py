"""Fail: ends the execution with a message."""

from __future__ import annotations

from rehearsal.sagemaker.step_types import StepContext, StepFailed, StepResult, StepType


def _run(context: StepContext) -> StepResult:
    message = str(context.expressions.value(context.arguments["ErrorMessage"]))
    context.report({"Metadata": {"Fail": {"ErrorMessage": message}}})
    raise StepFailed(message, by_design=True)


FAIL = StepType(name="Fail", run=_run, calls_api=False)

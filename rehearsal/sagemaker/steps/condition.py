"""Condition: runs one of two lists of steps."""

from __future__ import annotations

from collections.abc import Sequence

from rehearsal.sagemaker.step_types import Arguments, Step, StepContext, StepResult, StepType


def _run(context: StepContext) -> StepResult:
    # All must hold: conditions of a step are joined by AND.
    holds = all(context.expressions.holds(condition) for condition in context.arguments["Conditions"])
    outcome = "True" if holds else "False"
    context.report({"Metadata": {"Condition": {"Outcome": outcome}}})
    next_steps: Sequence[Step] = context.arguments.get("IfSteps" if holds else "ElseSteps") or ()
    return StepResult({"Outcome": outcome}, next_steps)


def _branches(arguments: Arguments) -> Sequence[Step]:
    return [*(arguments.get("IfSteps") or ()), *(arguments.get("ElseSteps") or ())]


CONDITION = StepType(
    name="Condition",
    run=_run,
    calls_api=False,
    branches=_branches,
    own_arguments=lambda arguments: {"Conditions": arguments["Conditions"]},
)

"""The step after evaluation: the quality gate, and the failure that says the figures."""

from __future__ import annotations

from sagemaker.core.workflow.conditions import (
    ConditionEquals,
    ConditionGreaterThanOrEqualTo,
    ConditionLessThanOrEqualTo,
)
from sagemaker.core.workflow.functions import Join
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.steps import ProcessingStep, Step

from pipeline import project_contract as contract
from pipeline.context import PipelineContext
from pipeline.steps.evaluate import exit_message, figure


def gate_step(context: PipelineContext, evaluate: ProcessingStep, passed: list[Step]) -> ConditionStep:
    """The steps `passed`, or fail with the figures. Every condition must hold; figures that are missing fail.

    `gate.passed` alone would do; the comparison with the threshold and with production is repeated here so
    that it stands in the definition and in the console, and so that one mistake does not open the gate.
    """
    value = figure(evaluate, "gate.value")
    threshold = context.parameters["MetricThreshold"]
    higher = contract.direction(context.project.gate_metric) == "higher"
    reaches = ConditionGreaterThanOrEqualTo if higher else ConditionLessThanOrEqualTo
    return ConditionStep(
        name="Gate",
        description="Registers the model if it reaches the threshold and is no worse than production's",
        conditions=[
            reaches(left=value, right=threshold),
            ConditionGreaterThanOrEqualTo(left=figure(evaluate, "gate.production_margin"), right=0.0),
            ConditionEquals(left=figure(evaluate, "gate.passed"), right=1),
        ],
        if_steps=passed,
        else_steps=[fail_step(evaluate)],
    )


def fail_step(evaluate: ProcessingStep) -> FailStep:
    """End the execution with the figures that decided, as the evaluation said them in its message.

    botocore's FailStepMetadata keeps 3,072 characters, a job's message 1,024.
    """
    return FailStep(
        name="GateClosed",
        error_message=Join(on="", values=[exit_message(evaluate), " Nothing was registered."]),
    )

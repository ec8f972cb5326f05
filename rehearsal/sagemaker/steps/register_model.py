"""RegisterModel: CreateModelPackage."""

from __future__ import annotations

from rehearsal.sagemaker.step_types import StepContext, StepResult, StepType


def _run(context: StepContext) -> StepResult:
    arn = context.create("model_package", "RegisterModel", context.arguments)
    return StepResult(context.client.describe_model_package(ModelPackageName=arn))


REGISTER_MODEL = StepType(name="RegisterModel", run=_run)

"""The steps after evaluation: the condition, registration, and the failure that says the figures."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from sagemaker.core.model_metrics import MetricsSource, ModelMetrics
from sagemaker.core.model_registry import create_model_package_from_containers, get_model_package_args
from sagemaker.core.workflow.conditions import (
    ConditionEquals,
    ConditionGreaterThanOrEqualTo,
    ConditionLessThanOrEqualTo,
)
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.mlops.workflow.steps import ProcessingStep, TrainingStep

from pipeline.context import Context, service_retries
from pipeline.jobs import EVALUATION, output_uri
from pipeline.project import HIGHER_IS_BETTER

CONTENT_TYPES = ["text/csv", "application/json", "application/jsonlines"]


def gate_step(context: Context, train: TrainingStep, evaluate: ProcessingStep) -> ConditionStep:
    """Register, or fail with the figures. Every condition must hold; figures that are missing fail.

    `gate.passed` alone would do; the comparison with the threshold and with production is repeated here so
    that it stands in the definition and in the console, and so that one mistake does not open the gate.
    """
    value = figure(evaluate, "gate.value")
    threshold = context.parameters["MetricThreshold"]
    higher = context.project.gate_metric in HIGHER_IS_BETTER
    reaches = ConditionGreaterThanOrEqualTo if higher else ConditionLessThanOrEqualTo
    return ConditionStep(
        name="Gate",
        description="Registers the model if it reaches the threshold and is no worse than production's",
        conditions=[
            reaches(left=value, right=threshold),
            ConditionGreaterThanOrEqualTo(left=figure(evaluate, "gate.production_margin"), right=0.0),
            ConditionEquals(left=figure(evaluate, "gate.passed"), right=1),
        ],
        if_steps=[register_step(context, train, evaluate)],
        else_steps=[fail_step(context, evaluate)],
    )


def figure(evaluate: ProcessingStep, path: str) -> JsonGet:
    """A value of evaluation.json."""
    return JsonGet(step_name=evaluate.name, property_file=EVALUATION, json_path=path)


def fail_step(context: Context, evaluate: ProcessingStep) -> FailStep:
    """End the execution with the figures that decided; botocore's FailStepMetadata keeps 3,072 characters."""
    metric = context.project.gate_metric
    return FailStep(
        name="GateClosed",
        error_message=Join(
            on="",
            values=[
                f"The gate is closed: {metric} ", figure(evaluate, "display.value"),
                "; threshold ", figure(evaluate, "display.threshold"),
                "; in production ", figure(evaluate, "display.production"),
                "; naive answer ", figure(evaluate, "display.baseline"),
                ". Reasons: ", figure(evaluate, "display.reasons"),
                ". Nothing was registered.",
            ],
        ),
    )  # fmt: skip


def register_step(context: Context, train: TrainingStep, evaluate: ProcessingStep) -> ModelStep:
    """Register the model, pending approval, with all that a deployment needs to check it."""
    project, session = context.project, context.session
    evaluation_uri = output_uri(evaluate, "evaluation")
    arguments = get_model_package_args(
        content_types=CONTENT_TYPES,
        response_types=CONTENT_TYPES,
        model_package_group_name=project.registry_group,
        image_uri=project.image_uri,
        model_data=train.properties.ModelArtifacts.S3ModelArtifacts,
        approval_status="PendingManualApproval",
        skip_model_validation="None",
        model_metrics=ModelMetrics(
            model_statistics=MetricsSource(
                content_type="application/json",
                s3_uri=Join(on="/", values=[evaluation_uri, "evaluation.json"]),
            )
        ),
        customer_metadata_properties=metadata(context, evaluate, evaluation_uri),
    )
    # ModelBuilder.register() would look at the model, which does not exist yet; this is the request that it
    # makes, made by the same function and captured by the same session.
    session.init_model_step_arguments(SimpleNamespace(sagemaker_session=session))
    step_args = create_model_package_from_containers(session, **arguments)
    session.context = None
    return ModelStep(name="Register", step_args=step_args, retry_policies=service_retries())


def metadata(context: Context, evaluate: ProcessingStep, evaluation_uri: Any) -> dict[str, Any]:
    """The package's CustomerMetadataProperties, each at most 256 characters (CustomerMetadataValue)."""

    def told(name: str) -> Join:
        return Join(on="", values=[figure(evaluate, f"metadata.{name}")])

    return {
        "artifact_sha256": told("artifact_sha256"),
        "problem": told("problem"),
        "metric": context.project.gate_metric,
        "metric_value": told("metric_value"),
        "holdout_uri": evaluation_uri,
        "manifest_uri": Join(on="/", values=[evaluation_uri, "manifest.json"]),
        "commit": context.commit,
        "code_uri": context.code_uri,
        "data_uri": context.parameters["DataUri"],
        "data_version": context.parameters["DataVersion"],
    }

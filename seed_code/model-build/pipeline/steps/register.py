"""The last step: register the model, pending approval."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from sagemaker.core.model_metrics import MetricsSource, ModelMetrics
from sagemaker.core.model_registry import create_model_package_from_containers, get_model_package_args
from sagemaker.core.workflow.functions import Join
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.mlops.workflow.steps import ProcessingStep, TrainingStep

from pipeline.context import PipelineContext, service_retries
from pipeline.jobs import output_uri
from pipeline.steps.evaluate import exit_message

CONTENT_TYPES = ["text/csv", "application/json", "application/jsonlines"]


def register_step(
    context: PipelineContext, prepare: ProcessingStep, train: TrainingStep, evaluate: ProcessingStep
) -> ModelStep:
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
        customer_metadata_properties=metadata(context, prepare, evaluate, evaluation_uri),
    )
    # ModelBuilder.register() would look at the model, which does not exist yet; this is the request that it
    # makes, made by the same function and captured by the same session.
    session.init_model_step_arguments(SimpleNamespace(sagemaker_session=session))
    step_args = create_model_package_from_containers(session, **arguments)
    session.context = None
    return ModelStep(name="Register", step_args=step_args, retry_policies=service_retries())


def metadata(
    context: PipelineContext, prepare: ProcessingStep, evaluate: ProcessingStep, evaluation_uri: Any
) -> dict[str, Any]:
    """The package's CustomerMetadataProperties, each at most 256 characters (CustomerMetadataValue).

    Figures stand in the manifest, which nobody who approves can change.
    """
    return {
        "artifact_sha256": exit_message(evaluate),
        "problem": exit_message(prepare),
        "metric": context.project.gate_metric,
        "holdout_uri": evaluation_uri,
        "manifest_uri": Join(on="/", values=[evaluation_uri, "manifest.json"]),
        "checks_uri": context.checks_uri(),
        "commit": context.commit,
        "code_uri": context.code_uri,
        "data_uri": context.parameters["DataUri"],
        "data_version": context.parameters["DataVersion"],
    }

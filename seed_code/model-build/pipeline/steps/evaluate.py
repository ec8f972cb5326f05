"""The third step: measure the model on held-out rows, and compare it with the one in production."""

from __future__ import annotations

from typing import Any

from sagemaker.core.workflow.execution_variables import ExecutionVariables
from sagemaker.core.workflow.functions import JsonGet
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.steps import ProcessingStep, TrainingStep

from pipeline.context import PipelineContext, job_retries
from pipeline.jobs import code_input, job_input, job_output, make_processor, option, output_uri

EVALUATION = PropertyFile(name="Evaluation", output_name="evaluation", path="evaluation.json")


def evaluate_step(context: PipelineContext, prepare: ProcessingStep, train: TrainingStep) -> ProcessingStep:
    """Measure the model and decide. Never cached: its answer depends on the model in production."""
    artifact = train.properties.ModelArtifacts.S3ModelArtifacts
    processor = make_processor(
        context,
        script="evaluate.py",
        isolated=False,  # it asks the registry for the model in production
        environment={
            "MODEL_PACKAGE_GROUP": context.project.registry_group,
            "PIPELINE_EXECUTION_ARN": ExecutionVariables.PIPELINE_EXECUTION_ARN,
            "MODEL_DATA_URL": artifact,
            "CHECKS_URI": context.checks_uri(),
            "SOURCE_COMMIT": context.commit,
            "CODE_URI": context.code_uri,
            "IMAGE_URI": context.project.image_uri,
            "DATA_URI": context.parameters["DataUri"],
            "DATA_VERSION": context.parameters["DataVersion"],
        },
    )
    return ProcessingStep(
        name="Evaluate",
        description="Measures the model on held-out rows and compares it with the one in production",
        step_args=processor.run(
            inputs=[
                code_input(context),
                job_input("model", artifact),
                job_input("test", output_uri(prepare, "test")),
                job_input("schema", output_uri(prepare, "schema")),
            ],
            outputs=[job_output("evaluation", context.run_uri("evaluation"))],
            arguments=[
                option("metric", context.project.gate_metric),
                option("threshold", context.text("MetricThreshold")),
            ],
        ),
        property_files=[EVALUATION],
        retry_policies=job_retries(),
    )


def figure(evaluate: ProcessingStep, path: str) -> JsonGet:
    """A value of evaluation.json, by its path in that document; for a condition alone.

    SageMaker's documentation shows JsonGet in conditions, and nowhere inside Join or a request. What other
    steps need of an evaluation, `exit_message` carries.
    """
    return JsonGet(step_name=evaluate.name, property_file=EVALUATION, json_path=path)


def exit_message(step: ProcessingStep) -> Any:
    """What a job left as its message: Prepare the problem, Evaluate the artifact's SHA-256 or why not."""
    return step.properties.ExitMessage

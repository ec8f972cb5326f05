"""The first step: check the data, and split it into train, validation and test."""

from __future__ import annotations

from sagemaker.core.workflow.parameters import ParameterString
from sagemaker.mlops.workflow.steps import ProcessingStep

from pipeline.context import PipelineContext, cache, job_retries
from pipeline.jobs import code_input, job_input, job_output, make_processor, option
from pipeline.model import PROBLEMS

OUTPUTS = ("train", "validation", "test", "schema")


def prepare_step(context: PipelineContext) -> ProcessingStep:
    """The processing job that runs prepare.py."""
    target = context.add(ParameterString("Target", default_value=context.model.target))
    problem = context.add(
        ParameterString("Problem", default_value=context.model.problem, enum_values=list(PROBLEMS))
    )
    processor = make_processor(
        context,
        script="prepare.py",
        isolated=False,  # it reads the versions of its objects from S3
        environment={
            "DATA_URI": context.parameters["DataUri"],
            "DATA_VERSION": context.parameters["DataVersion"],
        },
    )
    return ProcessingStep(
        name="Prepare",
        description="Checks the data, finds the problem, splits into train, validation and test",
        step_args=processor.run(
            inputs=[code_input(context), job_input("data", context.parameters["DataUri"])],
            outputs=[job_output(name, context.run_uri("prepare", name)) for name in OUTPUTS],
            arguments=[
                option("target", target), option("seed", context.text("Seed")), option("problem", problem)
            ],
        ),
        cache_config=cache(),
        retry_policies=job_retries(),
    )  # fmt: skip

"""What steps that run jobs are made of. All run in the project's image and private network."""

from __future__ import annotations

from typing import Any

from sagemaker.core.network import NetworkConfig
from sagemaker.core.processing import Processor
from sagemaker.core.shapes import (
    ProcessingInput,
    ProcessingOutput,
    ProcessingS3Input,
    ProcessingS3Output,
)
from sagemaker.core.workflow.functions import Join
from sagemaker.mlops.workflow.steps import ProcessingStep

from pipeline.context import PipelineContext

PROCESSING = "/opt/ml/processing"
PROCESSING_SECONDS = 3600


def make_processor(
    context: PipelineContext, *, script: str, isolated: bool, environment: dict[str, Any]
) -> Processor:
    """A processing job that runs one of the scripts."""
    project = context.project
    return Processor(
        sagemaker_session=context.session,
        role=project.processing_role,
        image_uri=project.image_uri,
        entrypoint=["python3", f"{PROCESSING}/input/code/{script}"],
        instance_count=1,
        instance_type=context.parameters["ProcessingInstanceType"],
        volume_size_in_gb=context.model.instances.volume_gb,
        volume_kms_key=project.volumes_key,
        output_kms_key=project.data_key,
        max_runtime_in_seconds=PROCESSING_SECONDS,
        base_job_name=project.pipeline_name,
        env={"AWS_DEFAULT_REGION": project.region, **environment},
        tags=context.tags,
        network_config=NetworkConfig(
            enable_network_isolation=isolated,
            subnets=project.subnet_ids,
            security_group_ids=project.security_group_ids,
            encrypt_inter_container_traffic=True,
        ),
    )


def option(name: str, value: Any) -> Any:
    """A script's option with its value in one argument, so that a value may begin with a dash."""
    return f"--{name}={value}" if isinstance(value, str) else Join(on="", values=[f"--{name}=", value])


def code_input(context: PipelineContext) -> ProcessingInput:
    return job_input("code", context.code_uri)


def job_input(name: str, uri: Any) -> ProcessingInput:
    """An S3 prefix (or object) that SageMaker copies into the container before the script starts."""
    source = ProcessingS3Input(
        s3_uri=uri, local_path=f"{PROCESSING}/input/{name}", s3_data_type="S3Prefix", s3_input_mode="File"
    )
    return ProcessingInput(input_name=name, s3_input=source)


def job_output(name: str, uri: Any) -> ProcessingOutput:
    """A folder that SageMaker copies to S3 when the script has ended."""
    destination = ProcessingS3Output(
        s3_uri=uri, local_path=f"{PROCESSING}/output/{name}", s3_upload_mode="EndOfJob"
    )
    return ProcessingOutput(output_name=name, s3_output=destination)


def output_uri(step: ProcessingStep, name: str) -> Any:
    """Where an output of a processing step is; the service fills it in."""
    return step.properties.ProcessingOutputConfig.Outputs[name].S3Output.S3Uri

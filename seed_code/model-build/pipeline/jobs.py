"""The steps that run jobs: prepare, train, evaluate. All run in the project's image and private network."""

from __future__ import annotations

from typing import Any

from sagemaker.core.network import NetworkConfig
from sagemaker.core.processing import Processor
from sagemaker.core.shapes import (
    CheckpointConfig,
    MetricDefinition,
    OutputDataConfig,
    ProcessingInput,
    ProcessingOutput,
    ProcessingS3Input,
    ProcessingS3Output,
    StoppingCondition,
    Tag,
)
from sagemaker.core.training.configs import Compute, InputData, Networking
from sagemaker.core.workflow.execution_variables import ExecutionVariables
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.steps import ProcessingStep, TrainingStep
from sagemaker.train.model_trainer import ModelTrainer

from pipeline.context import HYPERPARAMETERS, Context, cache, job_retries

PROCESSING = "/opt/ml/processing"
SPLITS = ("train", "validation", "test")
EVALUATION = PropertyFile(name="Evaluation", output_name="evaluation", path="evaluation.json")
# train.py prints `train-logloss=0.1 validation-logloss=0.2` for each round.
METRICS = [
    f"{split}-{metric}"
    for split in ("train", "validation")
    for metric in ("rmse", "auc", "logloss", "mlogloss")
]
PROCESSING_SECONDS = 3600
NUMBER = r"([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)"


class ScriptTrainer(ModelTrainer):  # type: ignore[misc]
    """A trainer that starts a script of ours from the channel `code`.

    The SDK's own way to run a script adds a channel of drivers, uploaded while the pipeline is defined, and
    installs packages at run time, which a job without network cannot. So only the entry point is added to
    what the SDK makes. (`ModelTrainer` 3.27 sets ContainerEntrypoint from `source_code` alone.)
    """

    def _create_training_job_args(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        request: dict[str, Any] = super()._create_training_job_args(*args, **kwargs)
        request["AlgorithmSpecification"]["ContainerEntrypoint"] = [
            "python3",
            "/opt/ml/input/data/code/train.py",
        ]
        return request


def prepare_step(context: Context) -> ProcessingStep:
    """Check and split the data."""
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
            outputs=[job_output(name, context.run_uri("prepare", name)) for name in (*SPLITS, "schema")],
            arguments=[
                "--target", context.parameters["Target"],
                "--seed", context.text("Seed"),
                "--problem", context.parameters["Problem"],
            ],
        ),
        cache_config=cache(),
        retry_policies=job_retries(),
    )  # fmt: skip


def train_step(context: Context, prepare: ProcessingStep) -> TrainingStep:
    """Train on the prepared rows."""
    channels = {name: output_uri(prepare, name) for name in ("train", "validation", "schema")}
    trainer = make_trainer(context)
    return TrainingStep(
        name="Train",
        description="Gradient boosting with early stopping on the validation rows",
        step_args=trainer.train(
            input_data_config=[
                InputData(channel_name=name, data_source=uri)
                for name, uri in {**channels, "code": context.code_uri}.items()
            ]
        ),
        cache_config=cache(),
        retry_policies=job_retries(),
    )


def make_trainer(context: Context) -> ScriptTrainer:
    """The training job, without its input."""
    project, model = context.project, context.model
    trainer = ScriptTrainer(
        sagemaker_session=context.session,
        role=project.training_role,
        base_job_name=project.pipeline_name,
        training_image=project.image_uri,
        compute=Compute(
            instance_type=context.parameters["TrainingInstanceType"],
            instance_count=1,
            volume_size_in_gb=model.instances.volume_gb,
            volume_kms_key_id=project.volumes_key,
            enable_managed_spot_training=model.training.spot,
        ),
        networking=Networking(
            subnets=project.subnet_ids,
            security_group_ids=project.security_group_ids,
            enable_network_isolation=True,
            enable_inter_container_traffic_encryption=True,
        ),
        output_data_config=OutputDataConfig(
            s3_output_path=f"{project.models_uri}/training", kms_key_id=project.models_key
        ),
        hyperparameters={
            **{hyperparameter: context.text(name) for name, hyperparameter in HYPERPARAMETERS.items()},
            "seed": context.text("Seed"),
        },
        tags=[Tag(key=tag["Key"], value=tag["Value"]) for tag in context.tags],
        **limits(context),
    )
    trainer.with_metric_definitions(
        [MetricDefinition(name=name.replace("-", ":"), regex=rf"\b{name}={NUMBER}") for name in METRICS]
    )
    return trainer


def limits(context: Context) -> dict[str, Any]:
    """How long training may take; with spot instances also how long it may wait, and its checkpoints."""
    training = context.model.training
    if not training.spot:
        return {"stopping_condition": StoppingCondition(max_runtime_in_seconds=training.max_runtime_seconds)}
    return {
        "stopping_condition": StoppingCondition(
            max_runtime_in_seconds=training.max_runtime_seconds,
            max_wait_time_in_seconds=training.max_wait_seconds,
        ),
        # One prefix for all runs, since an address of its own would keep a step from being cached; train.py
        # keeps runs apart below it.
        "checkpoint_config": CheckpointConfig(
            s3_uri=f"{context.project.artifacts_uri}/checkpoints", local_path="/opt/ml/checkpoints"
        ),
    }


def evaluate_step(context: Context, prepare: ProcessingStep, train: TrainingStep) -> ProcessingStep:
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
                "--metric",
                context.project.gate_metric,
                "--threshold",
                context.text("MetricThreshold"),
            ],
        ),
        property_files=[EVALUATION],
        retry_policies=job_retries(),
    )


def make_processor(
    context: Context, *, script: str, isolated: bool, environment: dict[str, Any]
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


def code_input(context: Context) -> ProcessingInput:
    return job_input("code", context.code_uri)


def job_input(name: str, uri: Any) -> ProcessingInput:
    """An S3 prefix (or object) that SageMaker copies into the container before the script starts."""
    source = ProcessingS3Input(
        s3_uri=uri, local_path=f"{PROCESSING}/input/{name}", s3_data_type="S3Prefix", s3_input_mode="File"
    )
    return ProcessingInput(input_name=name, s3_input=source)


def job_output(name: str, uri: Any) -> ProcessingOutput:
    """A folder that SageMaker copies to S3 when the script has ended."""
    place = ProcessingS3Output(
        s3_uri=uri, local_path=f"{PROCESSING}/output/{name}", s3_upload_mode="EndOfJob"
    )
    return ProcessingOutput(output_name=name, s3_output=place)


def output_uri(step: ProcessingStep, name: str) -> Any:
    """Where an output of a processing step is; the service fills it in."""
    return step.properties.ProcessingOutputConfig.Outputs[name].S3Output.S3Uri

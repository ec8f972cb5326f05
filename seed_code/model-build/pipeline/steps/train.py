"""The second step: train on the prepared rows."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sagemaker.core.shapes import CheckpointConfig, MetricDefinition, OutputDataConfig, StoppingCondition, Tag
from sagemaker.core.training.configs import Compute, InputData, Networking
from sagemaker.core.workflow.parameters import Parameter, ParameterFloat, ParameterInteger, ParameterString
from sagemaker.mlops.workflow.steps import ProcessingStep, TrainingStep
from sagemaker.train.model_trainer import ModelTrainer

from pipeline.context import PipelineContext, cache, job_retries
from pipeline.jobs import output_uri
from pipeline.model import Hyperparameters

# train.py prints `train-logloss=0.1 validation-logloss=0.2` for each round.
METRICS = [
    f"{split}-{metric}"
    for split in ("train", "validation")
    for metric in ("rmse", "auc", "logloss", "mlogloss")
]
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


def train_step(context: PipelineContext, prepare: ProcessingStep) -> TrainingStep:
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


def make_trainer(context: PipelineContext) -> ScriptTrainer:
    """The training job, without its input."""
    project, model = context.project, context.model
    instance_type = context.add(
        ParameterString("TrainingInstanceType", default_value=model.instances.training)
    )
    trainer = ScriptTrainer(
        sagemaker_session=context.session,
        role=project.training_role,
        base_job_name=project.pipeline_name,
        training_image=project.image_uri,
        compute=Compute(
            instance_type=instance_type,
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
            **{name: parameter.to_string() for name, parameter in hyperparameters(context).items()},
            "seed": context.text("Seed"),
        },
        tags=[Tag(key=tag["Key"], value=tag["Value"]) for tag in context.tags],
        **limits(context),
    )
    trainer.with_metric_definitions(
        [MetricDefinition(name=name.replace("-", ":"), regex=rf"\b{name}={NUMBER}") for name in METRICS]
    )
    return trainer


def hyperparameters(context: PipelineContext) -> dict[str, Parameter]:
    """A parameter of the pipeline for each hyperparameter of `model.toml`: `NumRound` for `num_round`."""
    parameters = {}
    for field_ in fields(Hyperparameters):
        value, name = getattr(context.model.hyperparameters, field_.name), field_.name.rstrip("_")
        title = "".join(word.title() for word in name.split("_"))
        if field_.type == "int":
            parameters[name] = context.add(ParameterInteger(title, default_value=value))
        else:
            parameters[name] = context.add(ParameterFloat(title, default_value=float(value)))
    return parameters


def limits(context: PipelineContext) -> dict[str, Any]:
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

"""What the remediator looks after: how each kind is named in events and ARNs, described and stopped.

Detail types: Amazon EventBridge Events Reference, "Amazon SageMaker AI events". Statuses, names and operations:
botocore's model of SageMaker.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ResourceKind:
    """One kind of resource. `describe` and `stop` are client methods; `name` and `status` are members.

    `running`: statuses in which it can be stopped. `changing`: statuses that end by themselves.
    """

    title: str
    resource: str
    detail_type: str
    describe: str
    name: str
    status: str = ""
    stop: str = ""
    running: tuple[str, ...] = ()
    changing: tuple[str, ...] = ()

    @property
    def arn(self) -> str:
        """The member that holds its ARN."""
        return self.name.removesuffix("Name") + "Arn"


def _job(title: str, resource: str, member: str, method: str, describe: str = "") -> ResourceKind:
    return ResourceKind(
        title=f"{title} job",
        resource=resource,
        detail_type=f"SageMaker {'HyperParameter Tuning' if title == 'Tuning' else title} Job State Change",
        describe=describe or f"describe_{method}",
        name=f"{member}Name",
        status=f"{member}Status",
        stop=f"stop_{method}",
        running=("InProgress",),
    )


TRAINING = _job("Training", "training-job", "TrainingJob", "training_job")
PROCESSING = _job("Processing", "processing-job", "ProcessingJob", "processing_job")
TRANSFORM = _job("Transform", "transform-job", "TransformJob", "transform_job")
TUNING = _job("Tuning", "hyper-parameter-tuning-job", "HyperParameterTuningJob", "hyper_parameter_tuning_job")
# SageMaker sends no state change of it; CloudTrail's record of the call does. The second version describes both.
AUTOML = _job("AutoML", "automl-job", "AutoMLJob", "auto_ml_job", "describe_auto_ml_job_v2")
NOTEBOOK = ResourceKind(
    title="Notebook instance",
    resource="notebook-instance",
    detail_type="SageMaker Notebook Instance State Change",
    describe="describe_notebook_instance",
    name="NotebookInstanceName",
    status="NotebookInstanceStatus",
    stop="stop_notebook_instance",
    running=("InService",),
    changing=("Pending", "Updating", "PendingMaintenance", "InMaintenance", "Deleting"),
)
MODEL = ResourceKind(
    title="Model",
    resource="model",
    detail_type="SageMaker Model State Change",
    describe="describe_model",
    name="ModelName",
)
ENDPOINT_CONFIG = ResourceKind(
    title="Endpoint configuration",
    resource="endpoint-config",
    detail_type="SageMaker Endpoint Config State Change",
    describe="describe_endpoint_config",
    name="EndpointConfigName",
)
# Whoever serves people with a prediction is not cut off without being request: see `delete_endpoints`.
ENDPOINT = ResourceKind(
    title="Endpoint",
    resource="endpoint",
    detail_type="SageMaker Endpoint State Change",
    describe="describe_endpoint",
    name="EndpointName",
    status="EndpointStatus",
    stop="delete_endpoint",
    running=("InService", "OutOfService", "Failed", "UpdateRollbackFailed"),
    changing=("Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"),
)

KINDS = (TRAINING, PROCESSING, TRANSFORM, TUNING, AUTOML, NOTEBOOK, MODEL, ENDPOINT_CONFIG, ENDPOINT)
BY_DETAIL_TYPE = {kind.detail_type: kind for kind in KINDS if kind is not AUTOML}
# Calls that CloudTrail records, and what they begin.
BY_CALL = {"CreateAutoMLJob": AUTOML, "CreateAutoMLJobV2": AUTOML}
CALL = "AWS API Call via CloudTrail"


def stopped_tag(prefix: str) -> str:
    """Key of the mark on what was stopped."""
    return f"{prefix}:stopped-because"


def reported_tag(prefix: str) -> str:
    """Key of the mark on what was only reported."""
    return f"{prefix}:breaks-rules"

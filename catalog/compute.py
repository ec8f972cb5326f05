"""Every way in which SageMaker comes to run somebody's code, and what keeps each inside the platform's rules.

The boundary's denials, the calls that the remediator hears of and the theorem that all compute is inside are this one
list. An operation of botocore's model that takes a role, an image, a script, a network, a key or an instance type and
that stands here in no row fails a test. Which action carries which condition key: Service Authorization Reference,
"Amazon SageMaker AI".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class ComputeKey(StrEnum):
    """Condition keys by which a way to compute is held inside: present, or with a listed value."""

    VPC = "sagemaker:VpcSubnets"
    VOLUME_KEY = "sagemaker:VolumeKmsKey"
    OUTPUT_KEY = "sagemaker:OutputKmsKey"
    ENCRYPTED_TRAFFIC = "sagemaker:InterContainerTrafficEncryption"
    INSTANCE_TYPES = "sagemaker:InstanceTypes"


@dataclass(frozen=True, kw_only=True)
class WayToCompute:
    """One operation: let through with all its `keys`, or `denied` to every role, or neither, `because` of something.

    `unwatched`: though it is denied, the remediator does not hear of it, since it changes what only a denied operation
    could have made.
    """

    keys: frozenset[ComputeKey] = frozenset()
    denied: bool = False
    unwatched: bool = False
    because: str = ""


_K = ComputeKey
_JOB = WayToCompute(keys=frozenset(_K))
_AUTOML = WayToCompute(keys=frozenset(_K) - {_K.INSTANCE_TYPES})
_DENIED = WayToCompute(denied=True)
_LATER = WayToCompute(denied=True, unwatched=True)
_SIZED = WayToCompute(keys=frozenset({_K.INSTANCE_TYPES}))


def _because(reason: str) -> WayToCompute:
    return WayToCompute(because=reason)


_IN_STUDIO = _because("an app runs it, in the domain's VPC and with its user's own role")
_DOCUMENT = _because("a document")
_FLEET = _because("devices outside AWS; it runs nothing")
_PEOPLE = _because("people answer, no instance runs")
_AS_THE_PIPELINE = _because("its steps are jobs, which the pipeline's own role starts inside its boundary")
_QUOTA = _because("shares out a cluster's nodes, and clusters are denied")

WAYS_TO_COMPUTE: Mapping[str, WayToCompute] = {
    "AttachClusterNodeNetworkInterface": _because("changes a cluster's nodes, and clusters are denied"),
    "BatchAddClusterNodes": _DENIED,
    "CreateAIBenchmarkJob": _DENIED,
    "CreateAIRecommendationJob": _DENIED,
    "CreateAlgorithm": _DENIED,
    "CreateApp": _SIZED,
    "CreateAppImageConfig": _IN_STUDIO,
    "CreateAutoMLJob": _AUTOML,
    "CreateAutoMLJobV2": _AUTOML,
    "CreateCluster": _DENIED,
    "CreateClusterExtension": _LATER,
    "CreateClusterSchedulerConfig": _LATER,
    "CreateCompilationJob": _DENIED,
    "CreateComputeQuota": _QUOTA,
    "CreateDataQualityJobDefinition": _JOB,
    "CreateDeviceFleet": _FLEET,
    "CreateDomain": _SIZED,
    "CreateEdgePackagingJob": _DENIED,
    "CreateEndpointConfig": WayToCompute(keys=frozenset({_K.INSTANCE_TYPES, _K.VOLUME_KEY})),
    "CreateFeatureGroup": _because("its keys have condition keys of their own; it runs nothing"),
    "CreateFlowDefinition": _PEOPLE,
    "CreateHyperParameterTuningJob": _JOB,
    "CreateImage": _IN_STUDIO,
    # It brings an image and a role of its endpoint's configuration, which then needs no model and so no VPC.
    "CreateInferenceComponent": _DENIED,
    "CreateInferenceExperiment": _DENIED,
    "CreateInferenceRecommendationsJob": _DENIED,
    "CreateInferenceRouter": _DENIED,
    "CreateJob": _DENIED,
    "CreateLabelingJob": _DENIED,
    "CreateMlflowApp": _DENIED,
    "CreateMlflowTrackingServer": _DENIED,
    "CreateModel": WayToCompute(keys=frozenset({_K.VPC})),
    "CreateModelBiasJobDefinition": _JOB,
    "CreateModelCard": _DOCUMENT,
    "CreateModelExplainabilityJobDefinition": _JOB,
    "CreateModelPackage": _because("its validation needs a role to pass; the platform registers without"),
    "CreateModelQualityJobDefinition": _JOB,
    "CreateMonitoringSchedule": _JOB,
    "CreateNotebookInstance": WayToCompute(keys=frozenset({_K.INSTANCE_TYPES, _K.VOLUME_KEY, _K.VPC})),
    "CreateNotebookInstanceLifecycleConfig": _because("a notebook runs it, in its own VPC and with its own role"),
    "CreateOptimizationJob": _DENIED,
    "CreatePartnerApp": _DENIED,
    "CreatePipeline": _AS_THE_PIPELINE,
    "CreateProcessingJob": _JOB,
    # AWS Service Catalog brings up what its product says, with a role of its own.
    "CreateProject": _DENIED,
    "CreateSpace": _SIZED,
    "CreateStudioLifecycleConfig": _IN_STUDIO,
    "CreateTrainingJob": _JOB,
    "CreateTrainingPlan": _DENIED,
    "CreateTrainingSession": _DENIED,
    "CreateTransformJob": WayToCompute(keys=frozenset({_K.INSTANCE_TYPES, _K.OUTPUT_KEY, _K.VOLUME_KEY})),
    "CreateUserProfile": _SIZED,
    "CreateWorkforce": _PEOPLE,
    "ExtendTrainingPlan": _DENIED,
    "RenderUiTemplate": _because("shows a page; it runs nothing"),
    "StartInferenceExperiment": _DENIED,
    "StartPipelineExecution": _AS_THE_PIPELINE,
    "UpdateAppImageConfig": _IN_STUDIO,
    "UpdateCluster": _DENIED,
    "UpdateClusterExtension": _LATER,
    "UpdateClusterSchedulerConfig": _LATER,
    "UpdateClusterSoftware": _LATER,
    "UpdateComputeQuota": _QUOTA,
    "UpdateDeviceFleet": _FLEET,
    "UpdateDomain": _SIZED,
    "UpdateImage": _IN_STUDIO,
    "UpdateInferenceComponent": _DENIED,
    "UpdateInferenceComponentRuntimeConfig": _LATER,
    "UpdateInferenceExperiment": _DENIED,
    "UpdateInferenceRouter": _LATER,
    "UpdateMlflowApp": _LATER,
    "UpdateMlflowTrackingServer": _LATER,
    "UpdateModelPackage": _DOCUMENT,
    "UpdateMonitoringSchedule": _JOB,
    "UpdateNotebookInstance": _SIZED,
    "UpdateNotebookInstanceLifecycleConfig": _because("a notebook runs it, in its own VPC and with its own role"),
    "UpdatePipeline": _AS_THE_PIPELINE,
    "UpdateProject": _LATER,
    "UpdateSpace": _SIZED,
    "UpdateTrainingJob": _SIZED,
    "UpdateUserProfile": _SIZED,
    "UpdateWorkforce": _PEOPLE,
}


def needing(key: ComputeKey) -> tuple[str, ...]:
    """IAM actions of all operations that are let through with a condition key alone."""
    return tuple(f"sagemaker:{name}" for name, way in WAYS_TO_COMPUTE.items() if key in way.keys)


def denied_operations() -> tuple[str, ...]:
    """Operations that are denied to every role."""
    return tuple(name for name, way in WAYS_TO_COMPUTE.items() if way.denied)


def watched_calls() -> tuple[str, ...]:
    """Denied operations whose calls the remediator hears of, should one come through all the same."""
    return tuple(name for name, way in WAYS_TO_COMPUTE.items() if way.denied and not way.unwatched)

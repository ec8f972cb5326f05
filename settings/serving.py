"""How a project's model is served in a stage: the shape of serving, and what each shape cannot do.

Limits: botocore, service model of sagemaker (ProductionVariant, ProductionVariantServerlessConfig,
AsyncInferenceClientConfig, CreateEndpointConfig); SageMaker Developer Guide, "Deploy models with Amazon SageMaker
Serverless Inference", "Asynchronous inference", "Multi-model endpoints", "Deployment guardrails for updating models in
production".
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from catalog.serving import ANSWERING_ONE, CAPTURED, COMPARED, SHIFTED, ServingShape
from settings.section import Section

Percent = Annotated[int, Field(ge=1, le=99)]
SampledPercent = Annotated[int, Field(ge=1, le=100)]

# Which setting goes with which shapes.
_OF = {
    "challenger_percent": (ServingShape.AB_TEST,),
    "shadow_percent": (ServingShape.SHADOW,),
    "memory_megabytes": (ServingShape.SERVERLESS,),
    "max_concurrency": (ServingShape.SERVERLESS,),
    "invocations_per_instance": (ServingShape.ASYNCHRONOUS,),
}
# Megabytes of a serverless endpoint (Developer Guide, "Deploy models with Amazon SageMaker Serverless Inference").
_MEMORY = (1024, 2048, 3072, 4096, 5120, 6144)


class ServingSettings(Section):
    """The shape of serving, and the figures of that shape."""

    shape: ServingShape = Field(
        default=ServingShape.SINGLE,
        description="single: one model. abTest: two, which share the requests by weight. shadow: a second one gets "
        "copies of requests and answers nobody. multiModel: several versions in one container, chosen by the caller, "
        "approved or not. inferencePipeline: prepare, then predict. serverless: no instances, outside the VPC. "
        "asynchronous: requests and answers are objects, no instance while there are none. batchTransform: jobs over "
        "files, no endpoint.",
    )
    challenger_percent: Percent | None = Field(
        default=None, description="Share of the requests that an A/B test gives to the challenger. Left out: 50."
    )
    shadow_percent: SampledPercent | None = Field(
        default=None, description="Share of the requests that the shadow gets copies of. Left out: 100."
    )
    memory_megabytes: Annotated[int, Field(ge=1024, le=6144)] | None = Field(
        default=None, description="Memory of a serverless endpoint, whole gigabytes. Left out: 2048."
    )
    max_concurrency: Annotated[int, Field(ge=1, le=200)] | None = Field(
        default=None, description="Requests that a serverless endpoint answers at a time. Left out: 5."
    )
    invocations_per_instance: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        default=None, description="Requests that an instance of an asynchronous endpoint works on. Left out: 4."
    )


def serving_faults(serving: ServingSettings, size: Any) -> str:
    """What of a stage's serving does not go together, empty where all does; `size` is the stage's settings."""
    faults = (_figure_faults(serving), _traffic_faults(serving, size), _instance_faults(serving, size))
    return next(filter(None, faults), "")


def _figure_faults(serving: ServingSettings) -> str:
    for name, shapes in _OF.items():
        if getattr(serving, name) is not None and serving.shape not in shapes:
            alias = ServingSettings.model_fields[name].alias
            return (
                f"{alias} is of the shape {' or '.join(shapes)}, and this is {serving.shape}: drop it, or change the "
                "shape"
            )
    if serving.memory_megabytes and serving.memory_megabytes not in _MEMORY:
        return f"memoryMegabytes {serving.memory_megabytes}; allowed: {', '.join(map(str, _MEMORY))}"
    return ""


def _traffic_faults(serving: ServingSettings, size: Any) -> str:
    shape, given = serving.shape, size.model_fields_set
    if shape not in CAPTURED and "capture_percent" in given and size.capture_percent:
        return f"SageMaker does not capture what a {shape} model is asked: drop capturePercent, or give 0"
    if shape not in ANSWERING_ONE and size.api is not None:
        return f"an API calls an endpoint that answers by itself, which a {shape} model does not: drop api"
    if shape not in SHIFTED and "shift" in given:
        return f"a {shape} model has no traffic that is shifted: drop shift"
    if shape in COMPARED and size.shift.method == "rolling":
        return f"SageMaker has no rolling update of several variants ({shape}): give another shift.method"
    if shape in COMPARED and not size.capture_percent:
        return f"{shape} compares captured answers: give a capturePercent above 0"
    return ""


def _instance_faults(serving: ServingSettings, size: Any) -> str:
    shape, given = serving.shape, size.model_fields_set
    fleet = [name for name in ("instance_type", "min_instances", "max_instances") if name in given]
    if shape is ServingShape.SERVERLESS and fleet:
        names = ", ".join(type(size).model_fields[name].alias or name for name in fleet)
        return f"serverless has no instances: drop {names}; memoryMegabytes and maxConcurrency are its size"
    if shape is ServingShape.ASYNCHRONOUS and "min_instances" in given:
        return "asynchronous serving has no instance while there are no requests: drop minInstances"
    if shape is ServingShape.BATCH and {"min_instances", "max_instances"} & given:
        return "a batch runs on one instance for each job: drop minInstances and maxInstances"
    return ""


def figures(serving: ServingSettings) -> dict[str, int]:
    """The figures of the chosen shape, with their defaults, by field of the contract."""
    defaults: dict[ServingShape, dict[str, int]] = {
        ServingShape.AB_TEST: {"challenger_percentage": serving.challenger_percent or 50},
        ServingShape.SHADOW: {"shadow_percentage": serving.shadow_percent or 100},
        ServingShape.SERVERLESS: {
            "memory_megabytes": serving.memory_megabytes or 2048,
            "max_concurrency": serving.max_concurrency or 5,
        },
        ServingShape.ASYNCHRONOUS: {"invocations_per_instance": serving.invocations_per_instance or 4},
    }
    return defaults.get(serving.shape, {})

"""What the delivered template makes for each shape of serving."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.serving import ServingShape
from delivery import alarms, asynchronous, endpoint, other_kinds, variants


@dataclass(frozen=True, kw_only=True)
class ShapeTemplate:
    """The parts of a template that differ by shape."""

    description: str
    resources: dict[str, Any]
    conditions: dict[str, Any]
    outputs: dict[str, Any]
    with_instances: bool = True


def of(shape: ServingShape) -> ShapeTemplate:
    """The parts of a shape's template. Raises KeyError for a shape that is not delivered."""
    return _SHAPES[shape]()


def _single() -> ShapeTemplate:
    rollback = alarms.rollback_alarms()
    return ShapeTemplate(
        description="A model from the registry behind a SageMaker endpoint in the account's VPC",
        conditions={**endpoint.conditions(), **endpoint.scaled()},
        resources={
            "Model": endpoint.model(),
            "EndpointConfig": endpoint.endpoint_config(),
            **rollback,
            "Endpoint": endpoint.endpoint(list(rollback)),
            "ScalableTarget": endpoint.scalable_target(),
            "ScalingPolicy": endpoint.scaling_policy(),
            **alarms.standing_alarms(),
        },
        outputs=_outputs(),
    )


def _compared(shape: ServingShape, description: str) -> ShapeTemplate:
    return ShapeTemplate(
        description=description,
        conditions={**endpoint.conditions(), **endpoint.scaled(), **variants.conditions(shape)},
        resources=variants.resources(shape),
        outputs=_outputs() | {"ChallengerPackageArn": {"Value": {"Ref": "ChallengerPackageArn"}}},
    )


def _ab_test() -> ShapeTemplate:
    return _compared(ServingShape.AB_TEST, "Two models behind a SageMaker endpoint, which share its requests by weight")


def _shadow() -> ShapeTemplate:
    return _compared(
        ServingShape.SHADOW, "A model behind a SageMaker endpoint, and a shadow that gets copies of requests"
    )


def _asynchronous() -> ShapeTemplate:
    return ShapeTemplate(
        description="A model from the registry behind an asynchronous SageMaker endpoint, which scales to zero",
        conditions={},
        resources=asynchronous.resources(),
        outputs=_outputs(),
        with_instances=False,
    )


def _pipeline() -> ShapeTemplate:
    return ShapeTemplate(
        description="A container that prepares and one that predicts, behind a SageMaker endpoint",
        conditions={**endpoint.conditions(), **endpoint.scaled()},
        resources=other_kinds.pipeline_resources(),
        outputs=_outputs(),
    )


def _multi_model() -> ShapeTemplate:
    return ShapeTemplate(
        description="Several released versions of a model in one container behind a SageMaker endpoint",
        conditions=endpoint.scaled(),
        resources=other_kinds.multi_model_resources(),
        outputs=_outputs(),
    )


def _serverless() -> ShapeTemplate:
    return ShapeTemplate(
        description="A model from the registry behind a serverless SageMaker endpoint, outside the VPC",
        conditions={},
        resources=other_kinds.serverless_resources(),
        outputs=_outputs(),
        with_instances=False,
    )


def _batch() -> ShapeTemplate:
    outputs = {name: value for name, value in _outputs().items() if name.startswith("Model")}
    return ShapeTemplate(
        description="A model from the registry for batch transform jobs",
        conditions={},
        resources=other_kinds.batch_resources(),
        outputs=outputs,
        with_instances=False,
    )


_SHAPES: Mapping[ServingShape, Callable[[], ShapeTemplate]] = {
    ServingShape.SINGLE: _single,
    ServingShape.AB_TEST: _ab_test,
    ServingShape.SHADOW: _shadow,
    ServingShape.ASYNCHRONOUS: _asynchronous,
    ServingShape.PIPELINE: _pipeline,
    ServingShape.MULTI_MODEL: _multi_model,
    ServingShape.SERVERLESS: _serverless,
    ServingShape.BATCH: _batch,
}
CARRIED = tuple(_SHAPES)


def _outputs() -> dict[str, Any]:
    return {
        "EndpointName": {"Value": endpoint.attribute("Endpoint", "EndpointName")},
        "EndpointConfigName": {"Value": endpoint.attribute("EndpointConfig", "EndpointConfigName")},
        "ModelName": {"Value": endpoint.attribute("Model", "ModelName")},
        "ModelPackageArn": {"Value": {"Ref": "ModelPackageArn"}},
    }

"""What SageMaker refuses of an endpoint configuration, by the kind of endpoint that it makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.responses import SageMakerResponse

from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.patches import Patches
from rehearsal.services.sagemaker.runtime_patches import State


def install(patches: Patches, state: State) -> None:
    """Judge every configuration that is made, until the patches are undone."""

    def create(original: Callable[..., Any], instance: Any) -> Any:
        members: Mapping[str, Any] = instance._get_params()

        def model(name: str) -> Mapping[str, Any]:
            return state.get(instance.current_account, instance.region, "Model", name)

        shadows_have_one_production_variant(members)
        serverless_has_neither_network_nor_captures(members, model)
        return original(instance)

    patches.wrap(SageMakerResponse, "create_endpoint_config", create)


@aws_behavior("botocore, CreateEndpointConfig.ShadowProductionVariants: one shadow, and then one production variant")
def shadows_have_one_production_variant(config: Mapping[str, Any]) -> None:
    """A configuration with a shadow has exactly one of either."""
    shadows = config.get("ShadowProductionVariants") or ()
    if shadows and (len(shadows) > 1 or len(config["ProductionVariants"]) > 1):
        raise ValidationError(message="A shadow stands beside one production variant, and there is one shadow at most")


@aws_behavior(
    'SageMaker Developer Guide, "Deploy models with Amazon SageMaker Serverless Inference": feature exclusions',
    "botocore, ProductionVariantServerlessConfig",
)
def serverless_has_neither_network_nor_captures(
    config: Mapping[str, Any], model: Callable[[str], Mapping[str, Any]]
) -> None:
    """A serverless variant stands alone; its model is in no VPC and not isolated; nothing is captured."""
    variants = config["ProductionVariants"]
    if not any("ServerlessConfig" in each for each in variants):
        return
    faults = [
        ("more than one variant", len(variants) > 1 or config.get("ShadowProductionVariants")),
        ("DataCaptureConfig", config.get("DataCaptureConfig")),
        ("AsyncInferenceConfig", config.get("AsyncInferenceConfig")),
        ("InstanceType", any("InstanceType" in each for each in variants)),
    ]
    for each in variants:
        request = model(each["ModelName"])
        faults.append(("a model with VpcConfig", request.get("VpcConfig")))
        faults.append(("a model with network isolation", request.get("EnableNetworkIsolation")))
        faults.append(("an inference pipeline", len(request.get("Containers") or ()) > 1))
    named = [name for name, fault in faults if fault]
    if named:
        raise ValidationError(message=f"Serverless inference does not support {', '.join(named)}")

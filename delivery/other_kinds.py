"""Serving without a fleet of one container: an inference pipeline, several models in one, serverless, and batches."""

from __future__ import annotations

from typing import Any

from delivery import alarms, endpoint
from delivery.endpoint import VARIANT

# The model server's step in an inference pipeline (containers/model/README.md).
_STEP = "MODEL_SERVER_STEP"


def pipeline_resources() -> dict[str, Any]:
    """The single endpoint, its model made of two containers: one prepares what it is asked, the next one predicts."""
    rollback = alarms.rollback_alarms()
    model = endpoint.model()
    (predict,) = model["Properties"]["Containers"]
    prepare = {**predict, "Environment": {**predict["Environment"], _STEP: "prepare"}}
    # One port for each container, which SageMaker tells: the image's label says that it listens to that.
    model["Properties"]["Containers"] = [
        {**prepare, "ContainerHostname": "prepare"},
        {**predict, "ContainerHostname": "predict"},
    ]
    model["Properties"]["InferenceExecutionConfig"] = {"Mode": "Serial"}
    return {
        "Model": model,
        "EndpointConfig": endpoint.endpoint_config(),
        **rollback,
        "Endpoint": endpoint.endpoint(list(rollback)),
        "ScalableTarget": endpoint.scalable_target(),
        "ScalingPolicy": endpoint.scaling_policy(),
        **alarms.standing_alarms(),
    }


def multi_model_resources() -> dict[str, Any]:
    """One container, and models below the project's prefix in the models bucket: callers name one by `TargetModel`.

    The prefix is the same in every release, so nothing is replaced and no update shifts traffic. It holds whatever the
    project's builds wrote, which is why an account has to let the shape in (`servingShapes`).
    """
    model = endpoint.model()
    model["Properties"]["Containers"] = [
        {
            "Image": {"Ref": "ImageUri"},
            "Mode": "MultiModel",
            "ModelDataUrl": {"Ref": "ModelsUri"},
            # A model changes only with its name, so it is kept in memory.
            "MultiModelConfig": {"ModelCacheSetting": "Enabled"},
            "Environment": {"MULTI_MODEL": "true"},
        }
    ]
    config = endpoint.endpoint_config()
    del config["Properties"]["DataCaptureConfig"]
    return {
        "Model": model,
        "EndpointConfig": config,
        "Endpoint": _plain_endpoint(),
        "ScalableTarget": endpoint.scalable_target(),
        "ScalingPolicy": endpoint.scaling_policy(),
        **alarms.standing_alarms(),
    }


def serverless_resources() -> dict[str, Any]:
    """A model without instances. SageMaker runs it outside the VPC, without network isolation, and captures nothing."""
    model, config = endpoint.model(), endpoint.endpoint_config()
    for name in ("VpcConfig", "EnableNetworkIsolation"):
        del model["Properties"][name]
    del config["Properties"]["DataCaptureConfig"]
    config["Properties"]["ProductionVariants"] = [
        {
            "VariantName": VARIANT,
            "ModelName": endpoint.attribute("Model", "ModelName"),
            "InitialVariantWeight": 1,
            "ServerlessConfig": {
                "MemorySizeInMB": {"Ref": "MemoryMegabytes"},
                "MaxConcurrency": {"Ref": "MaxConcurrency"},
            },
        }
    ]
    return {
        "Model": model,
        "EndpointConfig": config,
        "Endpoint": _plain_endpoint(),
        **{name: alarm for name, alarm in alarms.standing_alarms().items() if not _of_instances(alarm)},
    }


def batch_resources() -> dict[str, Any]:
    """The model alone: jobs are made over files, by whoever has them, and name it by its version."""
    model = endpoint.model()
    version = {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "ModelPackageArn"}]}]}
    model["Properties"]["ModelName"] = {"Fn::Sub": ["${EndpointName}-v${Version}", {"Version": version}]}
    return {"Model": model}


def _of_instances(alarm: dict[str, Any]) -> bool:
    return bool(alarm["Properties"]["Namespace"] != "AWS/SageMaker")


def _plain_endpoint() -> dict[str, Any]:
    made = endpoint.endpoint([])
    keep = ("EndpointName", "EndpointConfigName", "Tags")
    return {**made, "Properties": {name: made["Properties"][name] for name in keep}}

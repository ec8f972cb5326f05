"""Endpoints of moto's SageMaker, with what it lacks: servers behind them, and UpdateEndpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import get_service_model
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import FakeEndpointConfig, SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse

from rehearsal.sagemaker import endpoint_configs, scaling
from rehearsal.sagemaker.fleets import kept_members
from rehearsal.sagemaker.hosting import Hosting
from rehearsal.sagemaker.shifting import RefusedDeployment, traffic_shift
from rehearsal.sagemaker.updates import counts
from rehearsal.service_model.patches import Patches
from rehearsal.services.sagemaker.runtime_patches import State


def install(patches: Patches, state: State, hosting: Hosting) -> None:
    """Have every endpoint of the in-memory SageMaker hosted until the patches are undone."""
    patches.wrap(SageMakerModelBackend, "create_endpoint", _create(hosting))
    patches.wrap(SageMakerModelBackend, "delete_endpoint", _delete(hosting))
    patches.wrap(SageMakerModelBackend, "update_endpoint_weights_and_capacities", _weights)
    patches.wrap(SageMakerResponse, "create_endpoint", _keep_deployment(state))
    patches.wrap(SageMakerResponse, "describe_endpoint", _describe(state))
    patches.set(SageMakerResponse, "update_endpoint", _update(state, hosting))
    patches.set(FakeEndpointConfig, "validate_instance_type", _valid_instance_type)
    scaling.install(patches)
    endpoint_configs.install(patches, state)


def _create(hosting: Hosting) -> Callable[..., Any]:
    def create(original: Callable[..., Any], instance: Any, *arguments: Any, **named: Any) -> Any:
        name = named.get("endpoint_name") or arguments[0]
        if name in instance.endpoints:
            raise ValidationError(message=f"Cannot create already existing endpoint {name}.")
        endpoint = original(instance, *arguments, **named)
        hosting.create(instance.account_id, instance.region_name, endpoint.endpoint_name)
        return endpoint

    return create


def _delete(hosting: Hosting) -> Callable[..., Any]:
    def delete(original: Callable[..., Any], instance: Any, endpoint_name: str) -> None:
        original(instance, endpoint_name)
        hosting.delete(instance.account_id, instance.region_name, endpoint_name)

    return delete


def _weights(original: Callable[..., Any], instance: Any, **named: Any) -> Any:
    """What an entry does not name stays; moto blanks it."""
    endpoint = instance.endpoints.get(named["endpoint_name"])
    shown = {v["VariantName"]: v for v in endpoint.production_variants} if endpoint else {}
    named["desired_weights_and_capacities"] = [
        {**{k: shown.get(e["VariantName"], {}).get(k) for k in ("DesiredWeight", "DesiredInstanceCount")}, **e}
        for e in named["desired_weights_and_capacities"]
    ]
    return original(instance, **named)


def _keep_deployment(state: State) -> Callable[..., Any]:
    def create(original: Callable[..., Any], instance: Any) -> Any:
        answer = original(instance)
        members = {"LastDeploymentConfig": instance._get_param("DeploymentConfig")}
        state.put(instance.current_account, instance.region, "Endpoint", instance._get_param("EndpointName"), members)
        return answer

    return create


def _describe(state: State) -> Callable[..., Any]:
    def describe(original: Callable[..., Any], instance: Any) -> Any:
        answer = original(instance)
        kept = state.get(instance.current_account, instance.region, "Endpoint", instance._get_param("EndpointName"))
        merged = {**answer.result, **kept}
        if merged["EndpointStatus"] == "Creating":
            merged.pop("ProductionVariants", None)
        return ActionResult({key: value for key, value in merged.items() if value is not None})

    return describe


def _update(state: State, hosting: Hosting) -> Callable[..., Any]:
    def update_endpoint(instance: Any) -> Any:
        name, config_name = instance._get_param("EndpointName"), instance._get_param("EndpointConfigName")
        backend = instance.sagemaker_backend
        backend.describe_endpoint(name)
        endpoint = backend.endpoints[name]
        config = backend.describe_endpoint_config(config_name)
        if endpoint.endpoint_status not in ("InService", "Failed", "UpdateRollbackFailed"):
            raise ValidationError(message=f"Cannot update in-progress endpoint {endpoint.arn}.")
        deployment = instance._get_param("DeploymentConfig") or {}
        _same_variants(endpoint, config, deployment)
        current = backend.describe_endpoint_config(endpoint.endpoint_config_name)
        scaling.scaled_variant_keeps_its_instance_type(backend.account_id, backend.region_name, name, current, config)
        keep = bool(instance._get_param("RetainAllVariantProperties"))
        endpoint.retained = kept_members(instance._get_param("ExcludeRetainedVariantProperties") or ()) if keep else []
        try:
            traffic_shift(deployment, counts(endpoint, config))
        except RefusedDeployment as error:
            raise ValidationError(message=str(error)) from None
        members = {"LastDeploymentConfig": deployment or None}
        state.put(instance.current_account, instance.region, "Endpoint", name, members)
        hosting.update(instance.current_account, instance.region, name, config_name, deployment)
        return ActionResult({"EndpointArn": endpoint.arn})

    return update_endpoint


def _same_variants(endpoint: Any, config: Mapping[str, Any], deployment: Mapping[str, Any]) -> None:
    """Refuse other variant names: deployment guardrails need the same (SageMaker Developer Guide, "Deployment
    guardrails for updating models in production")."""
    old = {variant["VariantName"] for variant in endpoint.production_variants}
    new = {variant["VariantName"] for variant in config["ProductionVariants"]}
    if deployment and old and old != new:
        raise ValidationError(
            message=f"With a DeploymentConfig the variants must keep their names: {sorted(old)} became {sorted(new)}"
        )


@cache
def _instance_types() -> frozenset[str]:
    return frozenset(get_service_model("sagemaker").shape_for("ProductionVariantInstanceType").enum)


def _valid_instance_type(_this: Any, instance_type: str) -> None:
    """botocore's list; moto's own is years old."""
    if instance_type not in _instance_types():
        raise ValidationError(message=f"Value '{instance_type}' at 'instanceType' is no instance type of an endpoint")

"""Automatic scaling of endpoints: what SageMaker and Application Auto Scaling refuse of each other."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from moto.applicationautoscaling.exceptions import AWSValidationException
from moto.applicationautoscaling.models import ApplicationAutoscalingBackend, applicationautoscaling_backends
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import sagemaker_backends

from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.patches import Patches

_COUNT = "sagemaker:variant:DesiredInstanceCount"
_RESOURCE = re.compile(r"endpoint/([^/]+)/variant/([^/]+)")
_BURSTABLE = re.compile(r"ml\.t\d")


def install(patches: Patches) -> None:
    """Change moto until the patches are undone."""
    patches.wrap(ApplicationAutoscalingBackend, "register_scalable_target", burstable_instances_do_not_scale)
    patches.wrap(ApplicationAutoScalingResponse, "describe_scaling_policies", _named_policies)
    patches.wrap(ApplicationAutoscalingBackend, "register_scalable_target", only_asynchronous_fleets_scale_to_zero)


def _named_policies(original: Callable[..., str], instance: Any) -> str:
    """Those of the names that were given (botocore, DescribeScalingPolicies.PolicyNames); moto gives all."""
    answer, names = json.loads(original(instance)), instance._get_param("PolicyNames")
    if names:
        answer["ScalingPolicies"] = [each for each in answer["ScalingPolicies"] if each["PolicyName"] in names]
    return json.dumps(answer)


@aws_behavior(
    'SageMaker Developer Guide, "Update endpoints that use auto scaling"',
)
def scaled_variant_keeps_its_instance_type(
    account: str, region: str, endpoint: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> None:
    """An update that changes the instance type of a variant fails while it is registered as a scalable target."""
    targets = applicationautoscaling_backends[account][region].targets.get(_COUNT, {})
    before, after = _types(old), _types(new)
    changed = [
        variant
        for variant in sorted(before.keys() & after.keys())
        if before[variant] != after[variant] and f"endpoint/{endpoint}/variant/{variant}" in targets
    ]
    if changed:
        raise ValidationError(
            message=f"The variant(s) {', '.join(changed)} of endpoint {endpoint} must be deregistered as scalable "
            "targets with AWS Auto Scaling before their instance type can be changed"
        )


@aws_behavior('SageMaker Developer Guide, "Automatic scaling of Amazon SageMaker AI models": burstable instances')
def burstable_instances_do_not_scale(original: Callable[..., Any], backend: Any, *given: Any, **named: Any) -> Any:
    """A variant on burstable instances, such as ml.t2, cannot be registered as a scalable target."""
    resource = str(named.get("r_id") or given[1])
    if match := _RESOURCE.fullmatch(resource):
        sagemaker = sagemaker_backends[backend.account_id][backend.region_name]
        endpoint = sagemaker.endpoints.get(match[1])
        config = sagemaker.describe_endpoint_config(endpoint.endpoint_config_name) if endpoint else {}
        instance_type = _types(config).get(match[2], "")
        if _BURSTABLE.match(instance_type):
            raise AWSValidationException(f"{resource}: autoscaling does not support burstable {instance_type}")
    return original(backend, *given, **named)


@aws_behavior(
    'SageMaker Developer Guide, "Auto scaling policy overview": at least one instance; "Autoscale an asynchronous '
    'endpoint": MinCapacity 0',
)
def only_asynchronous_fleets_scale_to_zero(
    original: Callable[..., Any], backend: Any, *given: Any, **named: Any
) -> Any:
    """A variant keeps an instance, unless its endpoint is asynchronous."""
    resource = str(named.get("r_id") or given[1])
    least = named["min_capacity"] if "min_capacity" in named else given[3]
    if (match := _RESOURCE.fullmatch(resource)) and least is not None and int(least) < 1:
        sagemaker = sagemaker_backends[backend.account_id][backend.region_name]
        endpoint = sagemaker.endpoints.get(match[1])
        config = sagemaker.describe_endpoint_config(endpoint.endpoint_config_name) if endpoint else {}
        if not config.get("AsyncInferenceConfig"):
            raise AWSValidationException(f"{resource}: MinCapacity must be at least 1 for an endpoint that answers")
    return original(backend, *given, **named)


def _types(config: Mapping[str, Any]) -> dict[str, str]:
    """Instance types of a configuration by variant."""
    variants = config.get("ProductionVariants") or ()
    return {variant["VariantName"]: variant.get("InstanceType") or "" for variant in variants}

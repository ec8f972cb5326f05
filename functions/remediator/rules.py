"""The rules, decided on what SageMaker says of a resource. Nothing here asks AWS."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from functions.remediator import resource_kinds

Described = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """`instance_types` may run; those `on_own_disks` encrypt by themselves and take no volume key.

    `serverless` are ARNs of the roles whose models may run outside the VPC.
    """

    instance_types: frozenset[str]
    on_own_disks: frozenset[str]
    serverless: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the rules ask of a resource. None: the kind has no such thing, or it cannot be seen."""

    vpc: bool | None = None
    volume_key: bool | None = None
    output_key: bool | None = None
    encrypted_traffic: bool | None = None
    internet: bool = False
    instance_types: tuple[str, ...] = ()
    # Jobs on instances with disks of their own take no volume key (botocore ResourceConfig.VolumeKmsKeyId).
    own_disks_count: bool = False


def breaches(facts: Facts, rules: Rules) -> list[str]:
    """What the resource breaks, in words that a tag's value may hold; empty where it keeps the rules."""
    own_disks = facts.own_disks_count and bool(facts.instance_types) and set(facts.instance_types) <= rules.on_own_disks
    found = {
        "no VPC": facts.vpc is False,
        "direct internet access": facts.internet,
        "no key for volumes": facts.volume_key is False and not own_disks,
        "no key for output": facts.output_key is False,
        "plain traffic between containers": facts.encrypted_traffic is False,
    }
    others = sorted(set(facts.instance_types) - rules.instance_types)
    return [text for text, broken in found.items() if broken] + [f"instance type {name}" for name in others]


def facts_of(kind: resource_kinds.ResourceKind, described: Described, related: Sequence[Described]) -> Facts:
    """The facts of a described resource. `related`: models of a transform job, endpoint or its configuration.

    An endpoint's own description says nothing that the rules ask for: it is judged by its configuration's.
    """
    return _READERS[kind.resource](described, related)


def _training(job: Described, _: Sequence[Described] = ()) -> Facts:
    # A tuning job may give its own resources instead (botocore HyperParameterTuningResourceConfig).
    resources = [job[name] for name in ("ResourceConfig", "HyperParameterTuningResourceConfig") if job.get(name)]
    return Facts(
        vpc=bool(job.get("VpcConfig")),
        volume_key=any(each.get("VolumeKmsKeyId") for each in resources),
        output_key=bool((job.get("OutputDataConfig") or {}).get("KmsKeyId")),
        encrypted_traffic=bool(job.get("EnableInterContainerTrafficEncryption")),
        instance_types=tuple(_instance_types(resources)),
        own_disks_count=True,
    )


def _processing(job: Described, _: Sequence[Described]) -> Facts:
    network = job.get("NetworkConfig") or {}
    cluster = (job.get("ProcessingResources") or {}).get("ClusterConfig") or {}
    return Facts(
        vpc=bool(network.get("VpcConfig")),
        volume_key=bool(cluster.get("VolumeKmsKeyId")),
        output_key=bool((job.get("ProcessingOutputConfig") or {}).get("KmsKeyId")),
        encrypted_traffic=bool(network.get("EnableInterContainerTrafficEncryption")),
        instance_types=tuple(_instance_types(cluster)),
        own_disks_count=True,
    )


def _transform(job: Described, models: Sequence[Described]) -> Facts:
    resources = job.get("TransformResources") or {}
    return Facts(
        vpc=_in_vpc(models),
        volume_key=bool(resources.get("VolumeKmsKeyId")),
        output_key=bool((job.get("TransformOutput") or {}).get("KmsKeyId")),
        instance_types=tuple(_instance_types(resources)),
        own_disks_count=True,
    )


def _tuning(job: Described, _: Sequence[Described]) -> Facts:
    definitions = [*(job.get("TrainingJobDefinitions") or ()), *filter(None, [job.get("TrainingJobDefinition")])]
    each = [_training(definition) for definition in definitions]
    return Facts(
        vpc=all(one.vpc for one in each),
        volume_key=all(one.volume_key for one in each),
        output_key=all(one.output_key for one in each),
        encrypted_traffic=all(one.encrypted_traffic for one in each),
        instance_types=tuple(name for one in each for name in one.instance_types),
        own_disks_count=True,
    )


def _automl(job: Described, _: Sequence[Described]) -> Facts:
    # The first version keeps its security in AutoMLJobConfig (botocore DescribeAutoMLJob).
    security = job.get("SecurityConfig") or (job.get("AutoMLJobConfig") or {}).get("SecurityConfig") or {}
    return Facts(
        vpc=bool(security.get("VpcConfig")),
        volume_key=bool(security.get("VolumeKmsKeyId")),
        output_key=bool((job.get("OutputDataConfig") or {}).get("KmsKeyId")),
        encrypted_traffic=bool(security.get("EnableInterContainerTrafficEncryption")),
    )


def _notebook(notebook: Described, _: Sequence[Described]) -> Facts:
    return Facts(
        vpc=bool(notebook.get("SubnetId")),
        volume_key=bool(notebook.get("KmsKeyId")),
        internet=notebook.get("DirectInternetAccess", "Enabled") != "Disabled",
        instance_types=tuple(_instance_types(notebook)),
    )


def _model(model: Described, _: Sequence[Described]) -> Facts:
    return Facts(vpc=bool(model.get("VpcConfig")))


def _endpoint_config(config: Described, models: Sequence[Described]) -> Facts:
    variants = variants_of(config)
    # A variant without a model serves inference components, which have no VPC but the configuration's (botocore
    # CreateEndpointConfig.VpcConfig).
    of_models = all(variant.get("ModelName") for variant in variants)
    return Facts(
        vpc=bool(config.get("VpcConfig")) or (_in_vpc(models) if of_models else False),
        volume_key=bool(config.get("KmsKeyId")),
        instance_types=tuple(_instance_types(variants)),
    )


def variants_of(config: Described) -> list[Described]:
    """Production and shadow variants of an endpoint configuration."""
    return [*(config.get("ProductionVariants") or ()), *(config.get("ShadowProductionVariants") or ())]


def _in_vpc(models: Sequence[Described]) -> bool | None:
    """A model may be deleted while it serves; whether it had a VPC was said when it was made."""
    return all(bool(model.get("VpcConfig")) for model in models) if models else None


def _instance_types(value: Any) -> Iterator[str]:
    """Instance types anywhere inside: instance groups, pools and preferences name them too."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name == "InstanceType" and isinstance(inner, str):
                yield inner
            else:
                yield from _instance_types(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _instance_types(inner)


_READERS: Mapping[str, Callable[[Described, Sequence[Described]], Facts]] = {
    resource_kinds.TRAINING.resource: _training,
    resource_kinds.PROCESSING.resource: _processing,
    resource_kinds.TRANSFORM.resource: _transform,
    resource_kinds.TUNING.resource: _tuning,
    resource_kinds.AUTOML.resource: _automl,
    resource_kinds.NOTEBOOK.resource: _notebook,
    resource_kinds.MODEL.resource: _model,
    resource_kinds.ENDPOINT_CONFIG.resource: _endpoint_config,
    resource_kinds.ENDPOINT.resource: _endpoint_config,
}

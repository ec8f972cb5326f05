"""SM-08: an endpoint's volumes have a key."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.encryption import has_customer_managed_key
from policies.pack.model import NotApplicable, Rule, Severity, StackResource


def check(config: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """A customer managed key where there are instances; a serverless endpoint has no volume of ours."""
    variants = [*config.item_paths("productionVariants"), *config.item_paths("shadowProductionVariants")]
    if variants and all(config.present(f"{variant}.serverlessConfig") for variant in variants):
        raise NotApplicable("a serverless endpoint has no volumes")
    named = has_customer_managed_key(config, "kmsKeyArn")
    return [] if named else ["the endpoint's volumes are not encrypted with a customer managed key"]


RULE = Rule(
    id="SM-08",
    name="sagemaker-endpoint-key",
    title="Endpoints are encrypted with a customer managed key",
    why="The volumes hold the model, which is what must not leak.",
    fix="Set kmsKeyArn.",
    severity=Severity.HIGH,
    types=("aws:sagemaker/endpointConfiguration:EndpointConfiguration",),
    check=check,
)

"""SM-06: a model serves from inside the VPC, isolated."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource


def check(model: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """The container sits in the platform's subnets and makes no calls of its own."""
    found = [] if model.present("vpcConfig") else ["the model runs outside the VPC"]
    return found + ([] if model.get("enableNetworkIsolation") is True else ["network isolation is off"])


RULE = Rule(
    id="SM-06",
    name="sagemaker-model-isolated",
    title="Models are in the VPC and isolated from the network",
    why="A serving container sees every request's data and runs code that came with a model.",
    fix="Set vpcConfig and enableNetworkIsolation.",
    severity=Severity.HIGH,
    frameworks=("FSBP SageMaker.5",),
    sources=(SECURITY_HUB.format("sagemaker"),),
    types=("aws:sagemaker/model:Model",),
    check=check,
)

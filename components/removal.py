"""Calls of a function when a stack is destroyed, each at its place in the order of destruction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

# The longest run that Lambda allows (AWS Lambda Developer Guide, "Lambda quotas").
TIMEOUT_SECONDS = 900


def removal_step(
    name: str,
    function: pulumi.Input[str],
    step: str,
    event: Mapping[str, pulumi.Input[Any]],
    opts: pulumi.ResourceOptions,
) -> aws.lambda_.Invocation:
    """Call the function `functions/cleaner` for a step when this resource is destroyed: before all that it depends on.

    A step that refuses stops the destruction there, and whatever this resource depends on stays as it is.
    """
    text = pulumi.Output.all(step=step, **event).apply(lambda known: json.dumps(known, sort_keys=True))
    return aws.lambda_.Invocation(name, function_name=function, input=text, lifecycle_scope="CRUD", opts=opts)


class Declared:
    """The resources that a stack declares from now on; whatever depends on them all is destroyed first."""

    def __init__(self) -> None:
        self._resources: list[pulumi.Resource] = []
        pulumi.runtime.register_stack_transformation(self._note)

    def _note(self, args: pulumi.ResourceTransformationArgs) -> None:
        made = isinstance(args.resource, pulumi.CustomResource)
        if made and not isinstance(args.resource, pulumi.ProviderResource | pulumi.StackReference):
            self._resources.append(args.resource)

    def all(self) -> Sequence[pulumi.Resource]:
        """Those that were declared by now."""
        return list(self._resources)

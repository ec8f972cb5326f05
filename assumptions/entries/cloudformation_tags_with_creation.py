"""When CloudFormation gives a resource its tags."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from assumptions import cloudformation_stacks, roles
from assumptions.assumption import Assumption, Probe, ProbedStack, ProbeResult, probe_name
from assumptions.cloudformation_stacks import failure, stack_with_role

_TAG = "project"
# IAM's words for the creating call, and those of a handler that keeps the call to itself. Whatever else the role calls,
# it may.
_REFUSED = re.compile(r"not authorized to perform: sagemaker:Create|Access denied for operation", re.IGNORECASE)


def _run(stack: ProbedStack) -> tuple[ProbeResult, str]:
    """Stacks whose role may create with a tag alone: with the tag in the template, without it, and as who may create.

    Nothing comes of any of them, since the image and the endpoint configuration are not there: SageMaker looks for
    those after IAM has allowed the call. A model and an endpoint, which take neither a key nor a server for that.
    """
    name = probe_name(stack)
    service = {"Service": "cloudformation.amazonaws.com"}
    mine = {"StringEquals": {"aws:SourceAccount": stack.account}}
    with ExitStack() as made:
        role_arn = made.enter_context(roles.role(stack, name, service, mine, *_rights(stack, name)))
        stack.pause(roles.PROPAGATION_SECONDS)
        ids = {
            (kind, which): made.enter_context(
                stack_with_role(stack, f"{name}-{kind}-{which}", _template(stack, name, kind, which), role_arn)
            )
            for kind in ("model", "endpoint")
            for which in ("tagged", "untagged", "free")
        }
        found = {key: _masked(failure(stack, stack_id), name) for key, stack_id in ids.items()}
    return _answer(found)


def _answer(found: Mapping[tuple[str, str], str]) -> tuple[ProbeResult, str]:
    """What the stacks' failures mean, by kind and by what the stack was to show."""
    every = "; ".join(f"{kind}, {which}: {reason}" for (kind, which), reason in found.items())
    tagged = "; ".join(f"{kind}: {reason[:200]}" for (kind, which), reason in found.items() if which == "tagged")
    kinds = dict.fromkeys(kind for kind, _ in found)
    refused = {key: bool(_REFUSED.search(reason)) for key, reason in found.items()}
    if any(refused[kind, "free"] or not refused[kind, "untagged"] for kind in kinds):
        return ProbeResult.UNCLEAR, f"the role is not held to its rights: {every}"
    if any(reason.endswith("IN_PROGRESS") for reason in found.values()):
        return ProbeResult.UNCLEAR, f"stacks did not end in time: {every}"
    if all(found[kind, "tagged"] == found[kind, "free"] for kind in kinds):
        return (
            ProbeResult.HOLDS,
            f"a role that may create with a tag alone gets as far as one that may create: {tagged}",
        )
    if all(refused[kind, "tagged"] for kind in kinds):
        return ProbeResult.FAILS, f"a role that may create with a tag alone is refused: {tagged}"
    return ProbeResult.UNCLEAR, every


def _rights(stack: ProbedStack, name: str) -> tuple[Mapping[str, Any], ...]:
    """Creating what is called `free` without a condition, all else with the tag alone; every other call of handlers."""
    scope, kinds = roles.scope_of(stack), ("model", "endpoint", "endpoint-config")
    everything = [scope.arn("sagemaker", f"{kind}/{name}-*") for kind in kinds]
    free = [scope.arn("sagemaker", f"{kind}/{name}-free") for kind in kinds]
    create = ["sagemaker:CreateEndpoint", "sagemaker:CreateModel"]
    rest = [f"sagemaker:{verb}{kind}" for verb in ("Delete", "Describe") for kind in ("Endpoint", "Model")]
    return (
        roles.allow(create, free),
        roles.allow(create, everything, StringEquals={f"aws:RequestTag/{_TAG}": name}),
        roles.allow(["sagemaker:AddTags", "sagemaker:ListTags", *rest], everything),
    )


def _template(stack: ProbedStack, name: str, kind: str, which: str) -> Mapping[str, Any]:
    called = f"{name}-{which}"
    registry = f"{stack.account}.dkr.ecr.{stack.region}.amazonaws.com"
    properties: dict[str, Any] = {"EndpointName": called, "EndpointConfigName": called}
    if kind == "model":
        # The boundary denies what is outside a VPC, whether or not these are there.
        vpc = {"Subnets": [f"subnet-{'0' * 17}"], "SecurityGroupIds": [f"sg-{'0' * 17}"]}
        properties = {"ModelName": called, "Containers": [{"Image": f"{registry}/{name}:none"}], "VpcConfig": vpc}
    if which != "untagged":
        properties["Tags"] = [{"Key": _TAG, "Value": name}]
    return {"Resources": {"Probed": {"Type": f"AWS::SageMaker::{kind.title()}", "Properties": properties}}}


def _masked(reason: str, name: str) -> str:
    """A reason without whatever is another one's in each stack: names, sessions, requests."""
    return re.sub(rf"\S*(?:{re.escape(name)}|\d)\S*", "…", reason)


ASSUMPTION = Assumption(
    name="cloudformation-tags-with-creation",
    question="Does CloudFormation give a resource its tags in the call that creates it?",
    if_it_holds="Creating carries aws:RequestTag, and tagging is asked for in the same call.",
    if_it_fails="The resource is created without tags and tagged in a call of its own, before anything else.",
    design="Creating is allowed without tags or with the project's, and tagging of what has no project's tag yet; "
    "everything else asks for the tag of the resource.",
    leans_on=("policies/documents/workload_roles.py:_new_models",),
    sources=(
        "resource schemas of AWS::SageMaker::Model, Endpoint and EndpointConfig: tagOnCreate, and sagemaker:AddTags "
        "among the creating handler's actions",
        'AWS CloudFormation User Guide, "Resource tag"',
    ),
    probe=Probe(
        run=_run,
        kinds=("foundation",),
        # Roles and stacks cost nothing, and no model or endpoint comes of them.
        price=0.0,
        # At most two for each of six stacks' ends and for each one's removal, and the role's way through AWS.
        minutes=30,
        needs=(*roles.NEEDS, *cloudformation_stacks.NEEDS),
    ),
)

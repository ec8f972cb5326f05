"""CloudFormation. Actions and condition keys: Service Authorization Reference, "AWS CloudFormation"."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.required_action import (
    ApiRequest,
    Operations,
    RequiredAction,
    RequiredActions,
    RightsFunction,
    arn_template,
    on_each,
    pass_role,
    requires,
    values,
)
from rehearsal.service_model.service import AwsService

_STACK = arn_template("cloudformation", "stack/{StackName}/*")
_CLOUDFORMATION = "cloudformation.amazonaws.com"
_TARGET = {"cloudformation:TargetRegion": "Regions"}
_STACK_KEYS = {"cloudformation:RoleArn": "RoleARN", "cloudformation:TemplateUrl": "TemplateURL"}
_SET_KEYS = {"cloudformation:RoleArn": "AdministrationRoleARN", "cloudformation:TemplateUrl": "TemplateURL"}


@aws_behavior(
    'Service Authorization Reference, "AWS CloudFormation": stackset/${StackSetName}:${Id}',
    'AWS CloudFormation API Reference, "DescribeStackSet": StackSetName is a name or an id',
)
def absent_stack_set(action: str, **arguments: Any) -> RequiredActions:
    """A request that names a StackSet, perhaps one that is not there, is authorised on its name without an id too.

    Only a set that exists has the id that its ARN ends in, so that a right on `stackset/name:*` alone may not be one to
    hear that a set is not there. Both are asked for.
    """
    forms = (arn_template("cloudformation", f"stackset/{{StackSetName}}{id_}") for id_ in (":*", ""))
    return tuple(RequiredAction(action=action, resource=form, **arguments) for form in forms)


@aws_behavior(
    'Service Authorization Reference, "AWS CloudFormation": stackset-target and type of CreateStackInstances, '
    "DeleteStackInstances, UpdateStackInstances and UpdateStackSet",
    "AWS Managed Policy Reference, AmazonSSMServiceRolePolicy: stackset-target/<set>:* and type/resource/*",
    'AWS CloudFormation User Guide, "Control access with IAM": type/resource with the account and without',
)
def stack_set_targets(action: str) -> RightsFunction:
    """Operations that reach stack instances are authorised on their targets and on the types in the template too."""

    def rights(request: ApiRequest) -> list[Any]:
        region = {"cloudformation:TargetRegion": "Regions"}
        accounts = values(request.parameters, "Accounts") or values(request.parameters, "DeploymentTargets.Accounts")
        name = next(iter(values(request.parameters, "StackSetName")), "*")
        targets = [f"stackset-target/{name}:*/{account}" for account in accounts] or [f"stackset-target/{name}:*"]
        kinds = [f"type/resource/{kind}" for kind in _types(request.parameters)]
        named = [arn_template("cloudformation", rest) for rest in (*targets, *kinds)]
        # Types of AWS's own belong to no account.
        named += [f"arn:{{partition}}:cloudformation:{{region}}::{kind}" for kind in kinds]
        return [
            right
            for arn in named
            for right in RequiredAction(action=action, resource=arn, context_keys=region).rights(request)
        ]

    return rights


def _types(parameters: Mapping[str, Any]) -> list[str]:
    """The types of a template in the request, as ARNs spell them; any type where the request has no template."""
    body = parameters.get("TemplateBody")
    try:
        resources = json.loads(body)["Resources"] if isinstance(body, str) else {}
    except (KeyError, ValueError):  # YAML, or no template: CloudFormation reads it, not IAM
        resources = {}
    return sorted({str(each.get("Type", "*")).replace("::", "-") for each in resources.values()}) or ["*"]


def _on_set(*actions: str) -> dict[str, RequiredActions]:
    return {action: absent_stack_set(f"cloudformation:{action}") for action in actions}


def _on_instances(action: str, **arguments: Any) -> RequiredActions:
    full = f"cloudformation:{action}"
    return (*absent_stack_set(full, context_keys=_TARGET, **arguments), stack_set_targets(full))


OPERATIONS: Operations = {
    **_on_set(
        "DeleteStackSet",
        "DescribeStackInstance",
        "DescribeStackSet",
        "DescribeStackSetOperation",
        "ListStackInstances",
        "ListStackSetOperationResults",
        "ListStackSetOperations",
        "StopStackSetOperation",
    ),
    **on_each(
        "cloudformation",
        _STACK,
        "DescribeStackEvents",
        "DescribeStackResource",
        "DescribeStackResources",
        "DescribeStacks",
        "GetTemplate",
        "ListStackResources",
    ),
    # Of a change set that is named, and of one that is given by its ARN: the actions are the stack's alone.
    "CreateChangeSet": (
        *requires(
            "cloudformation:CreateChangeSet",
            _STACK,
            context_keys={**_STACK_KEYS, "cloudformation:ChangeSetName": "ChangeSetName"},
            tags="Tags",
        ),
        *requires("cloudformation:TagResource", _STACK, tags="Tags", when="Tags"),
        pass_role("RoleARN", _CLOUDFORMATION),
    ),
    **{
        f"{verb}ChangeSet": requires(
            f"cloudformation:{verb}ChangeSet", _STACK, context_keys={"cloudformation:ChangeSetName": "ChangeSetName"}
        )
        for verb in ("Delete", "Describe")
    },
    "ListChangeSets": requires("cloudformation:ListChangeSets", _STACK),
    "CreateStack": (
        *requires("cloudformation:CreateStack", _STACK, context_keys=_STACK_KEYS, tags="Tags"),
        *requires("cloudformation:TagResource", _STACK, tags="Tags", when="Tags"),
        pass_role("RoleARN", _CLOUDFORMATION),
    ),
    "CreateStackInstances": _on_instances("CreateStackInstances"),
    # A set that does not exist yet is no resource (Service Authorization Reference: CreateStackSet).
    "CreateStackSet": (
        *requires("cloudformation:CreateStackSet", context_keys=_SET_KEYS, tags="Tags"),
        *absent_stack_set("cloudformation:TagResource", tags="Tags", when="Tags"),
        pass_role("AdministrationRoleARN", _CLOUDFORMATION),
    ),
    "DeleteStack": requires("cloudformation:DeleteStack", _STACK, context_keys={"cloudformation:RoleArn": "RoleARN"}),
    "DeleteStackInstances": _on_instances("DeleteStackInstances"),
    "UpdateStack": (
        *requires("cloudformation:UpdateStack", _STACK, context_keys=_STACK_KEYS, tags="Tags"),
        *requires("cloudformation:TagResource", _STACK, tags="Tags", when="Tags"),
        pass_role("RoleARN", _CLOUDFORMATION),
    ),
    "UpdateStackInstances": _on_instances("UpdateStackInstances"),
    "UpdateStackSet": (
        *absent_stack_set("cloudformation:UpdateStackSet", context_keys=_SET_KEYS, tags="Tags"),
        stack_set_targets("cloudformation:UpdateStackSet"),
        *absent_stack_set("cloudformation:TagResource", tags="Tags", when="Tags"),
        pass_role("AdministrationRoleARN", _CLOUDFORMATION),
    ),
    "ValidateTemplate": requires("cloudformation:ValidateTemplate"),
}

SERVICE = AwsService(
    name="cloudformation",
    operations=OPERATIONS,
)

"""CloudFormation. Actions and condition keys: Service Authorization Reference, "AWS CloudFormation"."""

from __future__ import annotations

from rehearsal.service_model.required_action import Operations, arn_template, on_each, pass_role, requires
from rehearsal.service_model.service import AwsService

# The set's id is not in the request; it is any.
_STACK_SET = arn_template("cloudformation", "stackset/{StackSetName}:*")

_STACK = arn_template("cloudformation", "stack/{StackName}/*")
_CLOUDFORMATION = "cloudformation.amazonaws.com"
_TARGET = {"cloudformation:TargetRegion": "Regions"}
_STACK_KEYS = {"cloudformation:RoleArn": "RoleARN", "cloudformation:TemplateUrl": "TemplateURL"}
_SET_KEYS = {"cloudformation:RoleArn": "AdministrationRoleARN", "cloudformation:TemplateUrl": "TemplateURL"}

OPERATIONS: Operations = {
    **on_each(
        "cloudformation",
        _STACK_SET,
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
    "CreateStack": (
        *requires("cloudformation:CreateStack", _STACK, context_keys=_STACK_KEYS, tags="Tags"),
        pass_role("RoleARN", _CLOUDFORMATION),
    ),
    "CreateStackInstances": requires("cloudformation:CreateStackInstances", _STACK_SET, context_keys=_TARGET),
    # A set that does not exist yet is no resource (Service Authorization Reference: CreateStackSet).
    "CreateStackSet": (
        *requires("cloudformation:CreateStackSet", context_keys=_SET_KEYS, tags="Tags"),
        pass_role("AdministrationRoleARN", _CLOUDFORMATION),
    ),
    "DeleteStack": requires("cloudformation:DeleteStack", _STACK, context_keys={"cloudformation:RoleArn": "RoleARN"}),
    "DeleteStackInstances": requires("cloudformation:DeleteStackInstances", _STACK_SET, context_keys=_TARGET),
    "UpdateStack": (
        *requires("cloudformation:UpdateStack", _STACK, context_keys=_STACK_KEYS, tags="Tags"),
        pass_role("RoleARN", _CLOUDFORMATION),
    ),
    "UpdateStackInstances": requires("cloudformation:UpdateStackInstances", _STACK_SET, context_keys=_TARGET),
    "UpdateStackSet": (
        *requires("cloudformation:UpdateStackSet", _STACK_SET, context_keys=_SET_KEYS, tags="Tags"),
        pass_role("AdministrationRoleARN", _CLOUDFORMATION),
    ),
    "ValidateTemplate": requires("cloudformation:ValidateTemplate"),
}

SERVICE = AwsService(
    name="cloudformation",
    operations=OPERATIONS,
)

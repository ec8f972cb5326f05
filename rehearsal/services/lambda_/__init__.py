"""Lambda. Actions and condition keys: Service Authorization Reference, "AWS Lambda"."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.patches import Patches
from rehearsal.service_model.required_action import (
    ApiRequest,
    Operations,
    RequiredAction,
    Right,
    arn_template,
    on_each,
    pass_role,
    requires,
    values,
)
from rehearsal.service_model.resource_type import ApiCall, FunctionInvocation, ReadCall, ResourceType, Values
from rehearsal.service_model.sample import Sample, SampleArchive
from rehearsal.service_model.service import AwsService
from rehearsal.service_model.tagging import TagOperations

_CODE = {
    "code": "Code.ZipFile",
    "s3Bucket": "Code.S3Bucket",
    "s3Key": "Code.S3Key",
    "s3ObjectVersion": "Code.S3ObjectVersion",
    "imageUri": "Code.ImageUri",
    "sourceKmsKeyArn": "Code.SourceKMSKeyArn",
}

_HASHES = ("sourceCodeHash", "codeSha256")


def _hashless(values: Values, _: Values) -> Values:
    """Hashes only tell the engine that the code changed."""
    return {name: value for name, value in values.items() if name not in _HASHES}


FUNCTION = ResourceType(
    type="aws:lambda/function:Function",
    create=ApiCall(
        operation="CreateFunction",
        transform=_hashless,
        members=_CODE,
        defaults={"publish": False, "timeout": 3, "memorySize": 128},
    ),
    id="{name}",
    name="name",
    after_create=(
        ApiCall(
            operation="PutFunctionConcurrency",
            properties=("reservedConcurrentExecutions",),
            parameters={"FunctionName": "{name}"},
            condition=lambda resource: resource.get("reservedConcurrentExecutions", -1) >= 0,
            unset=ApiCall(operation="DeleteFunctionConcurrency", parameters={"FunctionName": "{name}"}),
        ),
    ),
    read=ReadCall(
        operation="GetFunction",
        parameters={"FunctionName": "{name}"},
        path="Configuration",
        outputs={"sourceCodeHash": "CodeSha256", "sourceCodeSize": "CodeSize"},
    ),
    update=(
        ApiCall(
            operation="UpdateFunctionCode",
            properties=(*_CODE, *_HASHES, "architectures", "publish"),
            transform=_hashless,
            members={"code": "ZipFile", "imageUri": "ImageUri", "sourceKmsKeyArn": "SourceKMSKeyArn"},
            parameters={"FunctionName": "{name}"},
        ),
        ApiCall(operation="UpdateFunctionConfiguration", parameters={"FunctionName": "{name}"}),
    ),
    replace_on=("name", "packageType"),
    delete=(
        ApiCall(
            operation="DeleteFunction",
            parameters={"FunctionName": "{name}"},
            condition=lambda resource: not resource.get("skipDestroy"),
        ),
    ),
    outputs={
        "arn": "arn:{partition}:lambda:{region}:{account}:function:{name}",
        "invokeArn": "arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/"
        "arn:{partition}:lambda:{region}:{account}:function:{name}/invocations",
    },
    not_sent={
        "skipDestroy": "the engine's own: read when the function is deleted",
        "useResourceTimeoutForPropagation": "how long the provider waits",
    },
    not_compared={"code": "AWS answers where code is, not what it is", "sourceCodeHash": "of the program's own making"},
    sample=Sample(
        {
            "name": "sample-function",
            "role": "${aws:iam/role:Role.arn}",
            "runtime": "python3.13",
            "handler": "handler.handle",
            "code": SampleArchive({"handler.py": "def handle(event, context): return event"}),
            "timeout": 60,
            "kmsKeyArn": "${aws:kms/key:Key.arn}",
            "environment": {"variables": {"STAGE": "sample"}},
            "vpcConfig": {
                "subnetIds": ["${aws:ec2/subnet:Subnet.id}"],
                "securityGroupIds": ["${aws:ec2/securityGroup:SecurityGroup.id}"],
            },
            "tracingConfig": {"mode": "Active"},
        },
        update={"timeout": 30},
    ),
)

PERMISSION = ResourceType(
    type="aws:lambda/permission:Permission",
    read_after_create=False,
    create=ApiCall(operation="AddPermission", members={"function": "FunctionName"}),
    id="{statementId}",
    name="statementId",
    read=ReadCall(
        operation="GetPolicy",
        parameters={"FunctionName": "{function}", "Qualifier": "{qualifier}"},
        # The statement is in a JSON text, of which JMESPath sees no more.
        path="contains(Policy, '\"{statementId}\"') && @",
    ),
    delete=(
        ApiCall(
            operation="RemovePermission",
            parameters={"FunctionName": "{function}", "StatementId": "{statementId}", "Qualifier": "{qualifier}"},
        ),
    ),
    not_compared={"policy": "one text holds every statement"},
    sample=Sample(
        {
            "statementId": "sample",
            "action": "lambda:InvokeFunction",
            "function": "${aws:lambda/function:Function.name}",
            "principal": "events.amazonaws.com",
            "sourceAccount": "${AWS::AccountId}",
        }
    ),
)

INVOCATION = FunctionInvocation(
    type="aws:lambda/invocation:Invocation",
    sample=Sample(
        {
            "functionName": "${aws:lambda/function:Function.name}",
            "input": json.dumps({"project": "sample"}),
            "lifecycleScope": "CRUD",
        },
        update={"input": json.dumps({"project": "another"})},
    ),
)

_FUNCTION_ARN = arn_template("lambda", "function:{FunctionName}")
_EXECUTION = pass_role("Role", "lambda.amazonaws.com")


@aws_behavior(
    'AWS Lambda Developer Guide, "Fine-tuning the Resources and Conditions sections of policies": a policy on a '
    "function's unqualified ARN denies requests that name a version or alias",
    "terraform-provider-aws, internal/service/lambda/invocation.go: the qualifier is always sent, by default $LATEST",
)
def qualified_invocation(request: ApiRequest) -> list[Right]:
    """An invocation with a qualifier is authorised on the qualified ARN alone, `$LATEST` included."""
    qualifier = next(iter(values(request.parameters, "Qualifier")), "")
    named = RequiredAction(action="lambda:InvokeFunction", resource=_FUNCTION_ARN).rights(request)
    return [
        replace(right, resource=f"{right.resource}:{qualifier}" if qualifier else right.resource) for right in named
    ]


OPERATIONS: Operations = {
    **on_each(
        "lambda",
        _FUNCTION_ARN,
        "DeleteFunction",
        "DeleteFunctionConcurrency",
        "GetFunction",
        "GetFunctionConfiguration",
        "GetFunctionConcurrency",
        "GetPolicy",
        "ListVersionsByFunction",
        "PublishVersion",
        "PutFunctionConcurrency",
        "UpdateFunctionCode",
    ),
    "AddPermission": requires("lambda:AddPermission", _FUNCTION_ARN, context_keys={"lambda:Principal": "Principal"}),
    "CreateFunction": (
        *requires(
            "lambda:CreateFunction",
            _FUNCTION_ARN,
            tags="Tags",
            context_keys={
                "lambda:SubnetIds": "VpcConfig.SubnetIds",
                "lambda:SecurityGroupIds": "VpcConfig.SecurityGroupIds",
            },
            multivalued_keys=("lambda:SubnetIds", "lambda:SecurityGroupIds"),
        ),
        _EXECUTION,
        RequiredAction(action="lambda:TagResource", resource=_FUNCTION_ARN, tags="Tags", when="Tags"),
    ),
    "Invoke": (qualified_invocation,),
    "ListTags": requires("lambda:ListTags", "{Resource}"),
    "RemovePermission": requires("lambda:RemovePermission", _FUNCTION_ARN),
    "TagResource": requires("lambda:TagResource", "{Resource}", tags="Tags"),
    "UntagResource": requires("lambda:UntagResource", "{Resource}", context_keys={"aws:TagKeys": "TagKeys"}),
    "UpdateFunctionConfiguration": (*requires("lambda:UpdateFunctionConfiguration", _FUNCTION_ARN), _EXECUTION),
}

# Members that moto drops, with the attributes that hold them.
_KEPT: Mapping[str, str] = {"DeadLetterConfig": "dead_letter_config", "LoggingConfig": "logging_config"}


def patch(patches: Patches) -> None:
    """Where a function's failed asynchronous invocations go and where it logs, which moto drops."""
    from moto.awslambda.models import LambdaFunction

    patches.wrap(LambdaFunction, "__init__", _init)
    patches.wrap(LambdaFunction, "get_configuration", _get_configuration)
    patches.wrap(LambdaFunction, "update_configuration", _update_configuration)


def _init(
    original: Callable[..., Any], instance: Any, account_id: str, spec: Mapping[str, Any], *more: Any, **named: Any
) -> None:
    original(instance, account_id, spec, *more, **named)
    for member, attribute in _KEPT.items():
        setattr(instance, attribute, spec.get(member))


def _get_configuration(original: Callable[..., Any], instance: Any, *more: Any, **named: Any) -> dict[str, Any]:
    found: dict[str, Any] = original(instance, *more, **named)
    kept = {member: getattr(instance, attribute, None) for member, attribute in _KEPT.items()}
    return {**found, **{member: value for member, value in kept.items() if value}}


def _update_configuration(original: Callable[..., Any], instance: Any, changes: Mapping[str, Any]) -> dict[str, Any]:
    for member, attribute in _KEPT.items():
        if member in changes:
            setattr(instance, attribute, changes[member])
    answer: dict[str, Any] = original(instance, changes)
    return answer


SERVICE = AwsService(
    name="lambda",
    operations=OPERATIONS,
    resource_types=(FUNCTION, PERMISSION),
    tagging=TagOperations(parameters={"Resource": "{arn}"}),
    invocations=(INVOCATION,),
    patch=patch,
    # Lambda's guide asks for no source in an execution role's trust and names none that it sends (Lambda Developer
    # Guide, "Defining Lambda function permissions with an execution role"); other services name theirs, each on its
    # page about cross-service confused deputy prevention.
    names_source=False,
)

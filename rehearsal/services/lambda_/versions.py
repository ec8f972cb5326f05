"""Lambda: versions, aliases and how asynchronous invocations are handled."""

from __future__ import annotations

from rehearsal.service_model.required_action import Operations, arn_template, on_each, requires
from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType
from rehearsal.service_model.sample import Sample
from rehearsal.service_model.service import AwsService
from rehearsal.services.lambda_.version_patches import patch

_FUNCTION_ARN = arn_template("lambda", "function:{FunctionName}")

ALIAS = ResourceType(
    type="aws:lambda/alias:Alias",
    create=ApiCall(operation="CreateAlias"),
    id="AliasArn",
    name="name",
    read=ReadCall(
        operation="GetAlias",
        parameters={"FunctionName": "{functionName}", "Name": "{name}"},
        outputs={"arn": "AliasArn"},
    ),
    update=(
        ApiCall(
            operation="UpdateAlias",
            properties=("description", "functionVersion", "routingConfig"),
            parameters={"FunctionName": "{functionName}", "Name": "{name}"},
        ),
    ),
    replace_on=("functionName", "name"),
    delete=(ApiCall(operation="DeleteAlias", parameters={"FunctionName": "{functionName}", "Name": "{name}"}),),
    outputs={
        "arn": "AliasArn",
        "invokeArn": "arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/"
        "arn:{partition}:lambda:{region}:{account}:function:{functionName}:{name}/invocations",
    },
    sample=Sample(
        {
            "name": "sample",
            "functionName": "${aws:lambda/function:Function.name}",
            "functionVersion": "$LATEST",
            "description": "A sample",
        },
        update={"description": "Another"},
    ),
)

EVENT_INVOKE_CONFIG = ResourceType(
    type="aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    create=ApiCall(operation="PutFunctionEventInvokeConfig", members={"qualifier": "Qualifier"}),
    id="{functionName}",
    read=ReadCall(
        operation="GetFunctionEventInvokeConfig",
        parameters={"FunctionName": "{functionName}", "Qualifier": "{qualifier}"},
    ),
    update=(
        ApiCall(
            operation="PutFunctionEventInvokeConfig",
            parameters={"FunctionName": "{functionName}", "Qualifier": "{qualifier}"},
        ),
    ),
    replace_on=("functionName", "qualifier"),
    delete=(
        ApiCall(
            operation="DeleteFunctionEventInvokeConfig",
            parameters={"FunctionName": "{functionName}", "Qualifier": "{qualifier}"},
        ),
    ),
    sample=Sample(
        {"functionName": "${aws:lambda/function:Function.name}", "maximumRetryAttempts": 0},
        update={"maximumRetryAttempts": 1},
    ),
)

OPERATIONS: Operations = {
    **on_each(
        "lambda",
        _FUNCTION_ARN,
        "CreateAlias",
        "DeleteAlias",
        "DeleteFunctionEventInvokeConfig",
        "GetAlias",
        "GetFunctionEventInvokeConfig",
        "ListAliases",
        "PutFunctionEventInvokeConfig",
        "UpdateAlias",
        "UpdateFunctionEventInvokeConfig",
    ),
    "ListFunctionEventInvokeConfigs": requires("lambda:ListFunctionEventInvokeConfigs", _FUNCTION_ARN),
}

PART = AwsService(
    name="lambda",
    operations=OPERATIONS,
    resource_types=(ALIAS, EVENT_INVOKE_CONFIG),
    patch=patch,
)

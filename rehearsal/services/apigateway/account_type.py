"""The account's settings as Pulumi keeps them: which role API Gateway writes logs with, once in each Region."""

from __future__ import annotations

from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType
from rehearsal.service_model.sample import Sample


def _role(value: str) -> ApiCall:
    return ApiCall(
        operation="UpdateAccount",
        properties=("cloudwatchRoleArn",),
        members={"cloudwatchRoleArn": "-"},
        parameters={"patchOperations": [{"op": "replace", "path": "/cloudwatchRoleArn", "value": value}]},
    )


ACCOUNT = ResourceType(
    type="aws:apigateway/account:Account",
    create=_role("{cloudwatchRoleArn}"),
    update=(_role("{cloudwatchRoleArn}"),),
    read=ReadCall(
        operation="GetAccount",
        outputs={"cloudwatchRoleArn": "cloudwatchRoleArn", "throttleSettings": "[throttleSettings]"},
        only_outputs=True,
    ),
    # The provider has one structure as a list.
    outputs={"throttleSettings": "[throttleSettings]"},
    delete=(_role(""),),
    # One for an account and Region, by a word of the provider's own.
    id="'api-gateway-account'",
    stays="An account's settings are always there; without a role nothing is logged",
    sample=Sample({"cloudwatchRoleArn": "arn:aws:iam::111111111111:role/sample"}),
)

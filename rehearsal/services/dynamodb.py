"""DynamoDB. Actions and condition keys: Service Authorization Reference, "Amazon DynamoDB"."""

from __future__ import annotations

from typing import Any

from rehearsal.service_model.required_action import Operations, RequiredAction, arn_template, on_each, requires
from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType, Values
from rehearsal.service_model.sample import Sample
from rehearsal.service_model.service import AwsService
from rehearsal.service_model.tagging import TagOperations

_TABLE = arn_template("dynamodb", "table/{TableName}")


def _created(values: Values, _: Values) -> Values:
    """Hash and range keys are a list in AWS's form; the encryption has a type there."""
    keys = [{"AttributeName": values["hashKey"], "KeyType": "HASH"}]
    if values.get("rangeKey"):
        keys.append({"AttributeName": values["rangeKey"], "KeyType": "RANGE"})
    taken = {"hashKey", "rangeKey", "readCapacity", "writeCapacity", "serverSideEncryption", "attributes"}
    shaped: dict[str, Any] = {name: value for name, value in values.items() if name not in taken}
    attributes = [{"AttributeName": each["name"], "AttributeType": each["type"]} for each in values["attributes"]]
    shaped |= {"keySchema": keys, "attributeDefinitions": attributes}
    if values.get("billingMode", "PROVISIONED") == "PROVISIONED":
        shaped["provisionedThroughput"] = {
            "readCapacityUnits": values.get("readCapacity"),
            "writeCapacityUnits": values.get("writeCapacity"),
        }
    if values.get("serverSideEncryption"):
        shaped["sseSpecification"] = _encryption(values["serverSideEncryption"])
    return shaped


def _encryption(stated: Any) -> dict[str, Any]:
    given = stated[0] if isinstance(stated, list) else stated
    key = {"kmsMasterKeyId": given["kmsKeyArn"]} if given.get("kmsKeyArn") else {}
    return {"enabled": bool(given.get("enabled")), **({"sseType": "KMS"} if given.get("enabled") else {}), **key}


def _re_encrypted(values: Values, _: Values) -> Values:
    return {"sseSpecification": _encryption(values.get("serverSideEncryption") or {"enabled": False})}


def _one(values: Values, name: str) -> dict[str, Any]:
    stated = values.get(name) or {}
    return dict(stated[0] if isinstance(stated, list) else stated)


def _ttl(values: Values, _: Values) -> Values:
    stated = _one(values, "ttl")
    specification = {"attributeName": stated.get("attributeName"), "enabled": stated.get("enabled", False)}
    return {"timeToLiveSpecification": specification}


def _recovery(values: Values, _: Values) -> Values:
    enabled = bool(_one(values, "pointInTimeRecovery").get("enabled"))
    return {"pointInTimeRecoverySpecification": {"pointInTimeRecoveryEnabled": enabled}}


TABLE = ResourceType(
    type="aws:dynamodb/table:Table",
    create=ApiCall(
        operation="CreateTable",
        properties=(
            "name",
            "attributes",
            "billingMode",
            "deletionProtectionEnabled",
            "hashKey",
            "rangeKey",
            "readCapacity",
            "writeCapacity",
            "serverSideEncryption",
            "tableClass",
            "tags",
        ),
        transform=_created,
    ),
    id="{name}",
    name="name",
    after_create=(
        ApiCall(
            operation="UpdateTimeToLive",
            properties=("ttl",),
            transform=_ttl,
            parameters={"TableName": "{name}"},
            condition=lambda resource: bool(_one(resource, "ttl")),
        ),
        ApiCall(
            operation="UpdateContinuousBackups",
            properties=("pointInTimeRecovery",),
            transform=_recovery,
            parameters={"TableName": "{name}"},
            condition=lambda resource: bool(_one(resource, "pointInTimeRecovery")),
        ),
    ),
    update=(
        ApiCall(
            operation="UpdateTable",
            properties=("deletionProtectionEnabled", "tableClass"),
            parameters={"TableName": "{name}"},
        ),
        ApiCall(
            operation="UpdateTable",
            properties=("serverSideEncryption",),
            transform=_re_encrypted,
            parameters={"TableName": "{name}"},
        ),
    ),
    replace_on=("name", "hashKey", "rangeKey", "attributes"),
    read=ReadCall(
        operation="DescribeTable",
        parameters={"TableName": "{name}"},
        path="Table",
        outputs={"name": "TableName", "arn": "TableArn", "billingMode": "BillingModeSummary.BillingMode"},
    ),
    delete=(ApiCall(operation="DeleteTable", parameters={"TableName": "{name}"}),),
    outputs={"arn": "arn:{partition}:dynamodb:{region}:{account}:table/{name}"},
    tagging=TagOperations(parameters={"ResourceArn": "{arn}"}),
    not_compared={
        "attributes": "AWS has other names for them",
        "hashKey": "AWS has one list of keys",
        "rangeKey": "AWS has one list of keys",
        "serverSideEncryption": "AWS tells a state where the provider has a switch",
        "ttl": "told by another operation",
        "pointInTimeRecovery": "told by another operation",
        "tableClass": "AWS tells it only where it was changed",
    },
    sample=Sample(
        {
            "name": "sample-table",
            "billingMode": "PAY_PER_REQUEST",
            "hashKey": "id",
            "attributes": [{"name": "id", "type": "S"}],
            "ttl": {"attributeName": "expires", "enabled": True},
            "pointInTimeRecovery": {"enabled": True},
            "serverSideEncryption": {"enabled": True, "kmsKeyArn": "${aws:kms/key:Key.arn}"},
        },
        update={"deletionProtectionEnabled": False, "pointInTimeRecovery": {"enabled": False}},
    ),
)

OPERATIONS: Operations = {
    **on_each(
        "dynamodb",
        _TABLE,
        "DeleteItem",
        "DeleteTable",
        "DescribeContinuousBackups",
        "DescribeTable",
        "DescribeTimeToLive",
        "GetItem",
        "PutItem",
        "Query",
        "Scan",
        "UpdateContinuousBackups",
        "UpdateItem",
        "UpdateTable",
        "UpdateTimeToLive",
    ),
    "CreateTable": (
        *requires("dynamodb:CreateTable", _TABLE, tags="Tags"),
        RequiredAction(action="dynamodb:TagResource", resource=_TABLE, tags="Tags", when="Tags"),
    ),
    "ListTagsOfResource": requires("dynamodb:ListTagsOfResource", "{ResourceArn}"),
    "TagResource": requires("dynamodb:TagResource", "{ResourceArn}", tags="Tags"),
    "UntagResource": requires("dynamodb:UntagResource", "{ResourceArn}", context_keys={"aws:TagKeys": "TagKeys"}),
}

SERVICE = AwsService(name="dynamodb", operations=OPERATIONS, resource_types=(TABLE,))

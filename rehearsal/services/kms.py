"""KMS.

Actions: Service Authorization Reference, "AWS Key Management Service"; KMS Developer Guide, "AWS KMS permissions".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rehearsal.service_model.data_source import CloudControlType, DataSource
from rehearsal.service_model.patches import Patches
from rehearsal.service_model.required_action import (
    ApiRequest,
    Operations,
    RequiredAction,
    RequiredActions,
    Right,
    arn_template,
    requires,
    values,
)
from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType
from rehearsal.service_model.sample import Sample, policy_document
from rehearsal.service_model.service import AwsService
from rehearsal.service_model.tagging import TagOperations

_DEFAULT_POLICY = (
    '{"Version": "2012-10-17", "Id": "key-default-1", "Statement": [{"Sid": "Enable IAM User Permissions", '
    '"Effect": "Allow", "Principal": {"AWS": "arn:{partition}:iam::{account}:root"}, "Action": "kms:*", '
    '"Resource": "*"}]}'
)

# A trail's sample has the same key.
_SAMPLE_PRINCIPAL = {"AWS": "arn:aws:iam::${AWS::AccountId}:root", "Service": "cloudtrail.amazonaws.com"}

KEY = ResourceType(
    type="aws:kms/key:Key",
    create=ApiCall(operation="CreateKey", members={"customerMasterKeySpec": "KeySpec"}),
    id="KeyMetadata.KeyId",
    after_create=(
        ApiCall(
            operation="EnableKeyRotation",
            properties=("enableKeyRotation", "rotationPeriodInDays"),
            members={"enableKeyRotation": "-"},
            condition=lambda resource: bool(resource.get("enableKeyRotation")),
            unset=ApiCall(operation="DisableKeyRotation"),
        ),
        ApiCall(
            operation="DisableKey",
            properties=("isEnabled",),
            members={"isEnabled": "-"},
            condition=lambda resource: resource.get("isEnabled") is False,
            unset=ApiCall(operation="EnableKey"),
        ),
    ),
    read=ReadCall(
        operation="DescribeKey",
        parameters={"KeyId": "{id}"},
        path="KeyMetadata",
        deleted_when="KeyState=='PendingDeletion'",
        outputs={"isEnabled": "Enabled", "customerMasterKeySpec": "KeySpec"},
    ),
    more_reads=(
        ReadCall(
            operation="GetKeyPolicy",
            parameters={"KeyId": "{id}", "PolicyName": "default"},
            outputs={"policy": "Policy"},
            only_outputs=True,
        ),
        ReadCall(
            operation="GetKeyRotationStatus",
            parameters={"KeyId": "{id}"},
            outputs={"enableKeyRotation": "KeyRotationEnabled", "rotationPeriodInDays": "RotationPeriodInDays"},
            only_outputs=True,
        ),
    ),
    update=(
        ApiCall(
            operation="PutKeyPolicy", properties=("policy",), parameters={"KeyId": "{id}", "PolicyName": "default"}
        ),
        ApiCall(operation="UpdateKeyDescription", properties=("description",), parameters={"KeyId": "{id}"}),
    ),
    delete=(
        ApiCall(
            operation="ScheduleKeyDeletion",
            parameters={"KeyId": "{id}", "PendingWindowInDays": "{deletionWindowInDays}"},
        ),
    ),
    outputs={"keyId": "{id}"},
    not_sent={
        "deletionWindowInDays": "sent when the key is deleted",
        "bypassPolicyLockoutSafetyCheck": "the in-memory AWS has no lockout check to bypass",
    },
    sample=Sample(
        {
            "description": "Sample",
            "enableKeyRotation": True,
            "deletionWindowInDays": 7,
            "policy": policy_document("kms:*", principal=_SAMPLE_PRINCIPAL),
        },
        update={"description": "Sample, described again", "enableKeyRotation": False},
    ),
)

ALIAS = ResourceType(
    type="aws:kms/alias:Alias",
    create=ApiCall(operation="CreateAlias"),
    id="{name}",
    name="name",
    generated_name=lambda name, _: name if name.startswith("alias/") else f"alias/{name}",
    read=ReadCall(operation="ListAliases", path="Aliases[?AliasName=='{name}'] | [0]"),
    more_reads=(
        ReadCall(
            operation="DescribeKey",
            parameters={"KeyId": "{targetKeyId}"},
            path="KeyMetadata",
            outputs={"targetKeyArn": "Arn"},
            only_outputs=True,
        ),
    ),
    update=(ApiCall(operation="UpdateAlias"),),
    replace_on=("name",),
    delete=(ApiCall(operation="DeleteAlias"),),
    not_compared={"targetKeyId": "an id or an ARN, as the program gave it"},
    sample=Sample(
        {"name": "alias/sample", "targetKeyId": "${aws:kms/key:Key.keyId}"},
        no_update="it would need a second key",
    ),
)

# The policy of a key that the stack did not make. AWS has no policy to delete: the provider puts the default one back
# (terraform-provider-aws internal/service/kms/key_policy.go), by which the account's own identity policies decide.
KEY_POLICY = ResourceType(
    type="aws:kms/keyPolicy:KeyPolicy",
    create=ApiCall(operation="PutKeyPolicy", parameters={"PolicyName": "default"}),
    id="{keyId}",
    read=ReadCall(
        operation="GetKeyPolicy",
        parameters={"KeyId": "{keyId}", "PolicyName": "default"},
        outputs={"policy": "Policy"},
        only_outputs=True,
    ),
    update=(
        ApiCall(
            operation="PutKeyPolicy", properties=("policy",), parameters={"KeyId": "{keyId}", "PolicyName": "default"}
        ),
    ),
    delete=(
        ApiCall(
            operation="PutKeyPolicy",
            parameters={"KeyId": "{keyId}", "PolicyName": "default", "Policy": _DEFAULT_POLICY},
        ),
    ),
    replace_on=("keyId",),
    stays="a key always has a policy: the default one is put back",
    not_sent={"bypassPolicyLockoutSafetyCheck": "the in-memory AWS has no lockout check to bypass"},
    sample=Sample(
        {
            "keyId": "${aws:kms/key:Key.keyId}",
            "policy": policy_document("kms:*", principal=_SAMPLE_PRINCIPAL),
        },
        no_update="the sample of the key has the same policy",
    ),
)

_KEY_ARN = arn_template("kms", "key/{KeyId}")


def _key(*actions: str, **more: Any) -> RequiredActions:
    return tuple(RequiredAction(action=f"kms:{each}", resource=_KEY_ARN, **more) for each in actions)


def _aliasing(*members: str) -> RequiredActions:
    """An alias needs the right on itself and on each key that it points at.

    Source: KMS Developer Guide, "Controlling access to aliases".
    """

    def both(request: ApiRequest) -> list[Right]:
        keys = [key for member in members for key in values(request.parameters, member)]
        alias = arn_template("kms", "{AliasName}")
        action = f"kms:{request.operation}"
        found = RequiredAction(action=action, resource=alias).rights(request)
        base = f"arn:{request.partition}:kms:{request.region}:{request.account}:key/"
        return [*found, *(Right(action=action, resource=k if k.startswith("arn:") else base + k) for k in keys)]

    return (both,)


OPERATIONS: Operations = {
    "CancelKeyDeletion": _key("CancelKeyDeletion"),
    "CreateAlias": _aliasing("TargetKeyId"),
    "CreateGrant": _key("CreateGrant", context_keys={"kms:GranteePrincipal": "GranteePrincipal"}),
    # The key does not exist yet; tags at creation are a right of their own (OPERATIONS tagging-keys).
    "CreateKey": (
        *requires("kms:CreateKey", tags="Tags"),
        RequiredAction(action="kms:TagResource", resource=arn_template("kms", "key/*"), tags="Tags", when="Tags"),
    ),
    "Decrypt": _key("Decrypt"),
    # The key behind the alias: the decision looks it up.
    "DeleteAlias": _aliasing("AliasName"),
    "DescribeKey": _key("DescribeKey"),
    "DisableKey": _key("DisableKey"),
    "DisableKeyRotation": _key("DisableKeyRotation"),
    "EnableKey": _key("EnableKey"),
    "EnableKeyRotation": _key("EnableKeyRotation"),
    "Encrypt": _key("Encrypt"),
    "GenerateDataKey": _key("GenerateDataKey"),
    "GenerateMac": _key("GenerateMac", context_keys={"kms:MacAlgorithm": "MacAlgorithm"}),
    "GetKeyPolicy": _key("GetKeyPolicy"),
    "GetKeyRotationStatus": _key("GetKeyRotationStatus"),
    "ListAliases": requires("kms:ListAliases"),
    "ListGrants": _key("ListGrants"),
    "ListKeys": requires("kms:ListKeys"),
    "ListResourceTags": _key("ListResourceTags"),
    "PutKeyPolicy": _key("PutKeyPolicy"),
    "ScheduleKeyDeletion": _key("ScheduleKeyDeletion"),
    "TagResource": _key("TagResource", tags="Tags"),
    "UntagResource": _key("UntagResource"),
    "UpdateAlias": _aliasing("TargetKeyId"),
    "UpdateKeyDescription": _key("UpdateKeyDescription"),
    "VerifyMac": _key("VerifyMac", context_keys={"kms:MacAlgorithm": "MacAlgorithm"}),
}

DATA_SOURCES = {
    "aws:kms/getKey:getKey": DataSource(
        operation="DescribeKey",
        parameters=lambda arguments: {"KeyId": arguments["keyId"]},
        path="KeyMetadata",
        outputs={
            "arn": "Arn",
            "awsAccountId": "AWSAccountId",
            "enabled": "Enabled",
            "keyState": "KeyState",
            "keyManager": "KeyManager",
            "keySpec": "KeySpec",
            # moto leaves the usage out, but not the algorithms of it.
            "keyUsage": "KeyUsage || (EncryptionAlgorithms && 'ENCRYPT_DECRYPT') || 'SIGN_VERIFY'",
        },
    ),
}
# Property names: CloudFormation Template Reference, "AWS::KMS::Key".
CLOUD_CONTROL = CloudControlType(
    identifier="KeyId",
    properties={
        "EnableKeyRotation": ("GetKeyRotationStatus", "KeyRotationEnabled"),
        "Tags": ("ListResourceTags", "Tags[].{Key: TagKey, Value: TagValue}"),
    },
)


def patch(patches: Patches) -> None:
    """Ids of keys of several regions are mrk- and 32 digits, where moto asks for hyphens between them."""
    from moto.kms.responses import KmsResponse

    patches.wrap(KmsResponse, "_validate_cmk_id", known_key)


def known_key(original: Callable[..., None], response: Any, key_id: str) -> None:
    """A key that is there is a key, whatever the form of its id."""
    if key_id not in response.kms_backend.keys:
        original(response, key_id)


SERVICE = AwsService(
    name="kms",
    patch=patch,
    operations=OPERATIONS,
    resource_types=(KEY, ALIAS, KEY_POLICY),
    tagging=TagOperations(parameters={"KeyId": "{keyId}"}),
    data_sources=DATA_SOURCES,
    cloud_control_types={"AWS::KMS::Key": CLOUD_CONTROL},
)

"""KMS: customer managed keys and their aliases."""

from __future__ import annotations

from rehearsal.engine.table.row import Call, Read, Row

_DEFAULT_POLICY = (
    '{"Version": "2012-10-17", "Id": "key-default-1", "Statement": [{"Sid": "Enable IAM User Permissions", '
    '"Effect": "Allow", "Principal": {"AWS": "arn:{partition}:iam::{account}:root"}, "Action": "kms:*", '
    '"Resource": "*"}]}'
)

KEY = Row(
    type="aws:kms/key:Key",
    service="kms",
    create=Call(operation="CreateKey", places={"customerMasterKeySpec": "KeySpec"}),
    id="KeyMetadata.KeyId",
    then=(
        Call(
            operation="EnableKeyRotation",
            takes=("enableKeyRotation", "rotationPeriodInDays"),
            places={"enableKeyRotation": "-"},
            when=lambda known: bool(known.get("enableKeyRotation")),
            unset=Call(operation="DisableKeyRotation"),
        ),
        Call(
            operation="DisableKey",
            takes=("isEnabled",),
            places={"isEnabled": "-"},
            when=lambda known: known.get("isEnabled") is False,
            unset=Call(operation="EnableKey"),
        ),
    ),
    read=Read(
        operation="DescribeKey",
        fills={"KeyId": "{id}"},
        at="KeyMetadata",
        gone="KeyState=='PendingDeletion'",
        gives={"isEnabled": "Enabled", "customerMasterKeySpec": "KeySpec"},
    ),
    also=(
        Read(
            operation="GetKeyPolicy",
            fills={"KeyId": "{id}", "PolicyName": "default"},
            gives={"policy": "Policy"},
            only_gives=True,
        ),
        Read(
            operation="GetKeyRotationStatus",
            fills={"KeyId": "{id}"},
            gives={"enableKeyRotation": "KeyRotationEnabled", "rotationPeriodInDays": "RotationPeriodInDays"},
            only_gives=True,
        ),
    ),
    update=(
        Call(operation="PutKeyPolicy", takes=("policy",), fills={"KeyId": "{id}", "PolicyName": "default"}),
        Call(operation="UpdateKeyDescription", takes=("description",), fills={"KeyId": "{id}"}),
    ),
    delete=(
        Call(
            operation="ScheduleKeyDeletion",
            fills={"KeyId": "{id}", "PendingWindowInDays": "{deletionWindowInDays}"},
        ),
    ),
    gives={"keyId": "{id}"},
    ignored={
        "deletionWindowInDays": "sent when the key is deleted",
        "bypassPolicyLockoutSafetyCheck": "the in-memory AWS has no lockout check to bypass",
    },
)

ALIAS = Row(
    type="aws:kms/alias:Alias",
    service="kms",
    create=Call(operation="CreateAlias"),
    id="{name}",
    name="name",
    read=Read(operation="ListAliases", at="Aliases[?AliasName=='{name}'] | [0]"),
    also=(
        Read(
            operation="DescribeKey",
            fills={"KeyId": "{targetKeyId}"},
            at="KeyMetadata",
            gives={"targetKeyArn": "Arn"},
            only_gives=True,
        ),
    ),
    update=(Call(operation="UpdateAlias"),),
    replaces=("name",),
    delete=(Call(operation="DeleteAlias"),),
    unread={"targetKeyId": "an id or an ARN, as the program gave it"},
)

# The policy of a key that the stack did not make. AWS has no policy to delete: the provider puts the default one back
# (terraform-provider-aws internal/service/kms/key_policy.go), by which the account's own identity policies decide.
KEY_POLICY = Row(
    type="aws:kms/keyPolicy:KeyPolicy",
    service="kms",
    create=Call(operation="PutKeyPolicy", fills={"PolicyName": "default"}),
    id="{keyId}",
    read=Read(
        operation="GetKeyPolicy",
        fills={"KeyId": "{keyId}", "PolicyName": "default"},
        gives={"policy": "Policy"},
        only_gives=True,
    ),
    update=(Call(operation="PutKeyPolicy", takes=("policy",), fills={"KeyId": "{keyId}", "PolicyName": "default"}),),
    delete=(
        Call(
            operation="PutKeyPolicy",
            fills={"KeyId": "{keyId}", "PolicyName": "default", "Policy": _DEFAULT_POLICY},
        ),
    ),
    replaces=("keyId",),
    ignored={"bypassPolicyLockoutSafetyCheck": "the in-memory AWS has no lockout check to bypass"},
)

ROWS = (KEY, ALIAS, KEY_POLICY)

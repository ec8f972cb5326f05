"""AWS Config. Actions and condition keys: Service Authorization Reference, "AWS Config"."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rehearsal.service_model.admission import PolicyCaller, admits
from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.emulator import parameters
from rehearsal.service_model.patches import Patches
from rehearsal.service_model.required_action import Operations, arn_template, on_each, pass_role, requires, tag_actions
from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType, create_or_update
from rehearsal.service_model.sample import Sample
from rehearsal.service_model.service import AwsService
from rehearsal.service_model.tagging import TagOperations

_RECORDER = {"ConfigurationRecorderName": "{name}"}

RECORDER = ResourceType(
    type="aws:cfg/recorder:Recorder",
    read_after_create=False,
    **create_or_update(
        "PutConfigurationRecorder",
        members={
            "name": "ConfigurationRecorder.name",
            "roleArn": "ConfigurationRecorder.roleARN",
            "recordingGroup": "ConfigurationRecorder.recordingGroup",
            "recordingMode": "ConfigurationRecorder.recordingMode",
        },
    ),
    id="{name}",
    name="name",
    replace_on=("name",),
    read=ReadCall(
        operation="DescribeConfigurationRecorders",
        parameters={"ConfigurationRecorderNames": ["{name}"]},
        path="ConfigurationRecorders[0]",
    ),
    delete=(ApiCall(operation="DeleteConfigurationRecorder", parameters=_RECORDER),),
    sample=Sample(
        {
            "name": "sample-recorder",
            "roleArn": "${aws:iam/serviceLinkedRole:ServiceLinkedRole.arn}",
            "recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": True},
        },
        update={"recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": False}},
    ),
)

_CHANNEL = {"DeliveryChannelName": "{name}"}

CHANNEL = ResourceType(
    type="aws:cfg/deliveryChannel:DeliveryChannel",
    read_after_create=False,
    **create_or_update(
        "PutDeliveryChannel",
        members={
            "name": "DeliveryChannel.name",
            "s3BucketName": "DeliveryChannel.s3BucketName",
            "s3KeyPrefix": "DeliveryChannel.s3KeyPrefix",
            "s3KmsKeyArn": "DeliveryChannel.s3KmsKeyArn",
            "snsTopicArn": "DeliveryChannel.snsTopicARN",
            "snapshotDeliveryProperties": "DeliveryChannel.configSnapshotDeliveryProperties",
        },
    ),
    id="{name}",
    name="name",
    replace_on=("name",),
    read=ReadCall(
        operation="DescribeDeliveryChannels",
        parameters={"DeliveryChannelNames": ["{name}"]},
        path="DeliveryChannels[0]",
    ),
    delete=(ApiCall(operation="DeleteDeliveryChannel", parameters=_CHANNEL),),
    not_compared={"s3KmsKeyArn": "the in-memory AWS keeps no key of a channel"},
    sample=Sample(
        {"name": "sample-channel", "s3BucketName": "${aws:s3/bucket:Bucket.bucket}"},
        update={"s3KeyPrefix": "config"},
        depends_on=("aws:cfg/recorder:Recorder", "aws:s3/bucketPolicy:BucketPolicy"),
    ),
)

RECORDER_STATUS = ResourceType(
    type="aws:cfg/recorderStatus:RecorderStatus",
    read_after_create=False,
    create=ApiCall(
        operation="StartConfigurationRecorder",
        members={"isEnabled": "-"},
        parameters=_RECORDER,
        properties=("isEnabled",),
    ),
    id="{name}",
    read=ReadCall(
        operation="DescribeConfigurationRecorderStatus",
        parameters={"ConfigurationRecorderNames": ["{name}"]},
        path="ConfigurationRecordersStatus[0]",
        outputs={"isEnabled": "recording"},
    ),
    replace_on=("name", "isEnabled"),
    delete=(ApiCall(operation="StopConfigurationRecorder", parameters=_RECORDER),),
    sample=Sample(
        {"name": "${aws:cfg/recorder:Recorder.name}", "isEnabled": True},
        depends_on=("aws:cfg/deliveryChannel:DeliveryChannel",),
    ),
)

_RULE = {"ConfigRuleName": "{name}"}

RULE = ResourceType(
    type="aws:cfg/rule:Rule",
    read_after_create=False,
    **create_or_update(
        "PutConfigRule",
        members={
            "name": "ConfigRule.ConfigRuleName",
            "description": "ConfigRule.Description",
            "inputParameters": "ConfigRule.InputParameters",
            "maximumExecutionFrequency": "ConfigRule.MaximumExecutionFrequency",
            "scope": "ConfigRule.Scope",
            "source": "ConfigRule.Source",
        },
    ),
    id="{name}",
    name="name",
    replace_on=("name",),
    read=ReadCall(operation="DescribeConfigRules", parameters={"ConfigRuleNames": ["{name}"]}, path="ConfigRules[0]"),
    delete=(ApiCall(operation="DeleteConfigRule", parameters=_RULE),),
    outputs={"arn": "arn:{partition}:config:{region}:{account}:config-rule/{name}"},
    tagging=TagOperations(parameters={"ResourceArn": "{arn}"}),
    sample=Sample(
        {
            "name": "sample-rule",
            "source": {"owner": "AWS", "sourceIdentifier": "CMK_BACKING_KEY_ROTATION_ENABLED"},
        },
        update={"description": "Keys rotate"},
        depends_on=("aws:cfg/recorderStatus:RecorderStatus",),
    ),
)

# Ids in these ARNs are AWS's own; requests name the thing otherwise.
_RECORDER_ARN = arn_template("config", "configuration-recorder/*")

_RULE_ARN = arn_template("config", "config-rule/*")

OPERATIONS: Operations = {
    **on_each(
        "config",
        _RECORDER_ARN,
        "DeleteConfigurationRecorder",
        "DescribeConfigurationRecorderStatus",
        "DescribeConfigurationRecorders",
        "StartConfigurationRecorder",
        "StopConfigurationRecorder",
    ),
    **on_each(
        "config", "*", "DeleteDeliveryChannel", "DescribeConfigRules", "DescribeDeliveryChannels", "PutDeliveryChannel"
    ),
    **on_each("config", _RULE_ARN, "DeleteConfigRule"),
    **tag_actions("config", "{ResourceArn}", "TagKeys"),
    "PutConfigRule": requires("config:PutConfigRule", _RULE_ARN, tags="Tags"),
    "PutConfigurationRecorder": (
        *requires("config:PutConfigurationRecorder", _RECORDER_ARN, tags="Tags"),
        pass_role("ConfigurationRecorder.roleARN", "config.amazonaws.com"),
    ),
}

_PRINCIPAL = "config.amazonaws.com"
# With this role AWS Config delivers as itself: the role has no right on buckets (AWS Config Developer Guide,
# "Permissions for the Amazon S3 Bucket for the AWS Config Delivery Channel").
_LINKED = "/aws-service-role/config.amazonaws.com/"


def patch(patches: Patches) -> None:
    """A delivery channel is made only where AWS Config reaches the bucket and the key."""
    from moto.config.responses import ConfigResponse

    patches.wrap(ConfigResponse, "put_delivery_channel", _checked)


def _checked(original: Callable[..., str], response: Any) -> str:
    given, backend = parameters(response)["DeliveryChannel"], response.config_backend
    if any(_LINKED in str(recorder.role_arn) for recorder in backend.recorders.values()):
        bucket, key = str(given.get("s3BucketName", "")), str(given.get("s3KmsKeyArn") or "")
        config_must_reach_its_bucket_and_key(backend.partition, response.current_account, response.region, bucket, key)
    return original(response)


@aws_behavior(
    'AWS Config Developer Guide, "Permissions for the Amazon S3 Bucket for the AWS Config Delivery Channel"',
    'AWS Config Developer Guide, "Permissions for the KMS Key for the AWS Config Delivery Channel"',
    "botocore, config InsufficientDeliveryPolicyException",
)
def config_must_reach_its_bucket_and_key(partition: str, account: str, region: str, bucket: str, key: str) -> None:
    """AWS Config takes a delivery channel only where bucket and key let it write for the account.

    Raises its error with the action that is refused.
    """
    from moto.core.exceptions import JsonRESTError
    from moto.kms.models import kms_backends
    from moto.s3.models import s3_backends

    found = s3_backends[account][partition].buckets.get(bucket)
    if found is None:
        raise JsonRESTError("NoSuchBucketException", f"bucket {bucket} does not exist")
    written = {"s3:x-amz-acl": "bucket-owner-full-control"}
    needs: list[tuple[str | bytes | None, str, str, dict[str, str]]] = [
        (found.policy, "s3:GetBucketAcl", found.arn, {}),
        (found.policy, "s3:ListBucket", found.arn, {}),
        (found.policy, "s3:PutObject", f"{found.arn}/AWSLogs/{account}/Config/ConfigWritabilityCheckFile", written),
    ]
    if key:
        backend = kms_backends[account][region]
        held = backend.keys[backend.any_id_to_key_id(key)]
        needs += [(held.policy, action, held.arn, {}) for action in ("kms:GenerateDataKey", "kms:Decrypt")]
    for policy, action, arn, context in needs:
        sent = {**context, "aws:SourceAccount": account, "aws:SecureTransport": "true"}
        if not admits(policy, PolicyCaller(service=_PRINCIPAL, context=sent), action, arn):
            message = f"{_PRINCIPAL} may not {action} on {arn} for account {account}"
            raise JsonRESTError("InsufficientDeliveryPolicyException", message)


SERVICE = AwsService(
    name="config",
    operations=OPERATIONS,
    resource_types=(RECORDER, CHANNEL, RECORDER_STATUS, RULE),
    patch=patch,
)

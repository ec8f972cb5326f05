"""AWS Config. Actions and condition keys: Service Authorization Reference, "AWS Config"."""

from __future__ import annotations

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
        depends_on=("aws:cfg/recorder:Recorder",),
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

SERVICE = AwsService(
    name="config",
    operations=OPERATIONS,
    resource_types=(RECORDER, CHANNEL, RECORDER_STATUS, RULE),
)

"""CloudWatch Logs. Actions: Service Authorization Reference, "Amazon CloudWatch Logs"."""

from __future__ import annotations

from typing import Any

from rehearsal.service_model.emulator import parameters
from rehearsal.service_model.patches import Patches
from rehearsal.service_model.required_action import Operations, RequiredAction, arn_template, on_each, requires
from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType
from rehearsal.service_model.sample import Sample
from rehearsal.service_model.service import AwsService
from rehearsal.service_model.tagging import TagOperations

LOG_GROUP = ResourceType(
    type="aws:cloudwatch/logGroup:LogGroup",
    read_after_create=False,
    create=ApiCall(operation="CreateLogGroup", members={"name": "logGroupName"}),
    id="{name}",
    name="name",
    after_create=(
        ApiCall(
            operation="PutRetentionPolicy",
            properties=("retentionInDays",),
            parameters={"logGroupName": "{name}"},
            condition=lambda resource: bool(resource.get("retentionInDays")),
            unset=ApiCall(operation="DeleteRetentionPolicy", parameters={"logGroupName": "{name}"}),
        ),
    ),
    read=ReadCall(
        operation="DescribeLogGroups",
        parameters={"logGroupNamePrefix": "{name}"},
        path="logGroups[?logGroupName=='{name}'] | [0]",
    ),
    update=(
        ApiCall(
            operation="AssociateKmsKey",
            properties=("kmsKeyId",),
            parameters={"logGroupName": "{name}"},
            unset=ApiCall(operation="DisassociateKmsKey", parameters={"logGroupName": "{name}"}),
        ),
    ),
    delete=(
        ApiCall(
            operation="DeleteLogGroup",
            parameters={"logGroupName": "{name}"},
            condition=lambda resource: not resource.get("skipDestroy"),
        ),
    ),
    outputs={"arn": "arn:{partition}:logs:{region}:{account}:log-group:{name}"},
    not_sent={"skipDestroy": "the engine's own: read when the group is deleted"},
    sample=Sample(
        {"name": "/sample/logs", "retentionInDays": 30, "kmsKeyId": "${aws:kms/key:Key.arn}"},
        update={"retentionInDays": 90},
    ),
)

# What concerns a group as a whole is asked of its streams, save for tags. Source: CloudWatch Logs User Guide, page
# iam-access-control-overview-cwl.
_STREAMS = arn_template("logs", "log-group:{logGroupName}:log-stream:")

_GROUP = arn_template("logs", "log-group:{logGroupName}")
_STREAM = arn_template("logs", "log-group:{logGroupName}:log-stream:{logStreamName}")

OPERATIONS: Operations = {
    **on_each(
        "logs",
        _STREAMS,
        "AssociateKmsKey",
        "DeleteLogGroup",
        "DeleteRetentionPolicy",
        "DescribeLogStreams",
        "DisassociateKmsKey",
        "FilterLogEvents",
        "PutRetentionPolicy",
    ),
    **on_each("logs", _STREAM, "CreateLogStream", "GetLogEvents", "PutLogEvents"),
    "CreateLogGroup": (
        *requires("logs:CreateLogGroup", _STREAMS, tags="tags"),
        RequiredAction(action="logs:TagResource", resource=_GROUP, tags="tags", when="tags"),
    ),
    "DescribeLogGroups": requires("logs:DescribeLogGroups"),
    "ListTagsForResource": requires("logs:ListTagsForResource", "{resourceArn}"),
    "TagResource": requires("logs:TagResource", "{resourceArn}", tags="tags"),
    "UntagResource": requires("logs:UntagResource", "{resourceArn}", context_keys={"aws:TagKeys": "tagKeys"}),
}


def patch(patches: Patches) -> None:
    """A group's key after it was made, which moto lacks."""
    from moto.logs.responses import LogsResponse

    patches.add(LogsResponse, associate_kms_key, disassociate_kms_key)


def associate_kms_key(instance: Any) -> str:
    """AssociateKmsKey."""
    _group(instance).kms_key_id = parameters(instance)["kmsKeyId"]
    return ""


def disassociate_kms_key(instance: Any) -> str:
    """DisassociateKmsKey."""
    _group(instance).kms_key_id = None
    return ""


def _group(instance: Any) -> Any:
    from moto.logs.exceptions import ResourceNotFoundException

    group = instance.logs_backend.groups.get(parameters(instance)["logGroupName"])
    if group is None:
        raise ResourceNotFoundException()
    return group


SERVICE = AwsService(
    name="logs",
    operations=OPERATIONS,
    resource_types=(LOG_GROUP,),
    tagging=TagOperations(parameters={"resourceArn": "{arn}"}),
    patch=patch,
)

"""CloudTrail. Actions and condition keys: Service Authorization Reference, "AWS CloudTrail"."""

from __future__ import annotations

from rehearsal.service_model.required_action import (
    Operations,
    RequiredAction,
    arn_template,
    on_each,
    pass_role,
    requires,
)
from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType
from rehearsal.service_model.sample import Sample
from rehearsal.service_model.service import AwsService
from rehearsal.service_model.tagging import TagOperations

_TRAIL = {"Name": "{name}"}

TRAIL = ResourceType(
    type="aws:cloudtrail/trail:Trail",
    create=ApiCall(
        operation="CreateTrail",
        members={"cloudWatchLogsGroupArn": "CloudWatchLogsLogGroupArn"},
        defaults={"includeGlobalServiceEvents": True},
    ),
    id="TrailARN",
    name="name",
    after_create=(
        ApiCall(
            operation="PutEventSelectors",
            properties=("advancedEventSelectors", "eventSelectors"),
            parameters={"TrailName": "{name}"},
            members={
                "advancedEventSelectors.fieldSelectors.startsWiths": "StartsWith",
                "advancedEventSelectors.fieldSelectors.notStartsWiths": "NotStartsWith",
            },
        ),
        ApiCall(
            operation="StartLogging",
            properties=("enableLogging",),
            members={"enableLogging": "-"},
            parameters=_TRAIL,
            condition=lambda resource: resource.get("enableLogging") is not False,
            unset=ApiCall(operation="StopLogging", parameters=_TRAIL),
        ),
    ),
    read=ReadCall(
        operation="GetTrail",
        parameters=_TRAIL,
        path="Trail",
        outputs={"enableLogFileValidation": "LogFileValidationEnabled", "arn": "TrailARN"},
    ),
    more_reads=(
        ReadCall(
            operation="GetTrailStatus",
            parameters=_TRAIL,
            outputs={"enableLogging": "IsLogging"},
            only_outputs=True,
        ),
    ),
    update=(ApiCall(operation="UpdateTrail", members={"cloudWatchLogsGroupArn": "CloudWatchLogsLogGroupArn"}),),
    delete=(ApiCall(operation="DeleteTrail", parameters=_TRAIL),),
    outputs={"arn": "TrailARN", "homeRegion": "{region}"},
    tagging=TagOperations(
        tag="AddTags", untag="RemoveTags", parameters={"ResourceId": "{arn}"}, members={"tags": "TagsList"}
    ),
    sample=Sample(
        {
            "name": "sample-trail",
            "s3BucketName": "${aws:s3/bucket:Bucket.bucket}",
            "kmsKeyId": "${aws:kms/key:Key.arn}",
            "isMultiRegionTrail": True,
            "enableLogFileValidation": True,
            "advancedEventSelectors": [
                {
                    "name": "Objects",
                    "fieldSelectors": [
                        {"field": "eventCategory", "equals": ["Data"]},
                        {"field": "resources.type", "equals": ["AWS::S3::Object"]},
                        {
                            "field": "resources.ARN",
                            "startsWiths": ["arn:aws:s3:::sample-"],
                            "notStartsWiths": ["arn:aws:s3:::x-"],
                        },
                    ],
                }
            ],
        },
        update={"enableLogFileValidation": False},
    ),
)

_TRAIL_ARN = arn_template("cloudtrail", "trail/{Name}")
_SELECTED_ARN = arn_template("cloudtrail", "trail/{TrailName}")

OPERATIONS: Operations = {
    **on_each("cloudtrail", _TRAIL_ARN, "DeleteTrail", "GetTrail", "GetTrailStatus", "StartLogging", "StopLogging"),
    **on_each(
        "cloudtrail",
        _SELECTED_ARN,
        "GetEventSelectors",
        "GetInsightSelectors",
        "PutEventSelectors",
        "PutInsightSelectors",
    ),
    "AddTags": requires("cloudtrail:AddTags", "{ResourceId}", tags="TagsList"),
    "CreateTrail": (
        *requires("cloudtrail:CreateTrail", _TRAIL_ARN, tags="TagsList"),
        RequiredAction(action="cloudtrail:AddTags", resource=_TRAIL_ARN, tags="TagsList", when="TagsList"),
        pass_role("CloudWatchLogsRoleArn", "cloudtrail.amazonaws.com"),
    ),
    "DescribeTrails": requires("cloudtrail:DescribeTrails"),
    "ListTags": requires("cloudtrail:ListTags", "{ResourceIdList}"),
    "RemoveTags": requires("cloudtrail:RemoveTags", "{ResourceId}"),
    "UpdateTrail": (
        *requires("cloudtrail:UpdateTrail", _TRAIL_ARN),
        pass_role("CloudWatchLogsRoleArn", "cloudtrail.amazonaws.com"),
    ),
}

SERVICE = AwsService(
    name="cloudtrail",
    operations=OPERATIONS,
    resource_types=(TRAIL,),
)

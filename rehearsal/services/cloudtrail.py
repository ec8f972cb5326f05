"""CloudTrail. Actions and condition keys: Service Authorization Reference, "AWS CloudTrail"."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rehearsal.service_model.admission import PolicyCaller, admits
from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.emulator import parameters, records
from rehearsal.service_model.patches import Patches
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
        depends_on=("aws:s3/bucketPolicy:BucketPolicy",),
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

_PRINCIPAL = "cloudtrail.amazonaws.com"
# One thing that CloudTrail does to a bucket or a key: policy, action, ARN, condition keys.
_Need = tuple[Any, str, str, Mapping[str, str]]


def patch(patches: Patches) -> None:
    """Trails are made and changed only where CloudTrail reaches the bucket and the key."""
    from moto.cloudtrail.models import CloudTrailBackend
    from moto.cloudtrail.responses import CloudTrailResponse
    from moto.s3.models import S3Backend

    patches.wrap(CloudTrailBackend, "delete_trail", _delete_trail)
    patches.wrap(S3Backend, "delete_bucket", trail_delivers_after_its_deletion)
    patches.wrap(CloudTrailResponse, "create_trail", _checked)
    patches.wrap(CloudTrailResponse, "update_trail", _checked)


# How often a bucket still gets logs when it is about to be deleted, after the trail that filled it.
_LATE = 2


def _delete_trail(original: Callable[..., Any], backend: Any, name: str) -> Any:
    from moto.s3.models import s3_backends

    trail = backend.trails.get(name)
    if trail is not None:
        records(s3_backends[backend.account_id]["aws"], "late-logs")[trail.bucket_name] = {"left": _LATE}
    return original(backend, name)


@aws_behavior(
    'AWS CloudTrail User Guide, "Working with CloudTrail log files": events come within minutes, not at once',
    'AWS CloudTrail User Guide, "Deleting a trail": log files are delivered until then, and stay in the bucket',
)
def trail_delivers_after_its_deletion(original: Callable[..., Any], backend: Any, bucket_name: str) -> Any:
    """A trail's bucket still gets logs of the last minutes when the trail is gone, even once it was emptied."""
    late = records(backend, "late-logs").get(bucket_name, {"left": 0})
    if late["left"]:
        late["left"] -= 1
        backend.put_object(bucket_name, f"AWSLogs/{backend.account_id}/CloudTrail/late-{late['left']}.json.gz", b"{}")
    return original(backend, bucket_name)


def _checked(original: Callable[..., str], response: Any) -> str:
    given, backend = parameters(response), response.cloudtrail_backend
    name = str(given["Name"]).rpartition("/")[2]
    before = backend.trails.get(name)
    bucket = given.get("S3BucketName") or (before.bucket_name if before else "")
    key = given.get("KmsKeyId") or (before.kms_key_id if before else "")
    arn = f"arn:{backend.partition}:cloudtrail:{response.region}:{response.current_account}:trail/{name}"
    trail_must_reach_its_bucket_and_key(arn, str(bucket), str(key or ""))
    return original(response)


@aws_behavior(
    'AWS CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail"',
    'AWS CloudTrail User Guide, "Configure AWS KMS key policies for CloudTrail"',
)
def trail_must_reach_its_bucket_and_key(trail: str, bucket: str, key: str) -> None:
    """CloudTrail makes and changes a trail only where bucket and key let it write, and decrypt with a bucket key.

    Raises CloudTrail's error with the action that is refused.
    """
    from moto.core.exceptions import JsonRESTError
    from moto.s3.models import s3_backends

    partition, account = trail.split(":")[1], trail.split(":")[4]
    found = s3_backends[account][partition].buckets.get(bucket)
    if found is None:
        return  # the emulator's own error says so
    error = "InsufficientS3BucketPolicyException"
    for number, need in enumerate((*_of_bucket(found, account), *_of_key(found, trail, key))):
        policy, action, arn, context = need
        error = error if number < 2 else "InsufficientEncryptionPolicyException"
        caller = PolicyCaller(service=_PRINCIPAL, context={**context, "aws:SourceArn": trail})
        if not admits(policy, caller, action, arn):
            raise JsonRESTError(error, f"{_PRINCIPAL} may not {action} on {arn} for {trail}")


def _of_bucket(bucket: Any, account: str) -> Iterator[_Need]:
    policy, arn = bucket.policy, bucket.arn
    secure = {"aws:SecureTransport": "true"}
    yield policy, "s3:GetBucketAcl", arn, secure
    written = {**secure, "s3:x-amz-acl": "bucket-owner-full-control"}
    yield policy, "s3:PutObject", f"{arn}/AWSLogs/{account}/CloudTrail/file", written


def _of_key(bucket: Any, trail: str, key: str) -> Iterator[_Need]:
    from moto.kms.models import kms_backends

    if not key:
        return
    _, _, _, region, account, _ = trail.split(":", 5)
    backend = kms_backends[account][region]
    held = backend.keys[backend.any_id_to_key_id(key)]
    yield held.policy, "kms:DescribeKey", held.arn, {}
    yield held.policy, "kms:GenerateDataKey", held.arn, {"kms:EncryptionContext:aws:cloudtrail:arn": trail}
    rule = (bucket.encryption or {}).get("Rule") or {}
    if str(rule.get("BucketKeyEnabled")).lower() == "true":
        # In which context the page does not say.
        yield held.policy, "kms:Decrypt", held.arn, {}


SERVICE = AwsService(
    name="cloudtrail",
    operations=OPERATIONS,
    resource_types=(TRAIL,),
    patch=patch,
)

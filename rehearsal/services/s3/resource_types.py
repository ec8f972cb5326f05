"""S3: buckets, what is set on them, and objects."""

from __future__ import annotations

from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType, Send, Values, create_or_update
from rehearsal.service_model.sample import Sample, SampleArchive, policy_document
from rehearsal.service_model.tagging import TagOperations

_BUCKET = {"Bucket": "{bucket}"}


def _with_region(values: Values, resource: Values) -> Values:
    """Every region but the first is named as a constraint."""
    if resource["region"] == "us-east-1":
        return values
    return {**values, "createBucketConfiguration": {"locationConstraint": resource["region"]}}


def _empty_bucket(send: Send, resource: Values) -> None:
    if resource.get("forceDestroy"):
        _delete_versions(send, resource, "")


def _delete_object_versions(send: Send, resource: Values) -> None:
    """In a versioned bucket all versions go, as the provider does it; otherwise the delete call is enough."""
    if resource.get("versionId"):
        _delete_versions(send, resource, resource["key"])


def _delete_versions(send: Send, resource: Values, key: str) -> None:
    answer = send("ListObjectVersions", {"Bucket": resource["bucket"], **({"Prefix": key} if key else {})})
    for version in [*answer.get("Versions", []), *answer.get("DeleteMarkers", [])]:
        if not key or version["Key"] == key:
            versioned = {"Key": version["Key"], "VersionId": version["VersionId"]}
            send("DeleteObject", {"Bucket": resource["bucket"], **versioned})


BUCKET = ResourceType(
    type="aws:s3/bucket:Bucket",
    read_after_create=False,
    create=ApiCall(
        operation="CreateBucket", transform=_with_region, members={"objectLockEnabled": "ObjectLockEnabledForBucket"}
    ),
    id="{bucket}",
    name="bucket",
    generated_name=lambda name, _: name.lower(),
    read=ReadCall(operation="HeadBucket", parameters=_BUCKET),
    delete=(ApiCall(operation="DeleteBucket"),),
    # As the provider does it (terraform-provider-aws, internal/service/s3/bucket.go): a bucket is looked into only
    # where AWS says that it is not empty.
    before_delete=_empty_bucket,
    not_empty_error="BucketNotEmpty",
    outputs={
        "arn": "arn:{partition}:s3:::{bucket}",
        "bucketDomainName": "{bucket}.s3.amazonaws.com",
        "bucketRegion": "{region}",
        "bucketRegionalDomainName": "{bucket}.s3.{region}.amazonaws.com",
    },
    not_sent={"forceDestroy": "the engine's own: read when the bucket is deleted"},
    sample=Sample(
        {"bucket": "sample-bucket", "forceDestroy": True, "tags": {"Name": "data"}}, update={"tags": {"Name": "more"}}
    ),
)

VERSIONING = ResourceType(
    type="aws:s3/bucketVersioning:BucketVersioning",
    read_after_create=False,
    **create_or_update("PutBucketVersioning"),
    id="{bucket}",
    replace_on=("bucket",),
    read=ReadCall(operation="GetBucketVersioning", deleted_when="!Status", outputs={"versioningConfiguration": "@"}),
    delete=(ApiCall(operation="PutBucketVersioning", parameters={"VersioningConfiguration.Status": "Suspended"}),),
    sample=Sample(
        {"bucket": "${aws:s3/bucket:Bucket.bucket}", "versioningConfiguration": {"status": "Enabled"}},
        update={"versioningConfiguration": {"status": "Suspended"}},
    ),
)

ENCRYPTION = ResourceType(
    type="aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    read_after_create=False,
    **create_or_update("PutBucketEncryption", members={"rules": "ServerSideEncryptionConfiguration.Rules"}),
    id="{bucket}",
    replace_on=("bucket",),
    read=ReadCall(operation="GetBucketEncryption", path="ServerSideEncryptionConfiguration"),
    delete=(ApiCall(operation="DeleteBucketEncryption"),),
    sample=Sample(
        {
            "bucket": "${aws:s3/bucket:Bucket.bucket}",
            "rules": [
                {
                    "applyServerSideEncryptionByDefault": {
                        "sseAlgorithm": "aws:kms",
                        "kmsMasterKeyId": "${aws:kms/key:Key.arn}",
                    },
                    "bucketKeyEnabled": True,
                }
            ],
        },
        update={
            "rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}, "bucketKeyEnabled": True}]
        },
    ),
)

_BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")

PUBLIC_ACCESS_BLOCK = ResourceType(
    type="aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    read_after_create=False,
    **create_or_update(
        "PutPublicAccessBlock",
        members={name: f"PublicAccessBlockConfiguration.{name[0].upper()}{name[1:]}" for name in _BLOCKS},
    ),
    id="{bucket}",
    replace_on=("bucket",),
    read=ReadCall(operation="GetPublicAccessBlock", path="PublicAccessBlockConfiguration"),
    delete=(ApiCall(operation="DeletePublicAccessBlock"),),
    sample=Sample(
        {"bucket": "${aws:s3/bucket:Bucket.bucket}", **dict.fromkeys(_BLOCKS, True)}, update={"blockPublicAcls": False}
    ),
)

OWNERSHIP = ResourceType(
    type="aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    read_after_create=False,
    **create_or_update("PutBucketOwnershipControls", members={"rule": "OwnershipControls.Rules"}),
    id="{bucket}",
    replace_on=("bucket",),
    read=ReadCall(operation="GetBucketOwnershipControls", path="OwnershipControls"),
    delete=(ApiCall(operation="DeleteBucketOwnershipControls"),),
    sample=Sample(
        {"bucket": "${aws:s3/bucket:Bucket.bucket}", "rule": {"objectOwnership": "BucketOwnerEnforced"}},
        update={"rule": {"objectOwnership": "BucketOwnerPreferred"}},
    ),
)

LOGGING = ResourceType(
    type="aws:s3/bucketLogging:BucketLogging",
    read_after_create=False,
    **create_or_update(
        "PutBucketLogging",
        members={
            "targetBucket": "BucketLoggingStatus.LoggingEnabled.TargetBucket",
            "targetPrefix": "BucketLoggingStatus.LoggingEnabled.TargetPrefix",
            "targetGrants": "BucketLoggingStatus.LoggingEnabled.TargetGrants",
            "targetObjectKeyFormat": "BucketLoggingStatus.LoggingEnabled.TargetObjectKeyFormat",
        },
    ),
    id="{bucket}",
    replace_on=("bucket",),
    read=ReadCall(operation="GetBucketLogging", path="LoggingEnabled"),
    delete=(ApiCall(operation="PutBucketLogging", parameters={"BucketLoggingStatus": {}}),),
    sample=Sample(
        {
            "bucket": "${aws:s3/bucket:Bucket.bucket}",
            "targetBucket": "${aws:s3/bucket:Bucket.bucket}",
            "targetPrefix": "access/",
        },
        update={"targetPrefix": "logs/"},
        depends_on=("aws:s3/bucketPolicy:BucketPolicy",),
    ),
)

LIFECYCLE = ResourceType(
    type="aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    read_after_create=False,
    **create_or_update("PutBucketLifecycleConfiguration", members={"rules": "LifecycleConfiguration.Rules"}),
    id="{bucket}",
    replace_on=("bucket",),
    read=ReadCall(operation="GetBucketLifecycleConfiguration"),
    delete=(ApiCall(operation="DeleteBucketLifecycle"),),
    not_sent={"timeouts": "how long the provider waits"},
    sample=Sample(
        {
            "bucket": "${aws:s3/bucket:Bucket.bucket}",
            "rules": [
                {
                    "id": "old-versions",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "noncurrentVersionExpiration": {"noncurrentDays": 90},
                    "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
                }
            ],
        },
        update={
            "rules": [
                {"id": "old-versions", "status": "Disabled", "filter": {"prefix": ""}, "expiration": {"days": 90}}
            ]
        },
    ),
)

# The samples of a trail and of AWS Config deliver there, too.
_FOR_DETECTORS = {
    "Effect": "Allow",
    "Principal": {"Service": ["cloudtrail.amazonaws.com", "config.amazonaws.com"]},
    "Action": ["s3:GetBucketAcl", "s3:ListBucket", "s3:PutObject"],
    "Resource": ["${aws:s3/bucket:Bucket.arn}", "${aws:s3/bucket:Bucket.arn}/*"],
}

POLICY = ResourceType(
    type="aws:s3/bucketPolicy:BucketPolicy",
    read_after_create=False,
    **create_or_update("PutBucketPolicy"),
    id="{bucket}",
    replace_on=("bucket",),
    read=ReadCall(operation="GetBucketPolicy"),
    delete=(ApiCall(operation="DeleteBucketPolicy"),),
    sample=Sample(
        {
            "bucket": "${aws:s3/bucket:Bucket.bucket}",
            "policy": policy_document(
                "s3:PutObject",
                principal={"Service": "logging.s3.amazonaws.com"},
                resource="${aws:s3/bucket:Bucket.arn}/*",
                more=[_FOR_DETECTORS],
            ),
        },
        update={
            "policy": policy_document(
                "s3:PutObject",
                principal={"Service": "logging.s3.amazonaws.com"},
                resource="${aws:s3/bucket:Bucket.arn}/logs/*",
                more=[_FOR_DETECTORS],
            )
        },
    ),
)


def _notification(values: Values, _: Values) -> Values:
    """EventBridge is switched on by an empty structure."""
    rest = {name: value for name, value in values.items() if name != "eventbridge"}
    on: Values = {"eventBridgeConfiguration": {}} if values.get("eventbridge") else {}
    bucket = {"bucket": rest.pop("bucket")} if "bucket" in rest else {}
    return {**bucket, "notificationConfiguration": {**rest, **on}}


NOTIFICATION = ResourceType(
    type="aws:s3/bucketNotification:BucketNotification",
    read_after_create=False,
    **create_or_update("PutBucketNotificationConfiguration", transform=_notification),
    id="{bucket}",
    replace_on=("bucket",),
    read=ReadCall(
        operation="GetBucketNotificationConfiguration",
        deleted_when="EventBridgeConfiguration==`null` && !QueueConfigurations && !TopicConfigurations"
        " && !LambdaFunctionConfigurations",
        outputs={"eventbridge": "EventBridgeConfiguration!=`null`"},
    ),
    delete=(ApiCall(operation="PutBucketNotificationConfiguration", parameters={"NotificationConfiguration": {}}),),
    sample=Sample(
        {"bucket": "${aws:s3/bucket:Bucket.bucket}", "eventbridge": True}, no_update="switched off it is gone"
    ),
)

_ENGINE_PROPERTIES = ("etag", "sourceHash", "forceDestroy")


def _with_body(values: Values, _: Values) -> Values:
    """Contents are one member; hashes only tell the engine that they changed."""
    rest = {name: value for name, value in values.items() if name not in _ENGINE_PROPERTIES}
    for name in ("source", "content"):
        if name in rest:
            rest["body"] = rest.pop(name)
    return rest


OBJECT = ResourceType(
    type="aws:s3/bucketObjectv2:BucketObjectv2",
    **create_or_update("PutObject", transform=_with_body, members={"kmsKeyId": "SSEKMSKeyId"}),
    id="{key}",
    replace_on=("bucket", "key"),
    read=ReadCall(operation="HeadObject", outputs={"kmsKeyId": "SSEKMSKeyId"}),
    delete=(ApiCall(operation="DeleteObject", condition=lambda resource: not resource.get("versionId")),),
    before_delete=_delete_object_versions,
    outputs={"arn": "arn:{partition}:s3:::{bucket}/{key}"},
    tagging=TagOperations(
        tag="PutObjectTagging", untag="DeleteObjectTagging", replaces_all=True, members={"tags": "Tagging.TagSet"}
    ),
    not_compared={"etag": "a digest of what is sent, quoted, or of what KMS made of it"},
    sample=Sample(
        {
            "bucket": "${aws:s3/bucket:Bucket.bucket}",
            "key": "source.zip",
            "source": SampleArchive({"a.txt": "a"}),
            "kmsKeyId": "${aws:kms/key:Key.arn}",
            "serverSideEncryption": "aws:kms",
        },
        update={"source": SampleArchive({"b.txt": "b"})},
        depends_on=("aws:s3/bucketVersioning:BucketVersioning",),
    ),
)

RESOURCE_TYPES = (
    BUCKET,
    VERSIONING,
    ENCRYPTION,
    PUBLIC_ACCESS_BLOCK,
    OWNERSHIP,
    LOGGING,
    LIFECYCLE,
    POLICY,
    NOTIFICATION,
    OBJECT,
)

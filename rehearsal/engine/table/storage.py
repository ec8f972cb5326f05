"""S3: buckets, what is set on them, and objects."""

from __future__ import annotations

from rehearsal.engine.table.row import Call, Read, Row, Send, Values, put
from rehearsal.engine.table.tagging import Tagging

_BUCKET = {"Bucket": "{bucket}"}


def _located(values: Values, known: Values) -> Values:
    """Every region but the first is named as a constraint."""
    if known["region"] == "us-east-1":
        return values
    return {**values, "createBucketConfiguration": {"locationConstraint": known["region"]}}


def _emptied(send: Send, known: Values) -> None:
    if known.get("forceDestroy"):
        _versions_gone(send, known, "")


def _object_gone(send: Send, known: Values) -> None:
    """In a versioned bucket all versions go, as the provider does it; otherwise the delete call is enough."""
    if known.get("versionId"):
        _versions_gone(send, known, known["key"])


def _versions_gone(send: Send, known: Values, key: str) -> None:
    answer = send("ListObjectVersions", {"Bucket": known["bucket"], **({"Prefix": key} if key else {})})
    for version in [*answer.get("Versions", []), *answer.get("DeleteMarkers", [])]:
        if not key or version["Key"] == key:
            named = {"Key": version["Key"], "VersionId": version["VersionId"]}
            send("DeleteObject", {"Bucket": known["bucket"], **named})


BUCKET = Row(
    type="aws:s3/bucket:Bucket",
    service="s3",
    told=True,
    create=Call(operation="CreateBucket", shapes=_located, places={"objectLockEnabled": "ObjectLockEnabledForBucket"}),
    id="{bucket}",
    name="bucket",
    read=Read(operation="HeadBucket", fills=_BUCKET),
    delete=(Call(operation="DeleteBucket"),),
    before_delete=_emptied,
    gives={
        "arn": "arn:{partition}:s3:::{bucket}",
        "bucketDomainName": "{bucket}.s3.amazonaws.com",
        "bucketRegion": "{region}",
        "bucketRegionalDomainName": "{bucket}.s3.{region}.amazonaws.com",
    },
    ignored={"forceDestroy": "the engine's own: read when the bucket is deleted"},
)

VERSIONING = Row(
    type="aws:s3/bucketVersioning:BucketVersioning",
    service="s3",
    told=True,
    **put("PutBucketVersioning"),
    id="{bucket}",
    replaces=("bucket",),
    read=Read(operation="GetBucketVersioning", gone="!Status", gives={"versioningConfiguration": "@"}),
    delete=(Call(operation="PutBucketVersioning", fills={"VersioningConfiguration.Status": "Suspended"}),),
)

ENCRYPTION = Row(
    type="aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    service="s3",
    told=True,
    **put("PutBucketEncryption", places={"rules": "ServerSideEncryptionConfiguration.Rules"}),
    id="{bucket}",
    replaces=("bucket",),
    read=Read(operation="GetBucketEncryption", at="ServerSideEncryptionConfiguration"),
    delete=(Call(operation="DeleteBucketEncryption"),),
)

_BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
PUBLIC_ACCESS_BLOCK = Row(
    type="aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    service="s3",
    told=True,
    **put(
        "PutPublicAccessBlock",
        places={name: f"PublicAccessBlockConfiguration.{name[0].upper()}{name[1:]}" for name in _BLOCKS},
    ),
    id="{bucket}",
    replaces=("bucket",),
    read=Read(operation="GetPublicAccessBlock", at="PublicAccessBlockConfiguration"),
    delete=(Call(operation="DeletePublicAccessBlock"),),
)

OWNERSHIP = Row(
    type="aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    service="s3",
    told=True,
    **put("PutBucketOwnershipControls", places={"rule": "OwnershipControls.Rules"}),
    id="{bucket}",
    replaces=("bucket",),
    read=Read(operation="GetBucketOwnershipControls", at="OwnershipControls"),
    delete=(Call(operation="DeleteBucketOwnershipControls"),),
)

LOGGING = Row(
    type="aws:s3/bucketLogging:BucketLogging",
    service="s3",
    told=True,
    **put(
        "PutBucketLogging",
        places={
            "targetBucket": "BucketLoggingStatus.LoggingEnabled.TargetBucket",
            "targetPrefix": "BucketLoggingStatus.LoggingEnabled.TargetPrefix",
            "targetGrants": "BucketLoggingStatus.LoggingEnabled.TargetGrants",
            "targetObjectKeyFormat": "BucketLoggingStatus.LoggingEnabled.TargetObjectKeyFormat",
        },
    ),
    id="{bucket}",
    replaces=("bucket",),
    read=Read(operation="GetBucketLogging", at="LoggingEnabled"),
    delete=(Call(operation="PutBucketLogging", fills={"BucketLoggingStatus": {}}),),
)

LIFECYCLE = Row(
    type="aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    service="s3",
    told=True,
    **put("PutBucketLifecycleConfiguration", places={"rules": "LifecycleConfiguration.Rules"}),
    id="{bucket}",
    replaces=("bucket",),
    read=Read(operation="GetBucketLifecycleConfiguration"),
    delete=(Call(operation="DeleteBucketLifecycle"),),
    ignored={"timeouts": "how long the provider waits"},
)

POLICY = Row(
    type="aws:s3/bucketPolicy:BucketPolicy",
    service="s3",
    told=True,
    **put("PutBucketPolicy"),
    id="{bucket}",
    replaces=("bucket",),
    read=Read(operation="GetBucketPolicy"),
    delete=(Call(operation="DeleteBucketPolicy"),),
)


def _notified(values: Values, _: Values) -> Values:
    """EventBridge is switched on by an empty structure."""
    rest = {name: value for name, value in values.items() if name != "eventbridge"}
    on: Values = {"eventBridgeConfiguration": {}} if values.get("eventbridge") else {}
    bucket = {"bucket": rest.pop("bucket")} if "bucket" in rest else {}
    return {**bucket, "notificationConfiguration": {**rest, **on}}


NOTIFICATION = Row(
    type="aws:s3/bucketNotification:BucketNotification",
    service="s3",
    told=True,
    **put("PutBucketNotificationConfiguration", shapes=_notified),
    id="{bucket}",
    replaces=("bucket",),
    read=Read(
        operation="GetBucketNotificationConfiguration",
        gone="EventBridgeConfiguration==`null` && !QueueConfigurations && !TopicConfigurations"
        " && !LambdaFunctionConfigurations",
        gives={"eventbridge": "EventBridgeConfiguration!=`null`"},
    ),
    delete=(Call(operation="PutBucketNotificationConfiguration", fills={"NotificationConfiguration": {}}),),
)

_ENGINES_OWN = ("etag", "sourceHash", "forceDestroy")


def _body(values: Values, _: Values) -> Values:
    """Contents are one member; hashes only tell the engine that they changed."""
    rest = {name: value for name, value in values.items() if name not in _ENGINES_OWN}
    for name in ("source", "content"):
        if name in rest:
            rest["body"] = rest.pop(name)
    return rest


OBJECT = Row(
    type="aws:s3/bucketObjectv2:BucketObjectv2",
    service="s3",
    **put("PutObject", shapes=_body, places={"kmsKeyId": "SSEKMSKeyId"}),
    id="{key}",
    replaces=("bucket", "key"),
    read=Read(operation="HeadObject", gives={"kmsKeyId": "SSEKMSKeyId"}),
    delete=(Call(operation="DeleteObject", when=lambda known: not known.get("versionId")),),
    before_delete=_object_gone,
    gives={"arn": "arn:{partition}:s3:::{bucket}/{key}"},
    tagging=Tagging(tag="PutObjectTagging", untag="DeleteObjectTagging", whole=True, places={"tags": "Tagging.TagSet"}),
    unread={"etag": "a digest of what is sent, quoted, or of what KMS made of it"},
)

ROWS = (
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

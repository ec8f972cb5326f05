"""The actions that S3's operations require.

Sources: S3 User Guide, "Required permissions for Amazon S3 API operations"; condition keys: Service Authorization
Reference, "Amazon S3".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import parse_qsl

from rehearsal.service_model.required_action import (
    ApiRequest,
    Operations,
    RequiredAction,
    RequiredActions,
    Right,
    requires,
)

_BUCKET = "arn:{partition}:s3:::{Bucket}"
_OBJECT = "arn:{partition}:s3:::{Bucket}/{Key}"

_ENCRYPTION = "s3:x-amz-server-side-encryption"
_KEY_ID = "s3:x-amz-server-side-encryption-aws-kms-key-id"
# Header or member -> condition key of uploads.
_UPLOAD = {
    _ENCRYPTION: "x-amz-server-side-encryption",
    _KEY_ID: "x-amz-server-side-encryption-aws-kms-key-id",
    "s3:x-amz-server-side-encryption-customer-algorithm": "x-amz-server-side-encryption-customer-algorithm",
    "s3:x-amz-acl": "x-amz-acl",
    "s3:x-amz-storage-class": "x-amz-storage-class",
}

_LIST = {"s3:prefix": "Prefix", "s3:delimiter": "Delimiter", "s3:max-keys": "MaxKeys"}


def _reading(request: ApiRequest) -> list[Right]:
    """A past version is an action of its own."""
    version = request.parameters.get("VersionId")
    action = "s3:GetObjectVersion" if version else "s3:GetObject"
    keys = {"s3:versionid": "VersionId"} if version else {}
    return RequiredAction(action=action, resource=_OBJECT, context_keys=keys).rights(request)


def _reading_tags(request: ApiRequest) -> list[Right]:
    """Of a past version it is an action of its own."""
    action = "s3:GetObjectVersionTagging" if request.parameters.get("VersionId") else "s3:GetObjectTagging"
    return RequiredAction(action=action, resource=_OBJECT).rights(request)


def _deleting(request: ApiRequest) -> list[Right]:
    action = "s3:DeleteObjectVersion" if request.parameters.get("VersionId") else "s3:DeleteObject"
    return RequiredAction(action=action, resource=_OBJECT).rights(request)


def _deleting_many(request: ApiRequest) -> list[Right]:
    """`Objects` are the keys that the request's body names, with their versions."""
    bucket = f"arn:{request.partition}:s3:::{request.parameters.get('Bucket', '*')}"
    found: dict[tuple[str, str], Right] = {}
    for item in request.parameters.get("Objects") or [{"Key": "*"}]:
        action = "s3:DeleteObjectVersion" if item.get("VersionId") else "s3:DeleteObject"
        resource = f"{bucket}/{item.get('Key', '*')}"
        found[action, resource] = Right(action=action, resource=resource)
    return list(found.values())


def _copying(request: ApiRequest) -> list[Right]:
    """The source is read, the target is written."""
    source = str(request.parameters.get("CopySource", "*")).lstrip("/")
    key, _, version = source.partition("?versionId=")
    action = "s3:GetObjectVersion" if version else "s3:GetObject"
    return [Right(action=action, resource=f"arn:{request.partition}:s3:::{key}"), *_WRITE.rights(request)]


_WRITE = RequiredAction(action="s3:PutObject", resource=_OBJECT, context_keys=_UPLOAD)
_TAGGED = RequiredAction(action="s3:PutObjectTagging", resource=_OBJECT, when="x-amz-tagging")


def _writing(request: ApiRequest) -> list[Right]:
    """An upload with tags is asked twice, each time with the tags: `s3:RequestObjectTag/<key>`."""
    tags = dict(parse_qsl(str(request.parameters.get("x-amz-tagging") or ""), keep_blank_values=True))
    context: dict[str, str | tuple[str, ...]] = {f"s3:RequestObjectTag/{key}": value for key, value in tags.items()}
    if tags:
        context["s3:RequestObjectTagKeys"] = tuple(tags)
    rights = [*_WRITE.rights(request), *_TAGGED.rights(request)]
    return [replace(right, context={**right.context, **context}) for right in rights]


_WRITING = (_writing,)


def _bucket(*actions: str) -> RequiredActions:
    return tuple(RequiredAction(action=f"s3:{action}", resource=_BUCKET) for action in actions)


OPERATIONS: Operations = {
    "AbortMultipartUpload": requires("s3:AbortMultipartUpload", _OBJECT),
    "CompleteMultipartUpload": (_WRITE,),
    "CopyObject": (_copying, _TAGGED),
    "CreateBucket": _bucket("CreateBucket"),
    "CreateMultipartUpload": _WRITING,
    "DeleteBucket": _bucket("DeleteBucket"),
    "DeleteBucketCors": _bucket("PutBucketCORS"),
    "DeleteBucketEncryption": _bucket("PutEncryptionConfiguration"),
    "DeleteBucketLifecycle": _bucket("PutLifecycleConfiguration"),
    "DeleteBucketOwnershipControls": _bucket("PutBucketOwnershipControls"),
    "DeleteBucketPolicy": _bucket("DeleteBucketPolicy"),
    "DeleteBucketTagging": _bucket("PutBucketTagging"),
    "DeleteObject": (_deleting,),
    "DeleteObjects": (_deleting_many,),
    "DeleteObjectTagging": requires("s3:DeleteObjectTagging", _OBJECT),
    "DeletePublicAccessBlock": _bucket("PutBucketPublicAccessBlock"),
    "GetBucketAcl": _bucket("GetBucketAcl"),
    "GetBucketCors": _bucket("GetBucketCORS"),
    "GetBucketEncryption": _bucket("GetEncryptionConfiguration"),
    "GetBucketLifecycleConfiguration": _bucket("GetLifecycleConfiguration"),
    "GetBucketLocation": _bucket("GetBucketLocation"),
    "GetBucketLogging": _bucket("GetBucketLogging"),
    "GetBucketNotificationConfiguration": _bucket("GetBucketNotification"),
    "GetBucketOwnershipControls": _bucket("GetBucketOwnershipControls"),
    "GetBucketPolicy": _bucket("GetBucketPolicy"),
    "GetBucketTagging": _bucket("GetBucketTagging"),
    "GetBucketVersioning": _bucket("GetBucketVersioning"),
    "GetObject": (_reading,),
    "GetObjectAttributes": (_reading, *requires("s3:GetObjectAttributes", _OBJECT)),
    "GetObjectTagging": (_reading_tags,),
    "GetPublicAccessBlock": _bucket("GetBucketPublicAccessBlock"),
    "HeadBucket": _bucket("ListBucket"),
    "HeadObject": (_reading,),
    "ListBuckets": requires("s3:ListAllMyBuckets"),
    "ListMultipartUploads": requires("s3:ListBucketMultipartUploads", _BUCKET),
    "ListObjects": requires("s3:ListBucket", _BUCKET, context_keys=_LIST),
    "ListObjectsV2": requires("s3:ListBucket", _BUCKET, context_keys=_LIST),
    "ListObjectVersions": requires("s3:ListBucketVersions", _BUCKET, context_keys=_LIST),
    "ListParts": requires("s3:ListMultipartUploadParts", _OBJECT),
    "PutBucketCors": _bucket("PutBucketCORS"),
    "PutBucketEncryption": _bucket("PutEncryptionConfiguration"),
    "PutBucketLifecycleConfiguration": _bucket("PutLifecycleConfiguration"),
    "PutBucketLogging": _bucket("PutBucketLogging"),
    "PutBucketNotificationConfiguration": _bucket("PutBucketNotification"),
    "PutBucketOwnershipControls": _bucket("PutBucketOwnershipControls"),
    "PutBucketPolicy": _bucket("PutBucketPolicy"),
    "PutBucketTagging": _bucket("PutBucketTagging"),
    "PutBucketVersioning": _bucket("PutBucketVersioning"),
    "PutObject": _WRITING,
    "PutObjectTagging": requires("s3:PutObjectTagging", _OBJECT),
    "PutPublicAccessBlock": _bucket("PutBucketPublicAccessBlock"),
    "UploadPart": (_WRITE,),
    "UploadPartCopy": (_copying,),
}

# Actions that read or write an object's content: where the bucket has a key, S3 asks KMS for the caller.
_READS = frozenset({"s3:GetObject", "s3:GetObjectVersion"})

_WRITES = frozenset({"s3:PutObject"})

# An object's headers are not encrypted (S3 API Reference, "HeadObject": a key's use is needed for checksums alone).
_HEADERS = frozenset({"HeadObject"})

# Parts of a multipart upload need both (S3 User Guide, "Using server-side encryption with AWS KMS keys").
_BOTH = frozenset({"CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "UploadPartCopy"})


def encryption_rights(right: Right, operation: str, key: str, bucket: str) -> Sequence[Right]:
    """What S3 asks of a bucket's key for its caller, without any VPC endpoint.

    The encryption context is the bucket, not the object: the platform's buckets have bucket keys (S3 User Guide,
    "Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys").
    """
    reads, writes = right.action in _READS, right.action in _WRITES
    if operation in _HEADERS or not (reads or writes):
        return ()
    # What the headers name stands before the bucket's default; without a key it is AWS's own, which serves everybody in
    # its account.
    if writes and _ENCRYPTION in right.context:
        named = str(right.context.get(_KEY_ID, ""))
        if not named:
            return ()
        key = named if named.startswith("arn:") else key
    actions = []
    if reads or operation in _BOTH:
        actions.append("kms:Decrypt")
    if writes:
        actions.append("kms:GenerateDataKey")
    context = {
        "kms:ViaService": f"s3.{key.split(':')[3]}.amazonaws.com",
        "aws:ViaAWSService": "true",
        "kms:EncryptionContext:aws:s3:arn": bucket,
    }
    return [Right(action=action, resource=key, context=context) for action in actions]

"""S3. Operations and actions: S3 using-with-s3-policy-actions; condition keys: SAR list_amazons3."""

from __future__ import annotations

from rehearsal.authorization.need import Asked, Need, Right, Row, Table, needs

BUCKET = "arn:{partition}:s3:::{Bucket}"
OBJECT = "arn:{partition}:s3:::{Bucket}/{Key}"
# Header or member -> condition key of uploads.
_UPLOAD = {
    "s3:x-amz-server-side-encryption": "x-amz-server-side-encryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id": "x-amz-server-side-encryption-aws-kms-key-id",
    "s3:x-amz-acl": "x-amz-acl",
    "s3:x-amz-storage-class": "x-amz-storage-class",
}
_LIST = {"s3:prefix": "Prefix", "s3:delimiter": "Delimiter", "s3:max-keys": "MaxKeys"}


def _reading(asked: Asked) -> list[Right]:
    """A past version is an action of its own."""
    version = asked.parameters.get("VersionId")
    action = "s3:GetObjectVersion" if version else "s3:GetObject"
    keys = {"s3:versionid": "VersionId"} if version else {}
    return Need(action=action, resource=OBJECT, keys=keys).rights(asked)


def _deleting(asked: Asked) -> list[Right]:
    action = "s3:DeleteObjectVersion" if asked.parameters.get("VersionId") else "s3:DeleteObject"
    return Need(action=action, resource=OBJECT).rights(asked)


def _deleting_many(asked: Asked) -> list[Right]:
    """`Objects` are the keys that the request's body names, with their versions."""
    bucket = f"arn:{asked.partition}:s3:::{asked.parameters.get('Bucket', '*')}"
    found: dict[tuple[str, str], Right] = {}
    for one in asked.parameters.get("Objects") or [{"Key": "*"}]:
        action = "s3:DeleteObjectVersion" if one.get("VersionId") else "s3:DeleteObject"
        resource = f"{bucket}/{one.get('Key', '*')}"
        found[action, resource] = Right(action=action, resource=resource)
    return list(found.values())


def _copying(asked: Asked) -> list[Right]:
    """The source is read, the target is written."""
    source = str(asked.parameters.get("CopySource", "*")).lstrip("/")
    key, _, version = source.partition("?versionId=")
    action = "s3:GetObjectVersion" if version else "s3:GetObject"
    return [Right(action=action, resource=f"arn:{asked.partition}:s3:::{key}"), *_WRITE.rights(asked)]


_WRITE = Need(action="s3:PutObject", resource=OBJECT, keys=_UPLOAD)
_TAGGED = Need(action="s3:PutObjectTagging", resource=OBJECT, when="x-amz-tagging")
_WRITING: Row = (_WRITE, _TAGGED)


def _bucket(*actions: str) -> Row:
    return tuple(Need(action=f"s3:{action}", resource=BUCKET) for action in actions)


TABLE: Table = {
    "AbortMultipartUpload": needs("s3:AbortMultipartUpload", OBJECT),
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
    "DeleteObjectTagging": needs("s3:DeleteObjectTagging", OBJECT),
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
    "GetObjectAttributes": (_reading, *needs("s3:GetObjectAttributes", OBJECT)),
    "GetObjectTagging": needs("s3:GetObjectTagging", OBJECT),
    "GetPublicAccessBlock": _bucket("GetBucketPublicAccessBlock"),
    "HeadBucket": _bucket("ListBucket"),
    "HeadObject": (_reading,),
    "ListBuckets": needs("s3:ListAllMyBuckets"),
    "ListMultipartUploads": needs("s3:ListBucketMultipartUploads", BUCKET),
    "ListObjects": needs("s3:ListBucket", BUCKET, keys=_LIST),
    "ListObjectsV2": needs("s3:ListBucket", BUCKET, keys=_LIST),
    "ListObjectVersions": needs("s3:ListBucketVersions", BUCKET, keys=_LIST),
    "ListParts": needs("s3:ListMultipartUploadParts", OBJECT),
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
    "PutObjectTagging": needs("s3:PutObjectTagging", OBJECT),
    "PutPublicAccessBlock": _bucket("PutBucketPublicAccessBlock"),
    "UploadPart": (_WRITE,),
    "UploadPartCopy": (_copying,),
}

# Actions that read or write an object's content: where the bucket has a key, S3 asks KMS for the caller.
READS = frozenset({"s3:GetObject", "s3:GetObjectVersion"})
WRITES = frozenset({"s3:PutObject"})
# An object's headers are not encrypted (S3 API_HeadObject: a key's use is needed for checksums alone).
HEADERS = frozenset({"HeadObject"})
# Parts of a multipart upload need both (S3 UsingKMSEncryption).
BOTH = frozenset({"CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "UploadPartCopy"})

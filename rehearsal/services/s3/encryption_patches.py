"""How S3 encrypts an upload by its headers, and which encryptions a bucket blocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.s3.exceptions import S3ClientError
from moto.s3.models import S3Backend
from moto.s3.responses import S3Response

from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.patches import Patches

_KMS = ("aws:kms", "aws:kms:dsse")
_CUSTOMER = "x-amz-server-side-encryption-customer-algorithm"
_BLOCKED = ("SSE-C",)
# Arguments of S3Backend.create_multipart_upload.
_OF_MULTIPART = 8


def patch(patches: Patches) -> None:
    """Change moto until the patches are undone."""
    for name in ("put_object", "copy_object", "create_multipart_upload"):
        patches.wrap(S3Backend, name, _encrypting)
    for name in ("put_object", "copy_object"):
        patches.wrap(S3Response, name, _of_headers)
    patches.wrap(S3Response, "_key_response_post", _of_upload)
    patches.wrap(S3Response, "get_bucket_encryption", _with_blocked_types)


def _encrypting(original: Callable[..., Any], backend: S3Backend, *arguments: Any, **named: Any) -> Any:
    """Of `create_multipart_upload` encryption and key are the last arguments; of the others they have names."""
    given = named.get("bucket_name") or named.get("dest_bucket_name")
    bucket = backend.get_bucket(given or next(each for each in arguments if isinstance(each, str)))
    if len(arguments) == _OF_MULTIPART:
        *rest, encryption, key = arguments
        return original(backend, *rest, encryption, header_without_key_takes_awss_own(bucket, encryption, key))
    key = header_without_key_takes_awss_own(bucket, named.get("encryption"), named.get("kms_key_id"))
    return original(backend, *arguments, **({**named, "kms_key_id": key} if key else named))


@aws_behavior(
    "botocore, s3 PutObject, SSEKMSKeyId",
    'Amazon S3 User Guide, "Specifying server-side encryption with AWS KMS (SSE-KMS)"',
)
def header_without_key_takes_awss_own(bucket: Any, encryption: str | None, key: str | None) -> str | None:
    """An upload that asks for aws:kms and names no key is encrypted with AWS's own key, whatever the bucket's is."""
    if encryption in _KMS and not key:
        return f"arn:{bucket.partition}:kms:{bucket.region_name}:{bucket.account_id}:alias/aws/s3"
    return key


def _of_headers(original: Callable[..., Any], response: S3Response) -> Any:
    blocked_encryption_is_refused(response.backend, response.bucket_name, response.headers)
    return original(response)


def _of_upload(original: Callable[..., Any], response: S3Response, request: Any, *arguments: Any, **named: Any) -> Any:
    if "uploads" in response.querystring:
        blocked_encryption_is_refused(response.backend, response.bucket_name, request.headers)
    return original(response, request, *arguments, **named)


@aws_behavior(
    'Amazon S3 User Guide, "Blocking or unblocking SSE-C for a general purpose bucket"',
    "terraform-provider-aws, issue 47320",
)
def blocked_encryption_is_refused(backend: S3Backend, bucket: str, headers: Mapping[str, Any]) -> None:
    """Buckets refuse uploads with keys of the caller's own unless they were told otherwise; new ones do by default."""
    if headers.get(_CUSTOMER) and "SSE-C" in _blocked(backend.get_bucket(bucket)):
        raise S3ClientError("AccessDenied", f"{bucket} blocks uploads with the encryption type SSE-C")


def _blocked(bucket: Any) -> tuple[str, ...]:
    given = (((bucket.encryption or {}).get("Rule") or {}).get("BlockedEncryptionTypes") or {}).get("EncryptionType")
    if given is None:
        return _BLOCKED
    return tuple(given) if isinstance(given, list) else (str(given),)


def _with_blocked_types(original: Callable[..., Any], response: S3Response) -> Any:
    original(response)  # its errors
    bucket = response.backend.get_bucket(response.bucket_name)
    rule, blocked = dict((bucket.encryption or {})["Rule"]), _blocked(bucket)
    shown = {
        "ApplyServerSideEncryptionByDefault": rule["ApplyServerSideEncryptionByDefault"],
        "BucketKeyEnabled": str(rule.get("BucketKeyEnabled")).lower() == "true",
        "BlockedEncryptionTypes": {"EncryptionType": [each for each in blocked if each != "NONE"] or ["NONE"]},
    }
    return response.serialized(ActionResult({"ServerSideEncryptionConfiguration": {"Rules": [shown]}}))

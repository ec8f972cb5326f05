"""How S3 encrypts and refuses uploads by their headers, and by the policies that the platform writes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from policies.documents.buckets import service_bucket
from rehearsal.aws.cloud import Cloud
from rehearsal.aws.requests import SignedRequest
from rehearsal.sagemaker import storage
from rehearsal.service_model.admission import PolicyCaller, admits
from rehearsal.service_model.required_action import ApiRequest
from rehearsal.services import rights_of

ACCOUNT, REGION, BUCKET = "111111111111", "eu-west-1", "mlops-dev-artifacts"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
POLICY = service_bucket(f"arn:aws:s3:::{BUCKET}", KEY)
AWSS_OWN = f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/aws/s3"
BOTH = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": KEY}
ALONE = {"ServerSideEncryption": "aws:kms"}
CALLERS: dict[str, Any] = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32}


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with Cloud(REGION) as cloud:
        s3 = client(cloud)
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}}
        s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})
        yield cloud


def client(cloud: Cloud) -> Any:
    return cloud.client(cloud.owner(ACCOUNT), "s3")


def refused_by_the_policy(cloud: Cloud, **headers: Any) -> bool:
    """Whether the bucket's policy denies an upload with these headers, as the request is read and decided here."""
    seen: list[SignedRequest] = []
    cloud.after.append(lambda _actor, question, _status: seen.append(question))
    with contextlib.suppress(ClientError):
        client(cloud).put_object(Bucket=BUCKET, Key="a", Body=b"a", **headers)
    question = seen[-1]
    rights = rights_of(ApiRequest(
        service="s3", operation="PutObject", account=ACCOUNT, region=REGION, parameters=question.parameters
    ))  # fmt: skip
    assert rights
    allowing = POLICY.replace(
        '"Statement": [',
        '"Statement": [{"Sid": "All", "Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}, ',
    )
    role = f"arn:aws:iam::{ACCOUNT}:role/writer"
    caller = PolicyCaller(role_arn=role, account=ACCOUNT, context={**rights[0].context, "aws:SecureTransport": "true"})
    return not admits(allowing, caller, "s3:PutObject", rights[0].resource)


@pytest.mark.parametrize(
    ("headers", "refused"),
    [({}, False), (BOTH, False), (ALONE, True), (CALLERS, True), ({"ServerSideEncryption": "AES256"}, True)],
)
def test_uploads_name_the_buckets_key_or_nothing(cloud: Cloud, headers: dict[str, Any], refused: bool) -> None:
    assert refused_by_the_policy(cloud, **headers) is refused


@pytest.mark.aws_behavior("header_without_key_takes_awss_own")
@pytest.mark.parametrize(("headers", "key"), [({}, KEY), (BOTH, KEY), (ALONE, AWSS_OWN)])
@pytest.mark.parametrize("way", ["put", "copy", "parts"])
def test_a_header_without_a_key_takes_awss_own_key_not_the_buckets(
    cloud: Cloud, way: str, headers: dict[str, Any], key: str
) -> None:
    s3, target = client(cloud), {"Bucket": BUCKET, "Key": "b"}
    if way == "put":
        s3.put_object(**target, Body=b"a", **headers)
    elif way == "copy":
        s3.put_object(Bucket=BUCKET, Key="a", Body=b"a")
        s3.copy_object(**target, CopySource=f"{BUCKET}/a", **headers)
    else:
        upload = s3.create_multipart_upload(**target, **headers)["UploadId"]
        part = s3.upload_part(**target, UploadId=upload, PartNumber=1, Body=b"a")["ETag"]
        parts = {"Parts": [{"ETag": part, "PartNumber": 1}]}
        s3.complete_multipart_upload(**target, UploadId=upload, MultipartUpload=parts)
    assert s3.head_object(**target)["SSEKMSKeyId"] == key


@pytest.mark.aws_behavior("blocked_encryption_is_refused")
@pytest.mark.parametrize(("blocked", "refused"), [(None, True), (["SSE-C"], True), (["NONE"], False)])
def test_a_callers_own_key_is_refused_unless_the_bucket_was_told_otherwise(
    cloud: Cloud, blocked: list[str] | None, refused: bool
) -> None:
    s3 = client(cloud)
    rule: dict[str, Any] = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    if blocked:
        rule["BlockedEncryptionTypes"] = {"EncryptionType": blocked}
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})
    shown = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert shown["BlockedEncryptionTypes"]["EncryptionType"] == (blocked or ["SSE-C"])
    if refused:
        with pytest.raises(ClientError, match="blocks uploads with the encryption type SSE-C"):
            s3.put_object(Bucket=BUCKET, Key="a", Body=b"a", **CALLERS)
    else:
        s3.put_object(Bucket=BUCKET, Key="a", Body=b"a", **CALLERS)


@pytest.mark.aws_behavior("output_encryption")
def test_a_jobs_output_without_a_key_of_its_own_meets_the_buckets_denial(cloud: Cloud) -> None:
    assert refused_by_the_policy(cloud, **storage.output_encryption(None))
    assert not refused_by_the_policy(cloud, **storage.output_encryption(KEY))


def test_tags_of_an_upload_are_a_right_of_their_own_and_known_to_both() -> None:
    parameters = {"Bucket": BUCKET, "Key": "a", "x-amz-tagging": "publisher=ana&team=x%20y"}
    request = ApiRequest(service="s3", operation="PutObject", account=ACCOUNT, region=REGION, parameters=parameters)
    rights = rights_of(request)
    assert rights is not None
    assert [right.action for right in rights] == ["s3:PutObject", "s3:PutObjectTagging"]
    for right in rights:
        assert right.context["s3:RequestObjectTag/publisher"] == "ana"
        assert right.context["s3:RequestObjectTag/team"] == "x y"
        assert right.context["s3:RequestObjectTagKeys"] == ("publisher", "team")
    without = rights_of(ApiRequest(
        service="s3", operation="PutObject", account=ACCOUNT, region=REGION, parameters={"Bucket": BUCKET, "Key": "a"}
    ))  # fmt: skip
    assert without is not None
    assert [right.action for right in without] == ["s3:PutObject"]

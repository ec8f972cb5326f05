"""A request's rights: IAM's actions and resources, its condition keys, and nothing else of what it carries."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import boto3
import pytest

from rehearsal.aws.cloud import Cloud
from rehearsal.service_model.required_action import ApiRequest, Right
from rehearsal.services import rights_of

DEV = "111111111111"
ROLE = f"arn:aws:iam::{DEV}:role/mlops/projects/screening/job"
KEY = f"arn:aws:kms:eu-west-1:{DEV}:key/1"


def rights(service: str, operation: str, **given: Any) -> list[Right]:
    """What an operation needs in the data science account."""
    query = ApiRequest(service=service, operation=operation, account=DEV, region="eu-west-1", parameters=given)
    found = rights_of(query)
    assert found is not None
    return list(found)


def pairs(found: list[Right]) -> list[tuple[str, str]]:
    """Action and resource of each."""
    return [(one.action, one.resource.removeprefix("arn:aws:")) for one in found]


@pytest.mark.parametrize(
    ("operation", "given", "expected"),
    [
        ("HeadObject", {"Key": "k"}, [("s3:GetObject", "s3:::b/k")]),
        ("GetObject", {"Key": "k", "VersionId": "v"}, [("s3:GetObjectVersion", "s3:::b/k")]),
        ("HeadBucket", {}, [("s3:ListBucket", "s3:::b")]),
        ("ListObjectVersions", {}, [("s3:ListBucketVersions", "s3:::b")]),
        ("GetBucketEncryption", {}, [("s3:GetEncryptionConfiguration", "s3:::b")]),
        ("GetBucketLifecycleConfiguration", {}, [("s3:GetLifecycleConfiguration", "s3:::b")]),
        ("PutPublicAccessBlock", {}, [("s3:PutBucketPublicAccessBlock", "s3:::b")]),
        ("UploadPart", {"Key": "k"}, [("s3:PutObject", "s3:::b/k")]),
        (
            "PutObject",
            {"Key": "k", "x-amz-tagging": "a=b"},
            [("s3:PutObject", "s3:::b/k"), ("s3:PutObjectTagging", "s3:::b/k")],
        ),
        (
            "CopyObject",
            {"Key": "k", "CopySource": "/from/x"},
            [("s3:GetObject", "s3:::from/x"), ("s3:PutObject", "s3:::b/k")],
        ),
        (
            "DeleteObjects",
            {"Objects": [{"Key": "x"}, {"Key": "y", "VersionId": "1"}]},
            [("s3:DeleteObject", "s3:::b/x"), ("s3:DeleteObjectVersion", "s3:::b/y")],
        ),
    ],
)
def test_s3_operations_need_the_actions_that_s3_asks_for(
    operation: str, given: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert pairs(rights("s3", operation, Bucket="b", **given)) == expected


def test_a_listing_carries_its_prefix_and_an_upload_its_key() -> None:
    (listing,) = rights("s3", "ListObjectsV2", Bucket="b", Prefix="screening/")
    assert listing.context == {"s3:prefix": "screening/"}
    (upload,) = rights("s3", "PutObject", Bucket="b", Key="k", **{"x-amz-server-side-encryption-aws-kms-key-id": KEY})
    assert upload.context == {"s3:x-amz-server-side-encryption-aws-kms-key-id": KEY}


def test_a_job_carries_its_network_keys_and_machines_and_hands_over_its_role() -> None:
    made, passed, granted = rights(
        "sagemaker",
        "CreateTrainingJob",
        TrainingJobName="j",
        RoleArn=ROLE,
        VpcConfig={"Subnets": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"]},
        ResourceConfig={"InstanceType": "ml.m5.large", "VolumeKmsKeyId": KEY},
        OutputDataConfig={"KmsKeyId": KEY},
        EnableNetworkIsolation=True,
        EnableInterContainerTrafficEncryption=True,
        StoppingCondition={"MaxRuntimeInSeconds": 60},
    )
    assert made.resource == f"arn:aws:sagemaker:eu-west-1:{DEV}:training-job/j"
    assert made.context == {
        "sagemaker:VpcSubnets": ("subnet-1", "subnet-2"),
        "sagemaker:VpcSecurityGroupIds": ("sg-1",),
        "sagemaker:InstanceTypes": ("ml.m5.large",),
        "sagemaker:VolumeKmsKey": KEY,
        "sagemaker:OutputKmsKey": KEY,
        "sagemaker:InterContainerTrafficEncryption": "true",
        "sagemaker:NetworkIsolation": "true",
        "sagemaker:MaxRuntimeInSeconds": "60",
    }
    assert (passed.action, passed.resource) == ("iam:PassRole", ROLE)
    assert passed.context == {"iam:PassedToService": "sagemaker.amazonaws.com"}
    # The volume's key is the job's role's matter, not the caller's.
    assert (granted.action, granted.resource, granted.principal) == ("kms:CreateGrant", KEY, ROLE)


@pytest.mark.parametrize(
    ("service", "operation", "given", "expected"),
    [
        (
            "codebuild",
            "BatchGetBuilds",
            {"ids": ["p:1", "p:2"]},
            [("codebuild:BatchGetBuilds", "codebuild:eu-west-1:111111111111:project/p")],
        ),
        (
            "codepipeline",
            "PutApprovalResult",
            {"pipelineName": "p", "stageName": "s", "actionName": "a"},
            [("codepipeline:PutApprovalResult", "codepipeline:eu-west-1:111111111111:p/s/a")],
        ),
        ("cloudformation", "CreateStackSet", {"StackSetName": "s"}, [("cloudformation:CreateStackSet", "*")]),
        (
            "lambda",
            "Invoke",
            {"FunctionName": "f"},
            [("lambda:InvokeFunction", "lambda:eu-west-1:111111111111:function:f")],
        ),
        ("ssm", "GetParameter", {"Name": "/a/b"}, [("ssm:GetParameter", "ssm:eu-west-1:111111111111:parameter/a/b")]),
        (
            "events",
            "PutRule",
            {"Name": "r", "EventBusName": "b"},
            [("events:PutRule", "events:eu-west-1:111111111111:rule/b/r")],
        ),
        ("events", "PutRule", {"Name": "r"}, [("events:PutRule", "events:eu-west-1:111111111111:rule/r")]),
        (
            "sagemaker-runtime",
            "InvokeEndpoint",
            {"EndpointName": "e"},
            [("sagemaker:InvokeEndpoint", "sagemaker:eu-west-1:111111111111:endpoint/e")],
        ),
        (
            "sagemaker",
            "ListModelPackages",
            {"ModelPackageGroupName": "arn:aws:sagemaker:eu-west-1:999999999999:model-package-group/g"},
            [("sagemaker:ListModelPackages", "sagemaker:eu-west-1:999999999999:model-package/g/*")],
        ),
        ("sts", "GetCallerIdentity", {}, []),
    ],
)
def test_resources_are_named_as_iam_names_them(
    service: str, operation: str, given: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert pairs(rights(service, operation, **given)) == expected


def test_making_a_subnet_is_decided_for_the_subnet_the_vpc_and_its_tags() -> None:
    tags = [{"ResourceType": "subnet", "Tags": [{"Key": "platform", "Value": "mlops"}]}]
    made, tagged, vpc = rights("ec2", "CreateSubnet", VpcId="vpc-1", TagSpecifications=tags)
    assert [one.resource.rpartition(":")[2] for one in (made, tagged, vpc)] == ["subnet/*", "subnet/*", "vpc/vpc-1"]
    assert made.context == {"aws:RequestTag/platform": "mlops", "aws:TagKeys": ("platform",)}
    assert tagged.action == "ec2:CreateTags"
    assert tagged.context["ec2:CreateAction"] == "CreateSubnet"
    assert vpc.context == {}


@pytest.mark.parametrize(
    ("service", "operation", "given", "action"),
    [
        ("kms", "CreateKey", {"Tags": [{"TagKey": "platform", "TagValue": "mlops"}]}, "kms:TagResource"),
        (
            "codepipeline",
            "CreatePipeline",
            {"pipeline": {"name": "p"}, "tags": [{"key": "platform", "value": "mlops"}]},
            "codepipeline:TagResource",
        ),
        ("lambda", "CreateFunction", {"FunctionName": "f", "Tags": {"platform": "mlops"}}, "lambda:TagResource"),
    ],
)
def test_tags_at_creation_are_a_right_of_their_own(
    service: str, operation: str, given: dict[str, Any], action: str
) -> None:
    tagged = [one for one in rights(service, operation, **given) if one.action == action]
    assert [one.context["aws:RequestTag/platform"] for one in tagged] == ["mlops"]


def test_an_operation_that_no_table_has_is_not_guessed() -> None:
    query = ApiRequest(service="sagemaker", operation="CreateCluster", account=DEV, region="eu-west-1", parameters={})
    assert rights_of(query) is None


def test_the_record_holds_no_bodies_values_or_secrets() -> None:
    secret = "the-content-that-nobody-reads"
    with Cloud("eu-west-1") as cloud:
        deployer = cloud.deployer(DEV)
        s3, ssm = cloud.client(deployer, "s3"), cloud.client(deployer, "ssm")
        s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        s3.put_object(Bucket="bucket", Key="k", Body=secret.encode(), Metadata={"note": secret})
        ssm.put_parameter(Name="/a", Value=secret, Type="SecureString")
        recorded = json.dumps([asdict(line) for line in cloud.recorder.requests])
    assert len(recorded) < 10_000
    assert secret not in recorded


def test_a_list_of_keys_to_delete_is_read_from_the_request_in_process_and_over_loopback() -> None:
    with Cloud("eu-west-1") as cloud:
        deployer = cloud.deployer(DEV)
        signed = cloud.client(deployer, "s3")
        signed.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        proxied = boto3.client("s3", endpoint_url=cloud.endpoint_url, **deployer.credentials())
        for client in (signed, proxied):
            client.delete_objects(Bucket="bucket", Delete={"Objects": [{"Key": "x & y"}, {"Key": "z"}]})
        deleted = [line for line in cloud.recorder.requests if line.operation == "DeleteObjects"]
    assert [[one.resource for one in line.rights or ()] for line in deleted] == [
        ["arn:aws:s3:::bucket/x & y", "arn:aws:s3:::bucket/z"]
    ] * 2

"""The boundary of the platform's roles: what no policy of theirs can give them."""

from __future__ import annotations

import botocore.session
import pytest

from catalog import names
from policies.documents.boundaries import platform_boundary
from policies.documents.prevention import preventive_statements
from tests.policies.documents.foundation import (
    BOUNDARY,
    DEPLOYER,
    HOME,
    LONG,
    TYPES,
    WORKER,
    anybody_may,
    image_build_may,
    size,
    worker_may,
)

IAM = "arn:aws:iam::111111111111"
KEY = "arn:aws:kms:eu-west-1:111111111111:key/1234"
JOB = "arn:aws:sagemaker:eu-west-1:111111111111:training-job/one"

NEVER: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("iam:CreateRole", f"{IAM}:role/mlops/projects/screening/other", {"iam__PermissionsBoundary": BOUNDARY}),
    ("iam:PutRolePolicy", WORKER, {"iam__PermissionsBoundary": BOUNDARY}),
    ("iam:AttachRolePolicy", WORKER, {"iam__PermissionsBoundary": BOUNDARY}),
    ("iam:UpdateAssumeRolePolicy", WORKER, {}),
    ("iam:DeleteRolePermissionsBoundary", WORKER, {}),
    ("iam:TagRole", WORKER, {}),
    ("iam:CreatePolicyVersion", BOUNDARY, {}),
    ("iam:PassRole", DEPLOYER, {"iam__PassedToService": "sagemaker.amazonaws.com"}),
    ("iam:PassRole", f"{IAM}:role/admin", {"iam__PassedToService": "sagemaker.amazonaws.com"}),
    ("iam:PassRole", WORKER, {"iam__PassedToService": "lambda.amazonaws.com"}),
    ("iam:PassRole", WORKER, {"iam__PassedToService": "codebuild.amazonaws.com"}),
    ("sts:AssumeRole", DEPLOYER, {}),
    ("sts:AssumeRole", f"{IAM}:role/owner", {}),
    ("kms:PutKeyPolicy", KEY, {}),
    ("s3:PutBucketPolicy", "arn:aws:s3:::mlops-dev-data-111111111111-eu-west-1", {}),
    ("s3:DeleteObjectVersion", "arn:aws:s3:::mlops-foundation-trail-111111111111-eu-west-1/one", {}),
    ("s3:PutObject", "arn:aws:s3:::mlops-foundation-trail-111111111111-eu-west-1/one", {}),
    ("codebuild:CreateProject", "arn:aws:codebuild:eu-west-1:111111111111:project/mlops-own", {}),
    ("codebuild:UpdateProject", "arn:aws:codebuild:eu-west-1:111111111111:project/mlops-screening-build", {}),
    ("codepipeline:UpdatePipeline", "arn:aws:codepipeline:eu-west-1:111111111111:screening-mlops-deploy", {}),
    ("lambda:UpdateFunctionCode", "arn:aws:lambda:eu-west-1:111111111111:function:mlops-one", {}),
    ("lambda:CreateFunction", "arn:aws:lambda:eu-west-1:111111111111:function:mlops-one", {}),
    ("cloudtrail:StopLogging", "arn:aws:cloudtrail:eu-west-1:111111111111:trail/mlops", {}),
    ("ssm:PutParameter", "arn:aws:ssm:eu-west-1:111111111111:parameter/mlops/dev/image/uri", {}),
    ("ecr:SetRepositoryPolicy", "arn:aws:ecr:eu-west-1:111111111111:repository/mlops/model", {}),
    ("organizations:LeaveOrganization", "*", {}),
    ("account:PutAlternateContact", "*", {}),
    ("ec2:RunInstances", "arn:aws:ec2:eu-west-1:111111111111:instance/*", {}),
    ("sagemaker:CreateTrainingJob", JOB, {}),
    ("sagemaker:CreateCompilationJob", JOB, {}),
)


@pytest.mark.parametrize(("action", "resource", "context"), NEVER, ids=[f"{a} {r.split(':')[-1]}" for a, r, _ in NEVER])
def test_a_role_with_every_right_still_may_not(action: str, resource: str, context: dict[str, str]) -> None:
    assert anybody_may(action, resource, **context)
    assert not worker_may(action, resource, **context)


REPOSITORY = "arn:aws:ecr:eu-west-1:111111111111:repository/mlops/model"
ARTIFACTS = "arn:aws:s3:::mlops-dev-artifacts-111111111111-eu-west-1"
MAKING_THE_IMAGE = [("ecr:PutImage", REPOSITORY), ("s3:PutObject", f"{ARTIFACTS}/_image/uri")]


@pytest.mark.parametrize(("action", "resource"), MAKING_THE_IMAGE)
def test_an_image_is_pushed_and_pinned_by_its_build_alone(action: str, resource: str) -> None:
    assert anybody_may(action, resource)
    assert not worker_may(action, resource)
    assert image_build_may(action, resource)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("ecr:BatchCheckLayerAvailability", REPOSITORY),
        ("ecr:BatchGetImage", REPOSITORY),
        ("ecr:GetDownloadUrlForLayer", REPOSITORY),
        ("s3:GetObject", f"{ARTIFACTS}/_image/uri"),
        ("s3:PutObject", f"{ARTIFACTS}/screening/report.json"),
    ],
)
def test_every_role_may_still_pull_the_image_and_read_which_one_it_is(action: str, resource: str) -> None:
    assert worker_may(action, resource)


def test_no_role_changes_anything_that_iam_knows() -> None:
    operations = botocore.session.get_session().get_service_model("iam").operation_names
    reading = ("Get", "List", "Simulate", "Generate")
    changes = [operation for operation in operations if not operation.startswith(reading)]
    assert len(changes) > 100
    for operation in changes:
        for resource in (WORKER, DEPLOYER, BOUNDARY, f"{IAM}:user/one", f"{IAM}:role/mlops/people/other"):
            assert not worker_may(f"iam:{operation}", resource, iam__PermissionsBoundary=BOUNDARY), operation


NEEDED: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("iam:PassRole", WORKER, {"iam__PassedToService": "sagemaker.amazonaws.com"}),
    (
        "iam:PassRole",
        f"{IAM}:role/mlops/delivery/mlops-screening-stackset-administration",
        {"iam__PassedToService": "cloudformation.amazonaws.com"},
    ),
    ("sts:AssumeRole", f"{IAM}:role/mlops/projects/screening/mlops-screening-publish", {}),
    ("sts:AssumeRole", f"{IAM}:role/mlops-staging-screening-stackset-execution", {}),
    ("s3:GetObject", "arn:aws:s3:::mlops-dev-models-111111111111-eu-west-1/screening/model.tar.gz", {}),
    ("kms:Decrypt", KEY, {}),
    ("sagemaker:StartPipelineExecution", "arn:aws:sagemaker:eu-west-1:111111111111:pipeline/mlops-screening", {}),
    ("codepipeline:PutApprovalResult", "arn:aws:codepipeline:eu-west-1:111111111111:one/Approve/Approve", {}),
)


@pytest.mark.parametrize(
    ("action", "resource", "context"), NEEDED, ids=[f"{a} {r.split(':')[-1]}" for a, r, _ in NEEDED]
)
def test_the_boundary_leaves_room_for_what_roles_need(action: str, resource: str, context: dict[str, str]) -> None:
    assert worker_may(action, resource, **context)


@pytest.mark.parametrize("types", [TYPES[:1], TYPES, (*TYPES, "ml.g5.xlarge", "ml.c5.2xlarge", "ml.m5.4xlarge")])
def test_it_fits_a_managed_policy_with_what_prevention_adds(types: tuple[str, ...]) -> None:
    # 6,144 characters (IAM User Guide, "IAM and AWS STS quotas").
    assert size(platform_boundary(LONG, preventive_statements(types))) <= 6144


def test_roles_and_deployers_find_the_boundary_where_the_names_say_it_is() -> None:
    assert HOME.boundary() == names.boundary_arn(HOME) == BOUNDARY
    assert names.deployer_arn(HOME) == DEPLOYER

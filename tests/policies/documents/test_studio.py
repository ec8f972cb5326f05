"""A scientist's rights in Studio: own spaces, own projects, nothing that starts, approves or delivers."""

from __future__ import annotations

import json

import pytest

from catalog import names
from policies.documents import studio_roles
from policies.documents.studio_roles import StudioScope
from tests.policies.documents.requests import ACCOUNT, REGION, arn, may, role

SCOPE = StudioScope(
    partition="aws",
    account=ACCOUNT,
    region=REGION,
    prefix="mlops",
    data_bucket="arn:aws:s3:::data",
    data_key=arn("kms", "key/data"),
    volume_key=arn("kms", "key/studio"),
    image_repository=arn("ecr", "repository/mlops/model"),
    parameters="/mlops/dev",
)
ALICE = studio_roles.scientist(SCOPE, "alice", [names.ProjectNames("mlops", "screening")])
DEFAULT_USER = studio_roles.default_user(SCOPE)
SESSION = {"sagemaker__DomainId": "d-1", "sagemaker__UserProfileName": "alice"}
SPACE, APP = arn("sagemaker", "space/d-1/hers"), arn("sagemaker", "app/d-1/hers/JupyterLab/default")
MAKE = [
    ("sagemaker:CreateApp", APP),
    ("sagemaker:CreateSpace", SPACE),
    ("sagemaker:DeleteApp", APP),
    ("sagemaker:DeleteSpace", SPACE),
    ("sagemaker:UpdateSpace", SPACE),
]


def owned(by: str, sharing: str = "Private") -> dict[str, str]:
    profile = arn("sagemaker", f"user-profile/d-1/{by}")
    return {**SESSION, "sagemaker__OwnerUserProfileArn": profile, "sagemaker__SpaceSharingType": sharing}


@pytest.mark.parametrize(("action", "resource"), MAKE)
def test_spaces_and_apps_are_ones_own(action: str, resource: str) -> None:
    assert may(ALICE, action, resource, **owned("alice"))
    assert not may(ALICE, action, resource, **owned("bob"))
    assert not may(ALICE, action, resource, **owned("alice", "Shared"))
    assert not may(ALICE, action, resource, **SESSION)
    assert not may(DEFAULT_USER, action, resource, **owned("alice"))


@pytest.mark.parametrize(("action", "resource"), MAKE)
def test_outside_a_studio_session_the_role_makes_no_spaces(action: str, resource: str) -> None:
    context = owned("alice")
    del context["sagemaker__DomainId"]
    assert not may(ALICE, action, resource, **context)


def test_studio_is_opened_as_oneself() -> None:
    action = "sagemaker:CreatePresignedDomainUrl"
    assert may(ALICE, action, arn("sagemaker", "user-profile/d-1/alice"), **SESSION)
    assert not may(ALICE, action, arn("sagemaker", "user-profile/d-1/bob"), **SESSION)
    assert not may(ALICE, action, arn("sagemaker", "user-profile/d-2/alice"), **SESSION)
    assert not may(DEFAULT_USER, action, arn("sagemaker", "user-profile/d-1/alice"), **SESSION)


def test_tags_are_set_only_while_something_is_made() -> None:
    assert may(ALICE, "sagemaker:AddTags", SPACE, **SESSION, sagemaker__TaggingAction="CreateSpace")
    assert not may(ALICE, "sagemaker:AddTags", SPACE, **SESSION)
    assert not may(ALICE, "sagemaker:AddTags", arn("sagemaker", "training-job/x"), sagemaker__TaggingAction="x")


@pytest.mark.parametrize("action", ["sts:AssumeRole", "sts:SetSourceIdentity"])
def test_publish_roles_are_those_of_ones_own_projects(action: str) -> None:
    assert may(ALICE, action, role("mlops/projects/screening/mlops-screening-publish"))
    assert not may(ALICE, action, role("mlops/projects/diabetes/mlops-diabetes-publish"))
    assert not may(ALICE, action, role("mlops/projects/screening/mlops-screening-deploy-test"))
    assert not may(ALICE, action, role("mlops/people/mlops-dev-approver"))
    assert not may(studio_roles.scientist(SCOPE, "eve", []), action, role("mlops/projects/screening/x"))


def test_models_runs_and_parameters_are_seen_of_ones_own_projects() -> None:
    for project, seen in (("screening", True), ("diabetes", False)):
        package = arn("sagemaker", f"model-package/mlops-{project}/1")
        assert may(ALICE, "sagemaker:DescribeModelPackage", package) is seen
        assert may(ALICE, "sagemaker:DescribePipeline", arn("sagemaker", f"pipeline/mlops-{project}")) is seen
        job = arn("sagemaker", "training-job/pipelines-x")
        assert may(ALICE, "sagemaker:DescribeTrainingJob", job, aws__ResourceTag_project=project) is seen
        parameter = arn("ssm", f"parameter/mlops/dev/projects/{project}/id")
        assert may(ALICE, "ssm:GetParameter", parameter) is seen


def test_data_is_what_is_shared() -> None:
    assert may(ALICE, "s3:PutObject", "arn:aws:s3:::data/shared/table.csv")
    for key in ("screening/training/data.csv", "diabetes/training/data.csv", "shared"):
        assert not may(ALICE, "s3:GetObject", f"arn:aws:s3:::data/{key}")
    assert not may(DEFAULT_USER, "s3:GetObject", "arn:aws:s3:::data/shared/table.csv")


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("cloudformation:UpdateStackSet", arn("cloudformation", "stackset/mlops-screening-production:x")),
        ("codebuild:StartBuild", arn("codebuild", "project/mlops-screening-build")),
        ("codepipeline:PutApprovalResult", arn("codepipeline", "screening-mlops-deploy/Approve/Approve")),
        ("codepipeline:StartPipelineExecution", arn("codepipeline", "screening-mlops-build")),
        ("iam:PassRole", role("mlops/projects/screening/mlops-screening-training")),
        ("sagemaker:CreateModelPackage", arn("sagemaker", "model-package/mlops-screening/2")),
        ("sagemaker:CreateProcessingJob", arn("sagemaker", "processing-job/x")),
        ("sagemaker:CreateTrainingJob", arn("sagemaker", "training-job/x")),
        ("sagemaker:CreateUserProfile", arn("sagemaker", "user-profile/d-1/mallory")),
        ("sagemaker:UpdateDomain", arn("sagemaker", "domain/d-1")),
        ("sagemaker:UpdateModelPackage", arn("sagemaker", "model-package/mlops-screening/1")),
        ("sagemaker:UpdateUserProfile", arn("sagemaker", "user-profile/d-1/bob")),
    ],
)
def test_nothing_is_started_registered_approved_or_delivered_from_studio(action: str, resource: str) -> None:
    context = {**owned("alice"), "sagemaker__ModelApprovalStatus": "Approved", "aws__ResourceTag_project": "screening"}
    for document in (ALICE, DEFAULT_USER):
        assert not may(document, action, resource, **context)


def test_no_action_is_a_wildcard_and_every_list_is_named() -> None:
    for document in (ALICE, DEFAULT_USER):
        for statement in json.loads(document)["Statement"]:
            actions = statement["Action"]
            assert not any("*" in one for one in ([actions] if isinstance(actions, str) else actions))

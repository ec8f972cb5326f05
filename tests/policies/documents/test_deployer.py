"""What the deployer may do, and what not even AdministratorAccess gives it."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase

import botocore.session
import pytest

from policies.access.authorization import AuthorizationRequest
from policies.access.evaluator import decide
from policies.documents.deployer import DEPLOYED, deployer_boundary, deployer_policies
from settings.foundation import MOST_BUCKETS
from tests.policies.documents.foundation import (
    BOUNDARY,
    DEPLOYER,
    EVERYTHING,
    HOME,
    LONG,
    WORKER,
    anybody_may,
    deployer_may,
    parsed,
    size,
    widened_deployer_may,
)

IAM = "arn:aws:iam::111111111111"
PATHS = (
    "mlops/delivery/mlops-screening-stackset-administration",
    "mlops/people/mlops-dev-approver",
    "mlops/platform/mlops-dev-flow-logs",
    "mlops/projects/screening/mlops-screening-build",
    "mlops-staging-screening-stackset-execution",
)
DATA = "arn:aws:s3:::mlops-dev-data-111111111111-eu-west-1"
ARTIFACTS = "arn:aws:s3:::mlops-dev-artifacts-111111111111-eu-west-1"
CHANNELS = "arn:aws:chatbot::111111111111:chat-configuration/slack-channel"
KEY = "arn:aws:kms:eu-west-1:111111111111:key/1234"


def ours(**more: str) -> dict[str, str]:
    return {"aws__ResourceTag_platform": "mlops", **more}


@pytest.mark.parametrize("path", PATHS)
def test_it_makes_roles_of_the_platform_with_the_boundary_and_not_without(path: str) -> None:
    role = f"{IAM}:role/{path}"
    assert deployer_may("iam:CreateRole", role, iam__PermissionsBoundary=BOUNDARY)
    assert deployer_may("iam:PutRolePolicy", role, iam__PermissionsBoundary=BOUNDARY)
    assert not widened_deployer_may("iam:CreateRole", role)
    other = f"{IAM}:policy/mlops/another-boundary"
    assert not widened_deployer_may("iam:CreateRole", role, iam__PermissionsBoundary=other)
    assert not widened_deployer_may("iam:PutRolePolicy", role)


# What nobody may reach through the deployer: (action, resource, context).
NEVER: tuple[tuple[str, str, dict[str, str]], ...] = (
    # Its pipelines name the administration role; who passes it to CloudFormation is the project's deploy pipeline.
    ("iam:PassRole", f"{IAM}:role/{PATHS[0]}", {"iam__PassedToService": "cloudformation.amazonaws.com"}),
    ("cloudformation:CreateStackSet", "*", {}),
    ("iam:PassRole", f"{IAM}:role/{PATHS[4]}", {"iam__PassedToService": "sagemaker.amazonaws.com"}),
    ("iam:CreateRole", f"{IAM}:role/mlops/foundation/mlops-other", {"iam__PermissionsBoundary": BOUNDARY}),
    ("iam:CreateRole", f"{IAM}:role/admin", {"iam__PermissionsBoundary": BOUNDARY}),
    ("iam:UpdateAssumeRolePolicy", DEPLOYER, {}),
    ("iam:UpdateAssumeRolePolicy", f"{IAM}:role/owner", {}),
    ("iam:PutRolePolicy", DEPLOYER, {"iam__PermissionsBoundary": BOUNDARY}),
    ("iam:AttachRolePolicy", WORKER, {}),
    ("iam:DeleteRolePermissionsBoundary", WORKER, {"iam__PermissionsBoundary": BOUNDARY}),
    ("iam:DeleteRolePermissionsBoundary", DEPLOYER, {}),
    ("iam:PutRolePermissionsBoundary", WORKER, {"iam__PermissionsBoundary": f"{IAM}:policy/mlops/wide"}),
    ("iam:CreatePolicyVersion", BOUNDARY, {}),
    ("iam:SetDefaultPolicyVersion", f"{IAM}:policy/mlops/foundation/mlops-deployer-boundary", {}),
    ("iam:CreatePolicy", f"{IAM}:policy/mlops/own", {}),
    ("iam:CreateUser", f"{IAM}:user/somebody", {"iam__PermissionsBoundary": BOUNDARY}),
    ("iam:CreateAccessKey", f"{IAM}:user/somebody", {}),
    ("iam:CreateLoginProfile", f"{IAM}:user/somebody", {}),
    ("iam:AddUserToGroup", f"{IAM}:group/admins", {}),
    ("iam:CreateOpenIDConnectProvider", f"{IAM}:oidc-provider/example.com", {}),
    ("iam:CreateInstanceProfile", f"{IAM}:instance-profile/one", {}),
    ("iam:PassRole", DEPLOYER, {"iam__PassedToService": "lambda.amazonaws.com"}),
    ("iam:PassRole", f"{IAM}:role/admin", {"iam__PassedToService": "lambda.amazonaws.com"}),
    ("iam:PassRole", WORKER, {"iam__PassedToService": "ec2.amazonaws.com"}),
    ("iam:PassRole", WORKER, {}),
    ("sts:AssumeRole", WORKER, {}),
    ("sts:AssumeRole", f"{IAM}:role/admin", {}),
    ("s3:GetObject", f"{DATA}/screening/training/data.csv", {}),
    ("s3:GetObjectVersion", f"{DATA.replace('data', 'models')}/screening/model.tar.gz", {}),
    ("s3:PutObject", f"{DATA.replace('data', 'models')}/screening/model.tar.gz", {}),
    ("s3:GetObject", f"{DATA.replace('dev-data', 'staging-capture')}/screening/one.jsonl", {}),
    ("s3:GetObject", "arn:aws:s3:::somebody-elses/object", {}),
    ("kms:Decrypt", KEY, ours()),
    ("kms:Decrypt", KEY, ours(kms__ViaService="secretsmanager.eu-west-1.amazonaws.com")),
    ("kms:GenerateDataKey", KEY, ours()),
    ("kms:PutKeyPolicy", KEY, ours(aws__ResourceTag_tier="foundation")),
    ("kms:ScheduleKeyDeletion", KEY, ours(aws__ResourceTag_tier="foundation")),
    ("kms:UntagResource", KEY, ours(aws__ResourceTag_tier="foundation")),
    ("s3:DeleteObjectVersion", "arn:aws:s3:::mlops-foundation-trail-111111111111-eu-west-1/AWSLogs/one", {}),
    ("s3:PutBucketPolicy", "arn:aws:s3:::mlops-foundation-trail-111111111111-eu-west-1", {}),
    ("lambda:UpdateFunctionCode", "arn:aws:lambda:eu-west-1:111111111111:function:mlops-foundation-guard", {}),
    ("events:DisableRule", "arn:aws:events:eu-west-1:111111111111:rule/mlops-foundation-started", {}),
    ("chatbot:UpdateSlackChannelConfiguration", f"{CHANNELS}/mlops-foundation-alarms", {}),
    ("chatbot:DeleteSlackWorkspaceAuthorization", "*", {}),
    ("chatbot:UpdateAccountPreferences", "*", {}),
    ("iam:UpdateAssumeRolePolicy", f"{IAM}:role/mlops/foundation/mlops-foundation-chat", {}),
    ("cloudtrail:StopLogging", "arn:aws:cloudtrail:eu-west-1:111111111111:trail/mlops-foundation", {}),
    ("organizations:LeaveOrganization", "*", {}),
    ("account:CloseAccount", "*", {}),
    ("sagemaker:CreateTrainingJob", "arn:aws:sagemaker:eu-west-1:111111111111:training-job/one", {}),
    ("sagemaker:UpdateModelPackage", "arn:aws:sagemaker:eu-west-1:111111111111:model-package/mlops-screening/1", {}),
    ("cloudformation:CreateStack", "arn:aws:cloudformation:eu-west-1:111111111111:stack/one/1", {}),
)


@pytest.mark.parametrize(("action", "resource", "context"), NEVER, ids=[f"{a} {r.split(':')[-1]}" for a, r, _ in NEVER])
def test_what_it_never_may_it_may_not_with_administrator_access_either(
    action: str, resource: str, context: dict[str, str]
) -> None:
    assert anybody_may(action, resource, **context)
    assert not widened_deployer_may(action, resource, **context)


def test_every_change_that_iam_knows_is_kept_from_the_foundation() -> None:
    operations = botocore.session.get_session().get_service_model("iam").operation_names
    reading = ("Get", "List", "Simulate", "Generate")
    for operation in operations:
        if not operation.startswith(reading):
            for resource in (DEPLOYER, BOUNDARY):
                context = {"iam__PermissionsBoundary": BOUNDARY}
                assert not widened_deployer_may(f"iam:{operation}", resource, **context), operation


def test_a_bucket_policy_of_its_own_making_does_not_hand_it_data() -> None:
    session = "arn:aws:sts::111111111111:assumed-role/mlops-deployer/pulumi"
    bucket = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": session}, "Action": "s3:*", "Resource": f"{DATA}/*"},
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": f"{DATA}/*",
                "Condition": {"ArnEquals": {"aws:PrincipalArn": DEPLOYER}},
            },
        ],
    }
    query = AuthorizationRequest(
        id="asked",
        principal=session,
        account=HOME.account,
        action="s3:GetObject",
        resource=f"{DATA}/screening/training/data.csv",
        owner=HOME.account,
        identity=[EVERYTHING],
        boundary=parsed(deployer_boundary(HOME)),
        resource_policy=bucket,
        context={"aws:PrincipalArn": DEPLOYER},
    )
    answer = decide(query)
    assert not answer.allowed
    assert "DenyData" in answer.because


# What its own policies give: (action, resource, context).
OWN: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("iam:PassRole", WORKER, {"iam__PassedToService": "codebuild.amazonaws.com"}),
    ("s3:PutObject", f"{ARTIFACTS}/screening/source/model-build.zip", {}),
    ("s3:CreateBucket", DATA, {}),
    ("kms:CreateKey", "arn:aws:kms:eu-west-1:111111111111:key/*", {"aws__RequestTag_platform": "mlops"}),
    ("kms:TagResource", KEY, {"aws__RequestTag_platform": "mlops"}),
    ("kms:PutKeyPolicy", KEY, ours()),
    ("kms:CreateGrant", KEY, ours(kms__ViaService="ecr.eu-west-1.amazonaws.com")),
    ("kms:Decrypt", KEY, ours(kms__ViaService="elasticfilesystem.eu-west-1.amazonaws.com")),
    ("ec2:CreateVpc", "arn:aws:ec2:eu-west-1:111111111111:vpc/*", {"aws__RequestTag_platform": "mlops"}),
    ("ec2:CreateSubnet", "arn:aws:ec2:eu-west-1:111111111111:vpc/vpc-1", ours()),
    ("ec2:DeleteSubnet", "arn:aws:ec2:eu-west-1:111111111111:subnet/subnet-1", ours()),
    ("lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:111111111111:function:mlops-screening-release-cleaner", {}),
    ("chatbot:CreateSlackChannelConfiguration", "*", {"aws__RequestTag_platform": "mlops"}),
    ("chatbot:UpdateSlackChannelConfiguration", f"{CHANNELS}/mlops-dev-alarms", {}),
    ("chatbot:DescribeSlackChannelConfigurations", "*", {}),
    (
        "iam:PassRole",
        f"{IAM}:role/mlops/platform/mlops-dev-chat",
        {"iam__PassedToService": "chatbot.amazonaws.com"},
    ),
    (
        "iam:CreateServiceLinkedRole",
        f"{IAM}:role/aws-service-role/management.chatbot.amazonaws.com/AWSServiceRoleForAWSChatbot",
        {"iam__AWSServiceName": "management.chatbot.amazonaws.com"},
    ),
)


@pytest.mark.parametrize(("action", "resource", "context"), OWN, ids=[action for action, _, _ in OWN])
def test_its_policies_give_what_stacks_are_made_with(action: str, resource: str, context: dict[str, str]) -> None:
    assert deployer_may(action, resource, **context)


# The same a step aside: somebody else's name or tag, another service, another place in the bucket.
ASIDE: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("s3:PutObject", f"{ARTIFACTS}/screening/runs/1/splits.csv", {}),
    ("s3:CreateBucket", "arn:aws:s3:::another-bucket", {}),
    ("s3:DeleteObject", f"{DATA}/screening/training/data.csv", {}),
    ("kms:CreateKey", "arn:aws:kms:eu-west-1:111111111111:key/*", {}),
    ("kms:PutKeyPolicy", KEY, {}),
    ("kms:PutKeyPolicy", KEY, {"aws__ResourceTag_platform": "other"}),
    ("kms:CreateGrant", KEY, ours()),
    ("kms:Decrypt", KEY, ours(kms__ViaService="s3.eu-west-1.amazonaws.com")),
    ("kms:Decrypt", KEY, {"kms__ViaService": "sagemaker.eu-west-1.amazonaws.com"}),
    ("ec2:CreateVpc", "arn:aws:ec2:eu-west-1:111111111111:vpc/*", {}),
    ("ec2:CreateSubnet", "arn:aws:ec2:eu-west-1:111111111111:vpc/vpc-1", {"aws__RequestTag_platform": "mlops"}),
    ("ec2:DeleteSubnet", "arn:aws:ec2:eu-west-1:111111111111:subnet/subnet-1", {}),
    ("ec2:RunInstances", "arn:aws:ec2:eu-west-1:111111111111:instance/*", {"aws__RequestTag_platform": "mlops"}),
    ("lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:111111111111:function:mlops-other", {}),
    ("codebuild:StartBuild", "arn:aws:codebuild:eu-west-1:111111111111:project/mlops-screening-build", {}),
    ("codepipeline:PutApprovalResult", "arn:aws:codepipeline:eu-west-1:111111111111:screening-mlops-deploy/A/A", {}),
    ("iam:ListUsers", f"{IAM}:user/*", {}),
    ("chatbot:CreateSlackChannelConfiguration", "*", {}),
    ("chatbot:UpdateSlackChannelConfiguration", f"{CHANNELS}/somebody-s-alarms", {}),
    ("chatbot:DescribeSlackWorkspaces", "*", {}),
    (
        "iam:PassRole",
        f"{IAM}:role/mlops/foundation/mlops-foundation-chat",
        {"iam__PassedToService": "chatbot.amazonaws.com"},
    ),
)


@pytest.mark.parametrize(("action", "resource", "context"), ASIDE, ids=[f"{a} {r.split(':')[-1]}" for a, r, _ in ASIDE])
def test_its_policies_give_nothing_a_step_aside(action: str, resource: str, context: dict[str, str]) -> None:
    assert not deployer_may(action, resource, **context)


def may_with(bucket: str, action: str, resource: str) -> bool:
    """Whether the deployer may do it that was told of a bucket."""
    query = AuthorizationRequest(
        id="",
        principal=DEPLOYER,
        account="111111111111",
        action=action,
        resource=resource,
        owner="111111111111",
        identity=[parsed(text) for text in deployer_policies(HOME, [bucket]).values()],
        boundary=parsed(deployer_boundary(HOME)),
    )
    return decide(query).allowed


def test_of_a_bucket_that_exists_it_sees_the_settings_and_writes_the_policy() -> None:
    bucket = "arn:aws:s3:::acme-data"
    for action in ("s3:GetBucketVersioning", "s3:GetEncryptionConfiguration", "s3:PutBucketPolicy"):
        assert may_with("acme-data", action, bucket)
        assert not may_with("acme-data", action, "arn:aws:s3:::acme-other")
    for action in ("s3:DeleteBucket", "s3:PutBucketVersioning", "s3:PutEncryptionConfiguration"):
        assert not may_with("acme-data", action, bucket)
    for action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject"):
        assert not may_with("acme-data", action, f"{bucket}/train.csv")


def test_evidence_is_no_bucket_that_can_be_handed_over() -> None:
    trail = "mlops-foundation-trail-111111111111-eu-west-1"
    assert not may_with(trail, "s3:PutBucketPolicy", f"arn:aws:s3:::{trail}")


def test_its_policies_fit_a_role_whatever_prefix_and_partition() -> None:
    policies = deployer_policies(LONG, [f"{number:x<63}" for number in range(MOST_BUCKETS)])
    # Managed policies of a role, unless the quota was raised (IAM User Guide, "IAM and AWS STS quotas").
    assert len(policies) <= 10
    assert {theme: size(text) for theme, text in policies.items() if size(text) > 6144} == {}
    assert size(deployer_boundary(LONG)) <= 6144


def test_every_region_of_another_partition_is_written_in_its_own_names() -> None:
    for text in (*deployer_policies(LONG).values(), deployer_boundary(LONG)):
        assert "arn:aws:" not in json.dumps(parsed(text))


@pytest.mark.parametrize("theme", DEPLOYED)
def test_what_a_row_of_the_table_grants_is_below_the_ceiling_that_the_same_row_sets(theme: str) -> None:
    for row in DEPLOYED[theme]:
        # The keys' and seeds' objects have statements of their own in the boundary.
        granted = {action for statement in row.statements(HOME) for action in statement.actions}
        outside = {action for action in granted if not any(fnmatchcase(action, ceiling) for ceiling in row.ceiling)}
        assert {action for action in outside if not action.startswith("s3:")} == set(), row.types


def test_no_resource_type_stands_in_two_rows_of_the_table() -> None:
    types = [type_ for rows in DEPLOYED.values() for row in rows for type_ in row.types]
    assert sorted(types) == sorted(set(types))

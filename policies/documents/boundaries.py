"""Permissions boundaries: the most that anybody in an account can come to, whatever policies they are given.

A boundary grants nothing. What it leaves out is denied implicitly, which a resource policy that names a session can
pass over (IAM reference_policies_evaluation-logic_policy-eval-denyallow); what must never happen is therefore denied by
name as well.
"""

from __future__ import annotations

from collections.abc import Sequence

from catalog import names
from catalog.roles import RoleKind, RolePath
from policies.documents.account import FOUNDATION_TAG, AccountScope
from policies.documents.statement import PolicyKind, Statement, document

CEILING = "A boundary is a ceiling: identity policies grant the action, on resources that they name"

# Every verb of IAM that changes something, but PassRole (SAR list_identityandaccessmanagement, November 2026).
_IAM_VERBS = (
    *("Accept", "Add", "Associate", "Attach", "Change", "Create", "Deactivate", "Delete", "Detach", "Disable"),
    *("Enable", "Put", "Reject", "Remove", "Reset", "Resync", "Send", "Set", "Tag", "Untag", "Update", "Upload"),
)
IAM_WRITES = tuple(f"iam:{verb}*" for verb in _IAM_VERBS)
CRYPTOGRAPHY = ("kms:Decrypt", "kms:Encrypt", "kms:Generate*", "kms:ReEncrypt*", "kms:Sign", "kms:Verify*")

# Services that the platform's roles, and the people who look after them, work with.
_WORK = (
    "application-autoscaling:*",
    "cloudformation:*",
    "cloudwatch:*",
    "ec2:*NetworkInterface*",
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "events:DisableRule",
    "events:EnableRule",
    "events:PutEvents",
    "logs:*",
    "s3:AbortMultipartUpload",
    "s3:DeleteObject*",
    "s3:PutObject",
    "s3:PutObjectTagging",
    "sagemaker:*",
    "sns:Publish",
    "sqs:SendMessage",
    "codebuild:RetryBuild",
    "codebuild:StartBuild",
    "codebuild:StopBuild",
    "codepipeline:*Execution",
    "codepipeline:*StageTransition",
    "codepipeline:PutApprovalResult",
)
# Keys are used and looked after. No role changes who may use one: key policies come with a stack.
_KEYS = (
    "kms:CancelKeyDeletion",
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:DisableKey*",
    "kms:EnableKey*",
    "kms:GenerateDataKey*",
    "kms:RevokeGrant",
    "kms:ScheduleKeyDeletion",
)
_READING = (
    "access-analyzer:Get*",
    "access-analyzer:List*",
    "cloudtrail:Describe*",
    "cloudtrail:Get*",
    "cloudtrail:List*",
    "cloudtrail:LookupEvents",
    "codebuild:BatchGet*",
    "codebuild:List*",
    "codepipeline:Get*",
    "codepipeline:List*",
    "config:Describe*",
    "config:Get*",
    "config:List*",
    "ec2:Describe*",
    "ecr:Describe*",
    "ecr:Get*",
    "ecr:List*",
    "events:Describe*",
    "events:List*",
    "guardduty:Get*",
    "guardduty:List*",
    "iam:Get*",
    "iam:List*",
    "kms:Describe*",
    "kms:Get*",
    "kms:List*",
    "lambda:Get*",
    "lambda:List*",
    "macie2:Get*",
    "macie2:List*",
    "s3:Get*",
    "s3:List*",
    "securityhub:Get*",
    "sns:Get*",
    "sns:List*",
    "ssm:Describe*",
    "ssm:Get*",
    "ssm:List*",
    "tag:Get*",
)


def platform_boundary(account: AccountScope, prevention: Sequence[Statement] = ()) -> str:
    """Boundary of every role of the platform in an account.

    `prevention` are denials of their own: what no job, endpoint or notebook may be started without.
    """
    return document(
        Statement(sid="WhatThePlatformNeeds", actions=(*_WORK, *_KEYS, *_READING), resources=["*"], reason=CEILING),
        *_enter_and_pass_roles(account),
        *_stay_below_the_foundation(account),
        *prevention,
        kind=PolicyKind.MANAGED,
    )


def _enter_and_pass_roles(account: AccountScope) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="EnterPlatformRoles",
            actions=["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"],
            resources=_platform_roles_anywhere(account),
            reason="Roles of the other accounts too: which ones, the role's own policy and their trust say",
        ),
        Statement(
            sid="PassProjectRoles",
            actions=["iam:PassRole"],
            resources=[account.role_arn(f"/{account.prefix}/projects/")],
            conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        ),
        Statement(
            sid="PassDeliveryRoles",
            actions=["iam:PassRole"],
            resources=[account.role_arn(RolePath.DELIVERY.format(prefix=account.prefix))],
            conditions={"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}},
        ),
    )


def _platform_roles_anywhere(account: AccountScope) -> list[str]:
    paths = [account.role_arn(f"/{account.prefix}/{kind}/", account="*") for kind in ("people", "projects")]
    executions = f"{account.prefix}-*-{RoleKind.STACK_SET_EXECUTION}"
    return [*paths, account.role_arn(RolePath.NONE, executions, account="*")]


def _stay_below_the_foundation(account: AccountScope) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="DenyMoreRights",
            effect="Deny",
            actions=[*IAM_WRITES, "account:*", "organizations:*", "kms:PutKeyPolicy", "s3:PutBucketPolicy"],
            resources=["*"],
        ),
        Statement(
            sid="DenyBecomingTheDeployer",
            effect="Deny",
            actions=["iam:PassRole", "sts:AssumeRole"],
            resources=[account.role_arn(names.foundation_path(account.prefix), account="*")],
        ),
        Statement(
            sid="DenyTouchingEvidence",
            effect="Deny",
            actions=["s3:Delete*", "s3:Put*"],
            resources=account.foundation_buckets(),
        ),
    )


# What the deployer's stacks are made of, as services; IAM has statements of its own.
_DEPLOYED = (
    "cloudformation:Describe*",
    "cloudformation:GetResource",
    "cloudwatch:*",
    "codebuild:*",
    "codepipeline:*",
    "ec2:*",
    "ecr:*",
    "elasticfilesystem:CreateFileSystem",
    "elasticfilesystem:TagResource",
    "events:*",
    "kms:*",
    "lambda:*",
    "logs:*",
    "resource-groups:*",
    "route53:AssociateVPCWithHostedZone",
    "s3:*Bucket*",
    "s3:*Configuration",
    "s3:*Resource",
    "s3:DeleteObject*",
    "sagemaker:*Domain",
    "sagemaker:*ModelPackageGroup*",
    "sagemaker:*Tags",
    "sagemaker:*UserProfile",
    "sns:*",
    "ssm:*",
    "tag:Get*",
)
# Of what the deployer does to roles, what carries iam:PermissionsBoundary by every source: the new boundary, or the one
# that the role has (SAR list_identityandaccessmanagement).
BOUNDED = ("iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy")
MAKE_ROLES = (
    "iam:CreateRole",
    "iam:DeleteRole",
    "iam:DeleteRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:TagRole",
    "iam:UntagRole",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
    "iam:UpdateRoleDescription",
)
# Services that the stacks hand roles to: builds, pipelines, rules, functions, Studio, flow logs.
PASSED_TO = tuple(
    f"{service}.amazonaws.com"
    for service in ("codebuild", "codepipeline", "events", "lambda", "sagemaker", "vpc-flow-logs")
)
# Services that keys of stacks are handed to, or that write with one on the deployer's behalf.
KEY_SERVICES = ("ecr", "elasticfilesystem", "s3", "sagemaker")


def deployer_boundary(account: AccountScope) -> str:
    """Boundary of the deployer: even with AdministratorAccess attached it makes no role but bounded ones.

    It cannot carry the boundary of the roles that it makes, since it makes roles; it cannot touch either of the two.
    """
    return document(
        Statement(sid="WhatStacksAreMadeOf", actions=_DEPLOYED, resources=["*"], reason=CEILING),
        Statement(
            sid="SeedRepositories",
            actions=["s3:GetObject*", "s3:PutObject*"],
            resources=[f"{account.buckets('artifacts')}/*"],
            reason=CEILING,
        ),
        *_roles_of_stacks(account),
        *_never_become_more(account),
        *_never_touch_the_guards(account),
        *_never_use_data(account),
        kind=PolicyKind.MANAGED,
    )


def _roles_of_stacks(account: AccountScope) -> tuple[Statement, ...]:
    return (
        Statement(sid="SeeRoles", actions=["iam:Get*", "iam:List*"], resources=["*"], reason=CEILING),
        Statement(
            sid="MakePlatformRoles",
            actions=MAKE_ROLES,
            resources=account.made_roles(),
        ),
        Statement(
            sid="PassPlatformRoles",
            actions=["iam:PassRole"],
            resources=account.handed_roles(),
            conditions={"StringEquals": {"iam:PassedToService": PASSED_TO}},
        ),
        Statement(
            sid="MakeServiceLinkedRoles",
            actions=["iam:CreateServiceLinkedRole"],
            resources=[account.role_arn("/aws-service-role/*")],
        ),
        Statement(
            sid="DenyRolesWithoutBoundary",
            effect="Deny",
            actions=[*BOUNDED, "iam:AttachRolePolicy"],
            resources=["*"],
            conditions={"ArnNotEquals": {"iam:PermissionsBoundary": account.boundary()}},
        ),
    )


def _never_become_more(account: AccountScope) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="DenyLosingBoundaries",
            effect="Deny",
            actions=["iam:DeleteRolePermissionsBoundary"],
            resources=["*"],
        ),
        Statement(
            sid="DenyTheFoundation",
            effect="Deny",
            actions=[*IAM_WRITES, "iam:PassRole"],
            resources=account.foundation(),
        ),
        Statement(
            sid="DenyOtherIdentities",
            effect="Deny",
            actions=["account:*", "organizations:*", "sts:AssumeRole*", "sts:GetFederationToken"],
            resources=["*"],
        ),
    )


def _never_touch_the_guards(account: AccountScope) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="DenyTheGuards",
            effect="Deny",
            actions=["cloudwatch:*", "events:*", "lambda:*", "logs:*", "s3:*", "sns:*", "sqs:*"],
            resources=account.controls(),
        ),
        Statement(
            sid="DenyTheGuardsKeys",
            effect="Deny",
            actions=["kms:*"],
            resources=["*"],
            conditions={"StringEquals": {f"aws:ResourceTag/{FOUNDATION_TAG[0]}": FOUNDATION_TAG[1]}},
        ),
    )


def _never_use_data(account: AccountScope) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="DenyData",
            effect="Deny",
            actions=["s3:GetObject*", "s3:PutObject*", "s3:ReplicateObject", "s3:RestoreObject"],
            resources=[f"{account.buckets(purpose)}/*" for purpose in ("capture", "data", "models")],
        ),
        Statement(
            sid="DenyUseOfKeys",
            effect="Deny",
            actions=CRYPTOGRAPHY,
            resources=["*"],
            conditions={"StringNotLike": {"kms:ViaService": [f"{name}.*.amazonaws.com" for name in KEY_SERVICES]}},
        ),
    )

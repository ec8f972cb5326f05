"""Permissions boundaries: the most that anybody in an account can come to, whatever policies they are given.

A boundary grants nothing. What it leaves out is denied implicitly, which a resource policy that names a session can
pass over (IAM User Guide, "How AWS enforcement code logic evaluates requests to allow or deny access"); what must never
happen is therefore denied by name as well.
"""

from __future__ import annotations

from collections.abc import Sequence

from catalog import names
from catalog.roles import RoleKind, RolePath
from policies.documents.account import AccountScope
from policies.documents.statement import DocumentKind, Statement, document

CEILING = "A boundary is a ceiling: identity policies grant the action, on resources that they name"

# Every verb of IAM but those that read (Generate, Get, List, Simulate) and PassRole, by its first letters, since a
# boundary has few characters (Service Authorization Reference, "AWS Identity and Access Management (IAM)", November
# 2026).
_IAM_VERBS = ("A", "C", "D", "E", "Pu", "Re", "Se", "T", "U")
# For whom an account's first scalable endpoint makes a service-linked role (Application Auto Scaling User Guide,
# "Service-linked roles for Application Auto Scaling").
SCALING_SERVICE = "sagemaker.application-autoscaling.amazonaws.com"
IAM_WRITES = tuple(f"iam:{verb}*" for verb in _IAM_VERBS)
CRYPTOGRAPHY = ("kms:Decrypt", "kms:Encrypt", "kms:Generate*", "kms:ReEncrypt*", "kms:Sign", "kms:Verify*")

# Services that the platform's roles, and the people who look after them, work with.
_WORK = (
    "application-autoscaling:*",
    "cloudformation:*",
    "cloudwatch:*",
    "ec2:*NetworkInterface*",
    # What a Studio domain leaves in its VPC, which the account's cleaner marks and removes.
    "ec2:CreateTags",
    "ec2:DeleteSecurityGroup",
    "ec2:RevokeSecurityGroup*",
    "ecr:*Layer*",
    "ecr:BatchGetImage",
    "ecr:PutImage",
    "elasticfilesystem:De*",
    "elasticfilesystem:TagResource",
    # One name for several where nothing else fits it: a boundary has 6,144 characters.
    "events:*ableRule",
    "events:PutEvents",
    # For one service: `DenyMoreRights`.
    "iam:CreateServiceLinkedRole",
    "logs:*",
    "s3:AbortMultipartUpload",
    "s3:DeleteObject*",
    "s3:PutObject",
    "s3:PutObjectTagging",
    "sagemaker:*",
    "sns:Publish",
    "sqs:SendMessage",
    "codebuild:*Build",
    "codepipeline:*Execution",
    "codepipeline:*StageTransition",
    "codepipeline:PutApprovalResult",
)
# Keys are used and looked after. No role changes who may use one: key policies come with a stack.
_KEYS = (
    "kms:CancelKeyDeletion",
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:*ableKey*",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:RevokeGrant",
    "kms:ScheduleKeyDeletion",
)
_READING = (
    "access-analyzer:Get*",
    "access-analyzer:List*",
    "cloudtrail:Describe*",
    "cloudtrail:Get*",
    "cloudtrail:L*",
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
        kind=DocumentKind.MANAGED,
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
            # The one role that something else than the deployer makes: AWS writes its rights and its trust. No other
            # action of IAM has this condition key (Service Authorization Reference, "AWS Identity and Access Management
            # (IAM)"), so that all others are denied.
            conditions={"StringNotEqualsIfExists": {"iam:AWSServiceName": SCALING_SERVICE}},
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

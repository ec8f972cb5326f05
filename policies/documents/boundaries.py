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
from policies.documents.project_scope import PINNED_IMAGE
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
    "apigateway:*",
    "application-autoscaling:*",
    "cloudformation:*",
    "cloudwatch:*",
    "codedeploy:*",
    "dynamodb:*",
    "ec2:*NetworkInterface*",
    # What a Studio domain leaves in its VPC, which the account's cleaner marks and removes.
    "ec2:CreateTags",
    "ec2:DeleteSecurityGroup",
    "ec2:RevokeS*",
    # Pushes too, for one role: `DenyMakingImages`.
    "ecr:*Lay*",
    "ecr:BatchGetI*",
    "ecr:PutImage",
    "elasticfilesystem:De*",
    "elasticfilesystem:Tag*",
    # One name for several where nothing else fits it: a boundary has 6,144 characters.
    "events:*ableRule",
    "events:PutEvents",
    # For one service: `DenyMoreRights`.
    "iam:CreateServiceL*",
    "logs:*",
    "s3:Abort*",
    "s3:DeleteObject*",
    "s3:PutObject",
    "s3:PutObjectT*",
    "sagemaker:*",
    "sns:Publish",
    # Messages are sent, received, deleted and hidden: what nobody could deal with is handed over again.
    "sqs:*Me*",
    "sqs:GetQ*",
    "lambda:I*",
    "wafv2:*",
    "xray:Put*",
    "codebuild:*Build",
    "codepipeline:*Execution",
    "codepipeline:*Transition",
    "codepipeline:PutAp*",
)
# Keys are used and looked after. No role changes who may use one: key policies come with a stack.
_KEYS = (
    "kms:Decrypt",
    "kms:*ableKey*",
    "kms:Encrypt",
    "kms:Gen*",
    "kms:*Grant",
    "kms:*KeyDeletion",
    "kms:*Mac",
)
# Describe, Get, List and (CloudTrail) Lookup, by as few letters as name nothing else: a boundary has 6,144 characters
# (Service Authorization Reference, the services' pages, November 2026). Lists of parameters are spelt out: those are
# labelled too.
_READING = (
    "access-analyzer:Get*",
    "access-analyzer:L*",
    "cloudtrail:Desc*",
    "cloudtrail:Get*",
    "cloudtrail:L*",
    "codebuild:BatchGet*",
    "codebuild:L*",
    "codepipeline:Get*",
    "codepipeline:L*",
    "config:Desc*",
    "config:Get*",
    "config:L*",
    "ec2:Desc*",
    "ecr:Desc*",
    "ecr:Get*",
    "ecr:L*",
    "events:Desc*",
    "events:L*",
    "guardduty:Get*",
    "guardduty:L*",
    "iam:Get*",
    "iam:L*",
    "kms:Desc*",
    "kms:Get*",
    "kms:L*",
    "lambda:Get*",
    "lambda:L*",
    "macie2:Get*",
    "macie2:L*",
    "s3:Get*",
    "s3:L*",
    "securityhub:Get*",
    "sns:Get*",
    "sns:L*",
    "ssm:Desc*",
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
        _run_apis(account),
        *_stay_below_the_foundation(account),
        _leave_the_image_to_its_build(account),
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
            # Roles of StackSets, and those that what they deliver runs with: each trusts one of these alone.
            conditions={
                "StringEquals": {
                    "iam:PassedToService": [
                        f"{service}.amazonaws.com" for service in ("cloudformation", "codedeploy", "lambda")
                    ]
                }
            },
        ),
    )


def _run_apis(account: AccountScope) -> Statement:
    """Functions of APIs come with a StackSet; no other function is anybody's to write or to call."""
    functions = account.arn("lambda", f"function:{account.prefix}-*-api*", region="*", account="*")
    return Statement(sid="RunApis", actions=["lambda:*"], resources=[functions], reason=CEILING)


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
            # A pattern's asterisk passes slashes: the objects of those buckets too.
            resources=account.foundation_buckets()[:1],
        ),
    )


def _leave_the_image_to_its_build(account: AccountScope) -> Statement:
    """Nobody but the image's build pushes images or writes which one is used, whatever a role's own policy says.

    Layers without PutImage, the last action of a push, are no image (Amazon ECR API Reference, "PutImage").
    """
    platform = RolePath.PLATFORM.format(prefix=account.prefix)
    # Whoever has the boundary is a role of the account itself.
    builder = account.role_arn(platform, f"*-{RoleKind.IMAGE_BUILD}", account="*")
    folder = PINNED_IMAGE.partition("/")[0]
    return Statement(
        sid="DenyMakingImages",
        effect="Deny",
        actions=["ecr:PutImage", "s3:PutObject"],
        resources=[account.arn("ecr", "repository/*", account="*"), account.bucket_arn("*", f"{folder}/*")],
        conditions={"ArnNotLike": {"aws:PrincipalArn": builder}},
    )

"""The deployer's permissions boundary."""

from __future__ import annotations

from policies.documents.account import FOUNDATION_TAG, AccountScope
from policies.documents.boundaries import CEILING, CRYPTOGRAPHY, IAM_WRITES
from policies.documents.deployer.identity import BOUNDED, MAKE_ROLES, pass_administration
from policies.documents.deployer.resource_types import CEILING_ACTIONS, KEY_SERVICES, PASSED_TO
from policies.documents.statement import DocumentKind, Statement, document


def deployer_boundary(account: AccountScope) -> str:
    """Boundary of the deployer: even with AdministratorAccess attached it makes no role but bounded ones.

    It cannot carry the boundary of the roles that it makes, since it makes roles; it cannot touch either of the two.
    """
    return document(
        Statement(sid="WhatStacksAreMadeOf", actions=CEILING_ACTIONS, resources=["*"], reason=CEILING),
        Statement(
            sid="SeedRepositories",
            actions=["s3:GetObject*", "s3:PutObject*"],
            resources=[f"{account.buckets('artifacts')}/*"],
            reason=CEILING,
        ),
        *_roles_of_stacks(account),
        *_never_become_more(account),
        *_never_touch_account_controls(account),
        *_never_use_data(account),
        kind=DocumentKind.MANAGED,
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
        pass_administration(account),
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


def _never_touch_account_controls(account: AccountScope) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="DenyTheGuards",
            effect="Deny",
            actions=["chatbot:*", "cloudwatch:*", "events:*", "lambda:*", "logs:*", "s3:*", "sns:*", "sqs:*"],
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

"""The deployer's identity policies: roles, then what the table of resource types says."""

from __future__ import annotations

from collections.abc import Sequence

from policies.documents.account import AccountScope
from policies.documents.deployer.resource_types import DEPLOYED, PASSED_TO
from policies.documents.statement import DocumentKind, Statement, document

# Of what the deployer does to roles, what carries iam:PermissionsBoundary by every source: the new boundary, or the one
# that the role has (Service Authorization Reference, "AWS Identity and Access Management (IAM)").
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
# Services that make a role of their own for the first of their resources in an account, as its caller: NAT gateways
# (Amazon VPC User Guide, "Using service-linked roles for VPC"), file systems' mount targets (Amazon EFS User Guide,
# "Using service-linked roles for Amazon EFS"), Studio domains (schema of AWS::SageMaker::Domain), channels of
# chats (schema of AWS::Chatbot::SlackChannelConfiguration).
LINKED_SERVICES = (
    "ec2-nat-gateway.amazonaws.com",
    "elasticfilesystem.amazonaws.com",
    "management.chatbot.amazonaws.com",
    "sagemaker.amazonaws.com",
)


def deployer_policies(account: AccountScope, existing_buckets: Sequence[str] = ()) -> dict[str, str]:
    """The deployer's managed policies as JSON, by theme. Raises BadStatement for one that is over AWS's limit.

    `existing_buckets` are the names of buckets that stacks use instead of making them.
    """
    policies = {"identity": document(*_identity(account), kind=DocumentKind.MANAGED)}
    for theme, rows in DEPLOYED.items():
        statements = [statement for row in rows for statement in row.statements(account)]
        policies[theme] = document(*statements, kind=DocumentKind.MANAGED)
    if existing_buckets:
        policies["existing"] = document(*_existing(account, existing_buckets), kind=DocumentKind.MANAGED)
    return policies


def pass_administration(account: AccountScope) -> Statement:
    """Pipelines name the administration role; whether CreatePipeline asks if its caller may pass it, no page says.

    CodePipeline cannot assume the role. To CloudFormation, which can, only the deploy pipeline's own role may pass it.
    """
    return Statement(
        sid="NameAdministrationRolesInPipelines",
        actions=["iam:PassRole"],
        resources=[account.administration_roles()],
        conditions={"StringEquals": {"iam:PassedToService": "codepipeline.amazonaws.com"}},
    )


_SEE_ROLES = (
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:ListInstanceProfilesForRole",
    "iam:ListRolePolicies",
    "iam:ListRoleTags",
)


def _identity(account: AccountScope) -> Sequence[Statement]:
    return (
        Statement(
            sid="MakeRolesInsideTheBoundary",
            actions=BOUNDED,
            resources=account.made_roles(),
            conditions={"ArnEquals": {"iam:PermissionsBoundary": account.boundary()}},
        ),
        Statement(
            sid="KeepRoles",
            actions=[action for action in MAKE_ROLES if action not in BOUNDED],
            resources=account.made_roles(),
        ),
        Statement(sid="SeeRoles", actions=_SEE_ROLES, resources=account.made_roles()),
        Statement(
            sid="PassRolesToServices",
            actions=["iam:PassRole"],
            resources=account.handed_roles(),
            conditions={"StringEquals": {"iam:PassedToService": PASSED_TO}},
        ),
        pass_administration(account),
        Statement(
            sid="LetServicesHaveTheirRoles",
            actions=["iam:CreateServiceLinkedRole"],
            resources=[account.arn("iam", f"role/aws-service-role/{name}/*", region="") for name in LINKED_SERVICES],
            conditions={"StringEquals": {"iam:AWSServiceName": LINKED_SERVICES}},
        ),
        Statement(
            sid="DenyTheFoundation",
            effect="Deny",
            actions=["iam:*"],
            resources=account.foundation(),
        ),
    )


def _existing(account: AccountScope, buckets: Sequence[str]) -> tuple[Statement, ...]:
    """Buckets that are there already: their policies become the platform's, all else about them is only looked at."""
    arns = [account.bucket_arn(name) for name in buckets]
    return (
        Statement(
            sid="LookAtBuckets",
            actions=["s3:Get*Configuration", "s3:GetBucket*", "s3:ListBucket", "s3:ListTagsForResource"],
            resources=arns,
            reason="What Cloud Control reads of a bucket grows with CloudFormation's type of it",
        ),
        Statement(sid="WriteTheirPolicies", actions=["s3:DeleteBucketPolicy", "s3:PutBucketPolicy"], resources=arns),
        Statement(
            sid="TellWhoseTheyAre",
            actions=["s3:ListAllMyBuckets"],
            resources=["*"],
            reason="An account's list of buckets is no resource (Service Authorization Reference, 'Amazon S3')",
        ),
    )

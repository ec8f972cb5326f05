"""VPC endpoint policies: whose credentials pass, and whose resources they reach. They limit and never grant."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.scope import Scope
from policies.documents.accounts import beneath
from policies.documents.statement import EVERYBODY, Conditions, DocumentKind, Statement, document

LIMITS_ONLY = "An endpoint policy only limits; identity and resource policies grant the action"


def _inside(accounts: Sequence[str], organization_paths: Sequence[str]) -> Conditions:
    """Caller and resource are the platform's: of the accounts, or of organization paths, if there are any."""
    if organization_paths:
        paths = beneath(organization_paths)
        return {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": paths, "aws:ResourceOrgPaths": paths}}
    return {"StringEquals": {"aws:PrincipalAccount": accounts, "aws:ResourceAccount": accounts}}


def api_endpoint(accounts: Sequence[str], organization_paths: Sequence[str] = ()) -> str:
    """Anybody in the VPC, on APIs of the platform's accounts; `organization_paths` stand for those.

    Holders of a key or a token sign nothing and so are of no account (Amazon API Gateway Developer Guide, "Use VPC
    endpoint policies for private APIs in API Gateway"): each API's own policy and authentication say who may.
    """
    where: Conditions = (
        {"ForAnyValue:StringLike": {"aws:ResourceOrgPaths": beneath(organization_paths)}}
        if organization_paths
        else {"StringEquals": {"aws:ResourceAccount": accounts}}
    )
    return document(
        Statement(
            sid="PlatformApis",
            principals=EVERYBODY,
            actions=["execute-api:Invoke"],
            resources=["*"],
            conditions=where,
            reason=LIMITS_ONLY,
        ),
        kind=DocumentKind.ENDPOINT,
    )


def interface_endpoint(accounts: Sequence[str], organization_paths: Sequence[str] = ()) -> str:
    """The platform's own principals, on resources of the platform's accounts.

    `organization_paths` stand for the accounts, where those are not listed.
    """
    return document(
        Statement(
            sid="PlatformPrincipalsOnPlatformResources",
            principals=EVERYBODY,
            actions=["*"],
            resources=["*"],
            conditions=_inside(accounts, organization_paths),
            reason=LIMITS_ONLY,
        ),
        kind=DocumentKind.ENDPOINT,
    )


def s3_endpoint(scope: Scope, accounts: Sequence[str], organization_paths: Sequence[str] = ()) -> str:
    """The platform's principals on its buckets, and the AWS-owned buckets that AWS's services make a VPC need.

    Names of AWS-owned buckets: Amazon ECR User Guide, "Amazon ECR interface VPC endpoints" (image layers); AWS
    CloudFormation User Guide, "Create custom provisioning logic with custom resources" and cfn-responsemodule (answers
    of custom resources and wait conditions, by presigned URL, so the principal is CloudFormation's and carries no
    platform account).
    """
    layers = scope.bucket_arn(f"prod-{scope.region}-starport-layer-bucket", "*")
    answers = [
        scope.bucket_arn(f"cloudformation-custom-resource-response-{scope.region.replace('-', '')}", "*"),
        scope.bucket_arn(f"cloudformation-waitcondition-{scope.region}", "*"),
    ]
    return document(
        Statement(
            sid="PlatformPrincipalsOnPlatformBuckets",
            principals=EVERYBODY,
            actions=["s3:*"],
            resources=["*"],
            conditions=_inside(accounts, organization_paths),
            reason=LIMITS_ONLY,
        ),
        Statement(
            sid="ImageLayersOfTheRegistry",
            principals=EVERYBODY,
            actions=["s3:GetObject"],
            resources=[layers],
            reason="ECR serves layers by presigned URL from a bucket of its own; the path names that bucket",
        ),
        Statement(
            sid="AnswersOfCustomResources",
            principals=EVERYBODY,
            actions=["s3:PutObject"],
            resources=answers,
            reason="CloudFormation's presigned URLs carry its principal; the paths name its buckets",
        ),
        kind=DocumentKind.ENDPOINT,
    )

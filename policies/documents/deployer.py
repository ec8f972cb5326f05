"""The deployer: what `pulumi up`, `refresh` and `destroy` of an account's stacks need, by theme.

Which calls the provider makes for each type is Terraform's AWS provider's own code, under `internal/service/<service>`;
which resources and condition keys an action knows is the Service Authorization Reference (SAR, copy of November 2026).
Actions are bound to names where AWS lets us choose names, to the `platform` tag where it does not.
"""

from __future__ import annotations

from collections.abc import Sequence

from policies.documents.account import Account
from policies.documents.boundaries import BOUNDED, MAKE_ROLES, PASSED_TO
from policies.documents.deployer_delivery import delivery
from policies.documents.deployer_network import network
from policies.documents.deployer_operations import operations
from policies.documents.statement import Kind, Statement, document


def deployer_policies(account: Account) -> dict[str, str]:
    """The deployer's managed policies, by theme. Each fits 6,144 characters (IAM reference_iam-quotas)."""
    return {
        "identity": document(*_identity(account), kind=Kind.MANAGED),
        "network": document(*network(account), kind=Kind.MANAGED),
        "storage": document(*_storage(account), kind=Kind.MANAGED),
        "delivery": document(*delivery(account), kind=Kind.MANAGED),
        "operations": document(*operations(account), kind=Kind.MANAGED),
    }


# ---- roles


def _identity(account: Account) -> Sequence[Statement]:
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
        Statement(
            sid="SeeRoles",
            actions=[
                "iam:GetRole",
                "iam:GetRolePolicy",
                "iam:ListAttachedRolePolicies",
                "iam:ListInstanceProfilesForRole",
                "iam:ListRolePolicies",
                "iam:ListRoleTags",
            ],
            resources=account.made_roles(),
        ),
        Statement(
            sid="PassRolesToServices",
            actions=["iam:PassRole"],
            resources=account.handed_roles(),
            conditions={"StringEquals": {"iam:PassedToService": PASSED_TO}},
        ),
        Statement(
            sid="LetStudioHaveItsRole",
            actions=["iam:CreateServiceLinkedRole"],
            resources=[account.arn("iam", "role/aws-service-role/sagemaker.amazonaws.com/*", region="")],
            conditions={"StringEquals": {"iam:AWSServiceName": "sagemaker.amazonaws.com"}},
        ),
        Statement(
            sid="DenyTheFoundation",
            effect="Deny",
            actions=["iam:*"],
            resources=account.foundation(),
        ),
    )


# ---- buckets, keys, images

_BUCKETS = (
    "s3:CreateBucket",
    "s3:DeleteBucket",
    "s3:DeleteBucketPolicy",
    "s3:GetAccelerateConfiguration",
    "s3:GetBucketAcl",
    "s3:GetBucketCORS",
    "s3:GetBucketLocation",
    "s3:GetBucketLogging",
    "s3:GetBucketNotification",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketOwnershipControls",
    "s3:GetBucketPolicy",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketRequestPayment",
    "s3:GetBucketTagging",
    "s3:GetBucketVersioning",
    "s3:GetBucketWebsite",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetReplicationConfiguration",
    # The HEAD of a bucket; the bucket's own policy says from where.
    "s3:ListBucket",
    "s3:ListTagsForResource",
    "s3:PutBucketLogging",
    "s3:PutBucketNotification",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketTagging",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:TagResource",
    "s3:UntagResource",
)


def _storage(account: Account) -> Sequence[Statement]:
    purposes = ("artifacts", "capture", "data", "logs", "models")
    # Data and models are not the deployer's to delete: a bucket that holds some is emptied from inside the VPC.
    emptied = [account.bucket(purpose) for purpose in ("artifacts", "capture", "logs")]
    seeds = f"{account.bucket('artifacts')}/*/source/*"
    return (
        Statement(sid="KeepBuckets", actions=_BUCKETS, resources=[account.bucket(purpose) for purpose in purposes]),
        Statement(sid="FindWhatToEmpty", actions=["s3:ListBucketVersions"], resources=emptied),
        Statement(
            sid="EmptyWhatIsDestroyed",
            actions=["s3:DeleteObject", "s3:DeleteObjectVersion"],
            resources=[f"{bucket}/*" for bucket in emptied],
        ),
        Statement(
            sid="SeedRepositories",
            actions=[
                "s3:GetObject",
                "s3:GetObjectTagging",
                "s3:GetObjectVersion",
                "s3:PutObject",
                "s3:PutObjectTagging",
            ],
            resources=[seeds],
        ),
        *_keys(account),
        *_images(account),
    )


def _keys(account: Account) -> tuple[Statement, ...]:
    every = account.arn("kms", "key/*")
    via = ["ecr.*.amazonaws.com", "elasticfilesystem.*.amazonaws.com", "sagemaker.*.amazonaws.com"]
    return (
        Statement(
            sid="MakeKeys",
            actions=["kms:CreateKey"],
            resources=["*"],
            conditions=account.tagging(),
            reason="A key that does not exist has no ARN (SAR list_awskeymanagementservice); its tag is asked for",
        ),
        Statement(
            sid="MarkNewKeys",
            # At its creation a key has no tags yet, so the right to give it some is for all (KMS manage-tags-api).
            actions=["kms:TagResource"],
            resources=[every],
            conditions=account.tagging(),
        ),
        Statement(
            sid="KeepKeys",
            actions=[
                "kms:CancelKeyDeletion",
                "kms:CreateAlias",
                "kms:DeleteAlias",
                "kms:DescribeKey",
                "kms:DisableKey",
                "kms:EnableKey",
                "kms:EnableKeyRotation",
                "kms:GetKeyPolicy",
                "kms:GetKeyRotationStatus",
                "kms:ListResourceTags",
                "kms:PutKeyPolicy",
                "kms:ScheduleKeyDeletion",
                "kms:TagResource",
                "kms:UntagResource",
                "kms:UpdateAlias",
                "kms:UpdateKeyDescription",
            ],
            resources=[every],
            conditions=account.tagged(),
        ),
        Statement(
            sid="KeepAliases",
            actions=["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"],
            resources=[account.arn("kms", f"alias/{account.prefix}/*")],
        ),
        Statement(
            sid="FindAliases",
            actions=["kms:ListAliases"],
            resources=["*"],
            reason="Listing aliases knows no resource (SAR list_awskeymanagementservice)",
        ),
        Statement(
            sid="HandKeysToServices",
            actions=["kms:CreateGrant", "kms:RetireGrant"],
            resources=[every],
            conditions={
                "StringEquals": {"aws:ResourceTag/platform": account.prefix},
                "StringLike": {"kms:ViaService": via},
            },
        ),
        Statement(
            sid="EncryptStudiosHome",
            # What CreateDomain asks of its caller for a key of one's own (SM api-permissions-reference). Of the
            # platform's keys only Studio's lets the deployer do it.
            actions=["kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext"],
            resources=[every],
            conditions={
                "StringEquals": {"aws:ResourceTag/platform": account.prefix},
                "StringLike": {"kms:ViaService": ["elasticfilesystem.*.amazonaws.com", "sagemaker.*.amazonaws.com"]},
            },
        ),
        Statement(
            sid="EncryptSeeds",
            actions=["kms:GenerateDataKey"],
            resources=[every],
            conditions={
                "StringLike": {
                    "kms:EncryptionContext:aws:s3:arn": account.bucket("artifacts"),
                    "kms:ViaService": "s3.*.amazonaws.com",
                },
            },
        ),
    )


def _images(account: Account) -> tuple[Statement, ...]:
    repositories = [account.arn("ecr", f"repository/{account.prefix}/*")]
    return (
        Statement(
            sid="KeepRepositories",
            actions=[
                "ecr:CreateRepository",
                "ecr:DeleteLifecyclePolicy",
                "ecr:DeleteRepository",
                "ecr:DeleteRepositoryPolicy",
                "ecr:DescribeRepositories",
                "ecr:GetLifecyclePolicy",
                "ecr:GetRepositoryPolicy",
                "ecr:ListTagsForResource",
                "ecr:PutImageScanningConfiguration",
                "ecr:PutImageTagMutability",
                "ecr:PutLifecyclePolicy",
                "ecr:SetRepositoryPolicy",
                "ecr:TagResource",
                "ecr:UntagResource",
            ],
            resources=repositories,
        ),
        Statement(
            sid="PushTheModelImage",
            # Tags never move and projects pin digests: a pushed image changes nothing that runs.
            actions=[
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:CompleteLayerUpload",
                "ecr:InitiateLayerUpload",
                "ecr:PutImage",
                "ecr:UploadLayerPart",
            ],
            resources=repositories,
        ),
        Statement(
            sid="SignInToTheRegistry",
            actions=["ecr:GetAuthorizationToken"],
            resources=["*"],
            reason="The action knows no resource (SAR list_amazonelasticcontainerregistry)",
        ),
    )

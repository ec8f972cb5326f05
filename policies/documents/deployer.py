"""The deployer: what `pulumi up`, `refresh` and `destroy` of an account's stacks need, by theme.

Which calls the provider makes for each type is Terraform's AWS provider's own code, under `internal/service/<service>`;
which resources and condition keys an action knows is the Service Authorization Reference (SAR, copy of November 2026).
Actions are bound to names where AWS lets us choose names, to the `platform` tag where it does not.
"""

from __future__ import annotations

from collections.abc import Sequence

from policies.documents.account import AccountScope
from policies.documents.boundaries import BOUNDED, MAKE_ROLES, PASSED_TO
from policies.documents.deployer_delivery import delivery
from policies.documents.deployer_network import network
from policies.documents.deployer_operations import operations
from policies.documents.statement import PolicyKind, Statement, document


def deployer_policies(account: AccountScope, existing_buckets: Sequence[str] = ()) -> dict[str, str]:
    """The deployer's managed policies, by theme. Each fits 6,144 characters (IAM reference_iam-quotas).

    `existing_buckets` are the names of buckets that stacks use instead of making them.
    """
    policies = {
        "identity": document(*_identity(account), kind=PolicyKind.MANAGED),
        "network": document(*network(account), kind=PolicyKind.MANAGED),
        "storage": document(*_storage(account), kind=PolicyKind.MANAGED),
        "delivery": document(*delivery(account), kind=PolicyKind.MANAGED),
        "operations": document(*operations(account), kind=PolicyKind.MANAGED),
    }
    if existing_buckets:
        policies["existing"] = document(*_existing(account, existing_buckets), kind=PolicyKind.MANAGED)
    return policies


# ---- roles

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
_KEYS = (
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
)
_REPOSITORIES = (
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
)
_PUSH = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)


def _storage(account: AccountScope) -> Sequence[Statement]:
    purposes = ("artifacts", "capture", "data", "logs", "models")
    # Data and models are not the deployer's to delete: a bucket that holds some is emptied from inside the VPC.
    emptied = [account.buckets(purpose) for purpose in ("artifacts", "capture", "logs")]
    seeds = f"{account.buckets('artifacts')}/*/source/*"
    return (
        Statement(sid="KeepBuckets", actions=_BUCKETS, resources=[account.buckets(purpose) for purpose in purposes]),
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
        Statement(
            sid="LookAtWhatExists",
            actions=["cloudformation:GetResource"],
            resources=["*"],
            reason="Cloud Control reads with its caller's own rights and knows no resource (SAR awscloudcontrolapi)",
        ),
        *_make_keys(account),
        *_keep_keys(account),
        *_use_keys(account),
        *_images(account),
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
            reason="An account's list of buckets is no resource (SAR list_amazons3)",
        ),
    )


def _every_key(account: AccountScope) -> list[str]:
    """KMS chooses the ids of keys: their tags say which are the platform's."""
    return [account.arn("kms", "key/*")]


def _make_keys(account: AccountScope) -> tuple[Statement, ...]:
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
            resources=_every_key(account),
            conditions=account.tagging(),
        ),
    )


def _keep_keys(account: AccountScope) -> tuple[Statement, ...]:
    return (
        Statement(sid="KeepKeys", actions=_KEYS, resources=_every_key(account), conditions=account.tagged()),
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
    )


def _use_keys(account: AccountScope) -> tuple[Statement, ...]:
    """What services do with a key on the deployer's behalf while they make something with it."""
    every = _every_key(account)
    home = ["elasticfilesystem.*.amazonaws.com", "sagemaker.*.amazonaws.com"]
    return (
        Statement(
            sid="HandKeysToServices",
            actions=["kms:CreateGrant", "kms:RetireGrant"],
            resources=every,
            conditions={
                "StringEquals": {"aws:ResourceTag/platform": account.prefix},
                "StringLike": {"kms:ViaService": ["ecr.*.amazonaws.com", *home]},
            },
        ),
        Statement(
            sid="EncryptStudiosHome",
            # What CreateDomain asks of its caller for a key of one's own (SM api-permissions-reference). Of the
            # platform's keys only Studio's lets the deployer do it.
            actions=["kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext"],
            resources=every,
            conditions={
                "StringEquals": {"aws:ResourceTag/platform": account.prefix},
                "StringLike": {"kms:ViaService": home},
            },
        ),
        Statement(
            sid="EncryptSeeds",
            actions=["kms:GenerateDataKey"],
            resources=every,
            conditions={
                "StringLike": {
                    "kms:EncryptionContext:aws:s3:arn": account.buckets("artifacts"),
                    "kms:ViaService": "s3.*.amazonaws.com",
                },
            },
        ),
    )


def _images(account: AccountScope) -> tuple[Statement, ...]:
    repositories = [account.arn("ecr", f"repository/{account.prefix}/*")]
    return (
        Statement(sid="KeepRepositories", actions=_REPOSITORIES, resources=repositories),
        # Tags never move and projects pin digests: a pushed image changes nothing that runs.
        Statement(sid="PushTheModelImage", actions=_PUSH, resources=repositories),
        Statement(
            sid="SignInToTheRegistry",
            actions=["ecr:GetAuthorizationToken"],
            resources=["*"],
            reason="The action knows no resource (SAR list_amazonelasticcontainerregistry)",
        ),
    )

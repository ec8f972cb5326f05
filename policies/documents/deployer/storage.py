"""The deployer's rights over buckets, keys and images."""

from __future__ import annotations

from policies.documents.account import AccountScope
from policies.documents.deployer.deployed import DeployedTypes
from policies.documents.statement import Conditions, Statement

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
    "kms:DeleteAlias",
    "kms:DisableKey",
    "kms:EnableKey",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
# What the provider asks of a key right after it made it, and reads of it ever after (terraform-provider-aws,
# internal/service/kms/key.go, alias.go).
_NEW_KEYS = (
    "kms:CreateAlias",
    "kms:DescribeKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListResourceTags",
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


def _buckets(account: AccountScope) -> tuple[Statement, ...]:
    purposes = ("artifacts", "capture", "code", "data", "logs", "models")
    # Data and models are not the deployer's to delete: a bucket that holds some is emptied from inside the VPC.
    emptied = [account.buckets(purpose) for purpose in ("artifacts", "capture", "code", "logs")]
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
    )


def _cloud_control(account: AccountScope) -> tuple[Statement, ...]:
    del account  # its statement knows no resource
    return (
        Statement(
            sid="LookAtWhatExists",
            actions=["cloudformation:GetResource"],
            resources=["*"],
            reason="Cloud Control reads with its caller's own rights and knows no resource (Service Authorization "
            "Reference, 'AWS Cloud Control API')",
        ),
    )


def _keys(account: AccountScope) -> tuple[Statement, ...]:
    return (*_make_keys(account), *_keep_keys(account), *_use_keys(account))


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
            reason='A key that does not exist has no ARN (Service Authorization Reference, "AWS Key Management '
            'Service"); its tag is asked for',
        ),
        Statement(
            sid="MarkNewKeys",
            # At its creation a key has no tags yet, so the right to give it some is for all (AWS KMS
            # Developer Guide, page manage-tags-api).
            actions=["kms:TagResource"],
            resources=_every_key(account),
            conditions=account.tagging(),
        ),
    )


def _tagged_by_now(account: AccountScope) -> Conditions:
    """The key is the platform's, or KMS does not know its tags yet: that takes up to five minutes.

    Source: AWS KMS Developer Guide, "ABAC for AWS KMS". A key that has no tags at all is somebody else's: what is
    allowed so hands out no key, destroys none, uses none and changes no policy.
    """
    return {"StringEqualsIfExists": {"aws:ResourceTag/platform": account.prefix}}


def _keep_keys(account: AccountScope) -> tuple[Statement, ...]:
    return (
        Statement(sid="KeepKeys", actions=_KEYS, resources=_every_key(account), conditions=account.tagged()),
        Statement(
            sid="KeepNewKeys", actions=_NEW_KEYS, resources=_every_key(account), conditions=_tagged_by_now(account)
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
            reason='Listing aliases knows no resource (Service Authorization Reference, "AWS Key Management Service")',
        ),
    )


def _use_keys(account: AccountScope) -> tuple[Statement, ...]:
    """What services do with a key on the deployer's behalf while they make something with it."""
    every = _every_key(account)
    studio_services = ["elasticfilesystem.*.amazonaws.com", "sagemaker.*.amazonaws.com"]
    return (
        Statement(
            sid="HandKeysToServices",
            actions=["kms:CreateGrant", "kms:RetireGrant"],
            resources=every,
            # Of a new key, whose tags KMS does not know yet, the key's own policy names whoever deploys.
            conditions={
                "StringEquals": {"aws:ResourceTag/platform": account.prefix},
                "StringLike": {"kms:ViaService": ["ecr.*.amazonaws.com", *studio_services]},
            },
        ),
        Statement(
            sid="EncryptStudiosHome",
            # What CreateDomain asks of its caller for a key of one's own (SageMaker Developer Guide, "Amazon SageMaker
            # AI API Permissions"). Of the platform's keys only Studio's lets the deployer do it.
            actions=["kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext"],
            resources=every,
            conditions={
                "StringEquals": {"aws:ResourceTag/platform": account.prefix},
                "StringLike": {"kms:ViaService": studio_services},
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
        Statement(
            sid="SignInToTheRegistry",
            actions=["ecr:GetAuthorizationToken"],
            resources=["*"],
            reason='The action knows no resource (Service Authorization Reference, "Amazon Elastic Container '
            'Registry")',
        ),
    )


STORAGE = (
    DeployedTypes(
        types=(
            "aws:s3/bucket:Bucket",
            "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
            "aws:s3/bucketLogging:BucketLogging",
            "aws:s3/bucketNotification:BucketNotification",
            "aws:s3/bucketObjectv2:BucketObjectv2",
            "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
            "aws:s3/bucketPolicy:BucketPolicy",
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            "aws:s3/bucketVersioning:BucketVersioning",
        ),
        statements=_buckets,
        ceiling=("s3:*Bucket*", "s3:*Configuration", "s3:*Resource", "s3:DeleteObject*"),
        keys_used_by=("s3",),
    ),
    # Lookups of what exists already; it makes nothing.
    DeployedTypes(types=(), statements=_cloud_control, ceiling=("cloudformation:GetResource",)),
    DeployedTypes(
        types=("aws:kms/alias:Alias", "aws:kms/key:Key", "aws:kms/keyPolicy:KeyPolicy"),
        statements=_keys,
        ceiling=("kms:*",),
    ),
    DeployedTypes(
        types=(
            "aws:ecr/lifecyclePolicy:LifecyclePolicy",
            "aws:ecr/repository:Repository",
            "aws:ecr/repositoryPolicy:RepositoryPolicy",
        ),
        statements=_images,
        ceiling=("ecr:*",),
        keys_used_by=("ecr",),
    ),
)

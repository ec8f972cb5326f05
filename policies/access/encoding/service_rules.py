"""Rules that AWS's services add to policies, as formulas: whose call always passes, and whose never does.

Sources: AWS Security Token Service API Reference, "GetCallerIdentity", "GetSessionToken", "GetFederationToken",
"AssumeRole", "AssumeRoot"; AWS KMS, Amazon SQS and Amazon S3 API References, the operations' notes on other accounts;
IAM User Guide, "Tasks that require root user credentials" and "Compare AWS STS credentials".
"""

from __future__ import annotations

from policies.access.encoding.callers import IN_ACCOUNT, CallerType
from policies.access.encoding.logic import Formula, both, constant, either, negation, settled
from policies.access.encoding.statements import StatementEncoder

# What AWS KMS does not do with a key of another account.
_NOT_ON_FOREIGN_KEYS = (
    *("kms:CancelKeyDeletion", "kms:CreateAlias", "kms:DeleteAlias", "kms:DeleteImportedKeyMaterial"),
    *("kms:DisableKey", "kms:DisableKeyRotation", "kms:EnableKey", "kms:EnableKeyRotation", "kms:GetKeyLastUsage"),
    *("kms:GetKeyPolicy", "kms:GetParametersForImport", "kms:ImportKeyMaterial", "kms:ListKeyPolicies"),
    *("kms:ListKeyRotations", "kms:ListResourceTags", "kms:PutKeyPolicy", "kms:ReplicateKey"),
    *("kms:RotateKeyOnDemand", "kms:ScheduleKeyDeletion", "kms:SynchronizeMultiRegionKey", "kms:TagResource"),
    *("kms:UntagResource", "kms:UpdateAlias", "kms:UpdateKeyDescription", "kms:UpdatePrimaryRegion"),
)
# What Amazon SQS and Amazon S3 refuse to callers of another account than the resource's.
_OWNERS_ONLY = (
    *("sqs:AddPermission", "sqs:CreateQueue", "sqs:DeleteQueue", "sqs:ListQueues", "sqs:ListQueueTags"),
    *("sqs:RemovePermission", "sqs:SetQueueAttributes", "sqs:TagQueue", "sqs:UntagQueue"),
    *("s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"),
)
# The root user reads and replaces its own buckets' and queues' policies whatever these deny.
_MENDED_BY_ROOT = (
    *("s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"),
    *("sqs:GetQueueAttributes", "sqs:SetQueueAttributes"),
)


def asks_who_it_is(encoder: StatementEncoder) -> Formula:
    """The calls that no policy can deny: an identity asks who it is, or a user for a session of its own."""
    kind = encoder.request.caller.kind
    if kind not in IN_ACCOUNT:
        return False
    own_session = encoder.action_is("sts:GetSessionToken") if kind in {CallerType.USER, CallerType.ROOT} else False
    return either(encoder.action_is("sts:GetCallerIdentity"), own_session)


def refused_to_caller(encoder: StatementEncoder) -> Formula:
    """The operations of STS that credentials of this kind cannot call."""
    kind = encoder.request.caller.kind
    if kind is CallerType.ROOT:
        return encoder.action_among(("sts:AssumeRole", "sts:AssumeRoot"))
    if kind is CallerType.FEDERATED_USER:
        return both(encoder.action_is("sts:*"), negation(encoder.action_is("sts:GetCallerIdentity")))
    if kind in {CallerType.ROLE, CallerType.SESSION}:
        return encoder.action_among(("sts:GetSessionToken", "sts:GetFederationToken"))
    return False


def refused_to_other_accounts(encoder: StatementEncoder) -> Formula:
    """The operations that only callers of the resource's own account can use, whoever is allowed."""
    foreign_key = both(encoder.resource_is("arn:*:kms:*:*:key/*"), encoder.action_among(_NOT_ON_FOREIGN_KEYS))
    return either(encoder.action_among(_OWNERS_ONLY), foreign_key)


def mended_by_root(encoder: StatementEncoder, owner: str) -> Formula:
    """Whether the caller is the root user of the owner and reads or replaces the resource's policy."""
    caller = encoder.request.caller
    if caller.kind is not CallerType.ROOT or caller.account is None:
        return False
    return both(settled(caller.account == constant(owner), caller.account), encoder.action_among(_MENDED_BY_ROOT))

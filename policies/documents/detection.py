"""Keys, buckets and topics of what watches over an account."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.scope import Scope
from policies.documents.buckets import tls_only
from policies.documents.keys import (
    ONLY_THIS_KEY,
    READ,
    THIS_KEY,
    administration,
    use_through,
)
from policies.documents.operations_key import rules_leave_in_queues, services_publish
from policies.documents.statement import DocumentKind, Principals, Statement, account_principals, document

CLOUDTRAIL, CONFIG = "cloudtrail.amazonaws.com", "config.amazonaws.com"
# What happened is asked for long after it happened.
EVIDENCE_DAYS = 2557


def guards_key(
    scope: Scope, *, log_groups: Sequence[str], topics: Sequence[str], queues: Sequence[str], publishers: Sequence[str]
) -> str:
    """Key of the account controls' log groups, topics, queues (ARN patterns) and of AWS Config's history.

    `publishers` are roles, one at least, that tell the topics.
    """
    write = ("kms:Decrypt", "kms:GenerateDataKey")
    return document(
        administration(scope),
        _logs_encrypt(scope, log_groups),
        *services_publish(scope, topics),
        rules_leave_in_queues(queues),
        # Config developerguide, s3-kms-key-policy, for delivery without a role of one's own.
        Statement(
            sid="ConfigEncryptsItsHistory",
            principals=Principals(services=[CONFIG]),
            actions=write,
            resources=THIS_KEY,
            conditions={"StringEquals": {"aws:SourceAccount": scope.account}},
            reason=ONLY_THIS_KEY,
        ),
        use_through("GuardsTellTopics", scope, publishers, "sns", write),
        use_through("GuardsKeepWhatFailed", scope, publishers, "sqs", write),
        kind=DocumentKind.KEY,
    )


def _logs_encrypt(scope: Scope, log_groups: Sequence[str]) -> Statement:
    return Statement(
        sid="LogsEncryptTheirGroups",
        principals=Principals(services=[scope.service_host("logs")]),
        actions=["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
        resources=THIS_KEY,
        conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
        reason=ONLY_THIS_KEY,
    )


def trail_key(scope: Scope, *, trail: str, readers: Sequence[str]) -> str:
    """Key of the trail's files: CloudTrail encrypts for this trail alone; `readers` (role ARN patterns) decrypt.

    Statements of CloudTrail userguide, create-kms-key-policy-for-cloudtrail: the context says which account's trail it
    is, `aws:SourceArn` which trail asks. CloudTrail itself decrypts nothing: that it must only where the files' bucket
    has a bucket key, which it therefore has not; and with one, readers would be told by the bucket instead of the trail
    (Amazon S3 User Guide, "Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys").
    """
    cloudtrail = Principals(services=[CLOUDTRAIL])
    encrypt = Statement(
        sid="TrailEncryptsItsFiles",
        principals=cloudtrail,
        actions=["kms:GenerateDataKey*"],
        resources=THIS_KEY,
        conditions={
            "StringEquals": {"aws:SourceArn": trail},
            "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": _trails(scope)},
        },
        reason=ONLY_THIS_KEY,
    )
    describe = Statement(
        sid="TrailLooksAtItsKey",
        principals=cloudtrail,
        actions=["kms:DescribeKey"],
        resources=THIS_KEY,
        conditions={"StringEquals": {"aws:SourceArn": trail}},
        reason=ONLY_THIS_KEY,
    )
    read = _read_trail(scope, readers) if readers else None
    return document(administration(scope), encrypt, describe, read, kind=DocumentKind.KEY)


def _read_trail(scope: Scope, readers: Sequence[str]) -> Statement:
    return Statement(
        sid="AuditorsDecrypt",
        principals=account_principals(scope.partition, [scope.account]),
        actions=READ,
        resources=THIS_KEY,
        conditions={
            "ArnLike": {"aws:PrincipalArn": readers},
            "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": _trails(scope)},
        },
        reason=ONLY_THIS_KEY,
    )


def _trails(scope: Scope) -> str:
    return scope.arn("cloudtrail", "trail/*", region="*")


def trail_bucket(bucket: str, account: str, trail: str) -> str:
    """CloudTrail writes this trail's files below the account's prefix, and nobody deletes one.

    Statements of CloudTrail userguide, create-s3-bucket-policy-for-cloudtrail.
    """
    return document(
        *_delivered(bucket, account, CLOUDTRAIL, {"aws:SourceArn": trail}),
        _kept(bucket),
        tls_only(bucket),
        kind=DocumentKind.BUCKET,
    )


def config_bucket(bucket: str, account: str) -> str:
    """AWS Config writes its history below the account's prefix, as itself.

    Statements of Config developerguide, s3-bucket-policy, for delivery without a role of one's own.
    """
    listing = Statement(
        sid="ServiceSeesWhetherItIsThere",
        principals=Principals(services=[CONFIG]),
        actions=["s3:ListBucket"],
        resources=[bucket],
        conditions={"StringEquals": {"aws:SourceAccount": account}},
    )
    delivered = _delivered(bucket, account, CONFIG, {"aws:SourceAccount": account})
    return document(*delivered, listing, _kept(bucket), tls_only(bucket), kind=DocumentKind.BUCKET)


def _delivered(bucket: str, account: str, service: str, source: dict[str, str]) -> tuple[Statement, Statement]:
    principals = Principals(services=[service])
    look = Statement(
        sid="ServiceLooksAtTheBucket",
        principals=principals,
        actions=["s3:GetBucketAcl"],
        resources=[bucket],
        conditions={"StringEquals": source},
    )
    write = Statement(
        sid="ServiceDelivers",
        principals=principals,
        actions=["s3:PutObject"],
        resources=[f"{bucket}/AWSLogs/{account}/*"],
        conditions={"StringEquals": {**source, "s3:x-amz-acl": "bucket-owner-full-control"}},
    )
    return look, write


def _kept(bucket: str) -> Statement:
    """Evidence of an action is not deleted by whoever acted; old files go by the bucket's own rules."""
    return Statement(
        sid="DenyTakingEvidenceAway",
        effect="Deny",
        principals=Principals(aws=["*"]),
        actions=["s3:DeleteObject*"],
        resources=[f"{bucket}/*"],
        conditions={"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}},
    )

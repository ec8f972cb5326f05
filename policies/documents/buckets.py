"""Bucket policies: TLS only, the right key, the right callers, through the right endpoints."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.names import CHECKS
from policies.documents.accounts import WorkloadAccounts, not_through
from policies.documents.statement import Conditions, DocumentKind, Principals, Statement, document

ANYBODY = Principals(aws=["*"])
READ_OBJECT = ("s3:GetObject", "s3:GetObjectVersion")
# Every action on an object, its past versions, tags and locks included, and what S3 adds under these verbs.
DELETE_OBJECT = "s3:DeleteObject*"
GET_OBJECT = "s3:GetObject*"
OBJECT_ACTIONS = (
    "s3:AbortMultipartUpload",
    DELETE_OBJECT,
    GET_OBJECT,
    "s3:ListMultipartUploadParts",
    "s3:PutObject*",
    "s3:RestoreObject",
)
LISTING = ("s3:ListBucket*",)
# Beside a model's artifact: held-out rows with the model's answers.
# Session tag or role tag that carries the project's id.
PROJECT_TAG = "project"


def tls_only(bucket: str) -> Statement:
    """No request in plain text."""
    return Statement(
        sid="DenyPlainTransport",
        effect="Deny",
        principals=ANYBODY,
        actions=["s3:*"],
        resources=[bucket, f"{bucket}/*"],
        conditions={"Bool": {"aws:SecureTransport": "false"}},
    )


_ENCRYPTION = "s3:x-amz-server-side-encryption"
_KEY_ID = f"{_ENCRYPTION}-aws-kms-key-id"
_CALLERS_KEY = f"{_ENCRYPTION}-customer-algorithm"


def right_key(bucket: str, key: str) -> tuple[Statement, ...]:
    """Uploads name this key or no encryption at all: then the bucket's default encryption, the same key, applies.

    `Null` lets a request without the header through: a negated operator holds for a key that is missing, with
    `IfExists` or without (IAM User Guide, "IAM JSON policy elements: Condition operators"), and so would deny it. An
    upload that asks for `aws:kms` and names no key takes AWS's own, not the bucket's (botocore, s3 PutObject,
    SSEKMSKeyId); with a key of the caller's (SSE-C) nobody else reads it.
    """
    return (
        _unless(bucket, "DenyAnotherKey", _KEY_ID, key),
        _unless(bucket, "DenyAnotherEncryption", _ENCRYPTION, "aws:kms"),
        _no_upload(bucket, "DenyEncryptionWithoutKey", {"Null": {_ENCRYPTION: "false", _KEY_ID: "true"}}),
        _no_upload(bucket, "DenyKeysOfCallers", {"Null": {_CALLERS_KEY: "false"}}),
    )


def _no_upload(bucket: str, sid: str, conditions: Conditions) -> Statement:
    return Statement(
        sid=sid,
        effect="Deny",
        principals=ANYBODY,
        actions=["s3:PutObject"],
        resources=[f"{bucket}/*"],
        conditions=conditions,
    )


def _unless(bucket: str, sid: str, header: str, value: str) -> Statement:
    return _no_upload(bucket, sid, {"StringNotEquals": {header: value}, "Null": {header: "false"}})


def only_through(
    bucket: str,
    elsewhere: Conditions,
    deployers: Sequence[str],
    removers: Sequence[str] = (),
    inspectors: Sequence[str] = (),
    readers: Sequence[str] = (),
) -> tuple[Statement, ...]:
    """Objects are touched, and listed, only through S3 endpoints; `elsewhere` is true of what comes not through them.

    Listing spares the deployers: S3 answers the HEAD of a bucket, with which `pulumi refresh` looks for it, by
    `s3:ListBucket`. Deleting spares `removers`, which empty the bucket when it is destroyed, where the settings agree.
    What an AWS service does for its caller (`aws:ViaAWSService`) carries no endpoint. Nor does Macie, which reads as
    its service-linked role and is no service in the eyes of `aws:PrincipalIsAWSService`: where it is told to read the
    bucket, `inspectors` names that role, which nobody else can assume and whose policy, AWS's own, writes nothing
    (Amazon Macie User Guide, "Allowing Macie to access S3 buckets and objects"). `readers` are model roles that the
    settings let serve without servers: SageMaker takes no VPC for those, and so fetches their models from outside
    (SageMaker Developer Guide, "Deploy models with Amazon SageMaker Serverless Inference"). They list nothing.
    """
    outside: Conditions = {
        **elsewhere,
        "BoolIfExists": {"aws:ViaAWSService": "false", "aws:PrincipalIsAWSService": "false"},
    }
    every = {DELETE_OBJECT: removers, GET_OBJECT: [*inspectors, *readers]}
    spared = {action: roles for action, roles in every.items() if roles}
    objects = Statement(
        sid="DenyNoVPC",
        effect="Deny",
        principals=ANYBODY,
        actions=[action for action in OBJECT_ACTIONS if action not in spared],
        resources=[f"{bucket}/*"],
        conditions=outside,
    )
    listing = Statement(
        sid="DenyListingNoVPC",
        effect="Deny",
        principals=ANYBODY,
        actions=LISTING,
        resources=[bucket],
        conditions={**outside, "ArnNotLike": {"aws:PrincipalArn": [*deployers, *inspectors]}},
    )
    return (objects, *(_but(bucket, action, outside, roles) for action, roles in spared.items()), listing)


def _but(bucket: str, action: str, outside: Conditions, roles: Sequence[str]) -> Statement:
    """The denial of one action, which spares some roles."""
    return Statement(
        sid={DELETE_OBJECT: "DenyDeletingNoVPC", GET_OBJECT: "DenyReadingNoVPC"}[action],
        effect="Deny",
        principals=ANYBODY,
        actions=[action],
        resources=[f"{bucket}/*"],
        conditions={**outside, "ArnNotLike": {"aws:PrincipalArn": roles}},
    )


def _read_own_models(bucket: str, accounts: WorkloadAccounts, readers: Sequence[str]) -> Statement:
    return Statement(
        sid="AllowCrossAccount",
        principals=accounts.principals(),
        actions=READ_OBJECT,
        resources=[f"{bucket}/${{aws:PrincipalTag/{PROJECT_TAG}}}/*"],
        conditions=accounts.callers(readers),
    )


def _read_own_checks(bucket: str, accounts: WorkloadAccounts, checkers: Sequence[str]) -> Statement:
    return Statement(
        sid="AllowCheckers",
        principals=accounts.principals(),
        actions=["s3:GetObject"],
        resources=[f"{bucket}/${{aws:PrincipalTag/{PROJECT_TAG}}}/{CHECKS}/*"],
        conditions=accounts.callers(checkers),
    )


def models_bucket(
    bucket: str,
    key: str,
    *,
    accounts: WorkloadAccounts,
    readers: Sequence[str],
    checkers: Sequence[str],
    s3_endpoints: Sequence[str],
    deployers: Sequence[str],
    removers: Sequence[str] = (),
    inspectors: Sequence[str] = (),
    serverless_roles: Sequence[str] = (),
) -> str:
    """The models bucket: model roles of the workload accounts read their own project's prefix.

    `readers` are role ARN patterns, each with its account while there are few; the prefix is the role's own `project`
    tag, so that the policy does not grow with projects and a project never reads another's models. `checkers` are
    patterns likewise, of roles that read what endpoints are checked with and no models. `s3_endpoints` are those of all
    accounts.
    """
    return document(
        _read_own_models(bucket, accounts, readers) if accounts.ids else None,
        _read_own_checks(bucket, accounts, checkers) if accounts.ids else None,
        *only_through(bucket, accounts.not_through(s3_endpoints), deployers, removers, inspectors, serverless_roles),
        *right_key(bucket, key),
        tls_only(bucket),
        kind=DocumentKind.BUCKET,
    )


def private_bucket(
    bucket: str,
    key: str,
    *,
    s3_endpoints: Sequence[str],
    deployers: Sequence[str],
    removers: Sequence[str] = (),
    inspectors: Sequence[str] = (),
) -> str:
    """A bucket of one account, reached only through its S3 endpoints."""
    return document(
        *only_through(bucket, not_through(s3_endpoints), deployers, removers, inspectors),
        *right_key(bucket, key),
        tls_only(bucket),
        kind=DocumentKind.BUCKET,
    )


def service_bucket(bucket: str, key: str) -> str:
    """A bucket that AWS services read and write for a role, from outside the VPC: pipelines' artifacts, captures."""
    return document(*right_key(bucket, key), tls_only(bucket), kind=DocumentKind.BUCKET)


def code_bucket(bucket: str, key: str, *, accounts: WorkloadAccounts, readers: Sequence[str]) -> str:
    """The bucket of functions' archives: roles of the workload accounts (ARN patterns) that make functions fetch them.

    Lambda reads an archive for its caller, from outside the VPC (botocore, service model of lambda, FunctionCode).
    """
    fetch = Statement(
        sid="WorkloadAccountsFetchArchives",
        principals=accounts.principals(),
        actions=READ_OBJECT,
        resources=[f"{bucket}/*"],
        conditions=accounts.callers(readers),
    )
    return document(
        fetch if accounts.ids else None, *right_key(bucket, key), tls_only(bucket), kind=DocumentKind.BUCKET
    )


def log_bucket(bucket: str, account: str, sources: Sequence[str]) -> str:
    """Where S3 delivers access logs of the account's own buckets (ARN patterns)."""
    delivery = Statement(
        sid="AllowLogDelivery",
        principals=Principals(services=["logging.s3.amazonaws.com"]),
        actions=["s3:PutObject"],
        resources=[f"{bucket}/*"],
        conditions={"StringEquals": {"aws:SourceAccount": account}, "ArnLike": {"aws:SourceArn": sources}},
    )
    return document(delivery, tls_only(bucket), kind=DocumentKind.BUCKET)

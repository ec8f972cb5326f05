"""Key policies. Administration belongs to the account's administrators, use to named roles; nobody has both."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.scope import Scope
from policies.documents.accounts import WorkloadAccounts, both, not_through
from policies.documents.statement import Conditions, DocumentKind, Principals, Statement, account_principals, document

# A key policy is attached to its key: `*` means this key and no other (AWS KMS Developer Guide, "Key policies in AWS
# KMS").
THIS_KEY = ("*",)
ONLY_THIS_KEY = "In a key policy * is the key that carries it"

ADMINISTRATION = (
    "kms:CancelKeyDeletion",
    # An alias is made with a right on the alias and one on its key (AWS KMS Developer Guide, "Control access to
    # aliases").
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
READ = ("kms:Decrypt", "kms:DescribeKey")
READ_AND_WRITE = (*READ, "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext")
# What SageMaker's guide asks besides for a job's output; who may is for the roles' own policies to say.
READ_AND_WRITE_OUTPUTS = (*READ_AND_WRITE, "kms:Encrypt")
# What the guides of logs and topics write as `kms:GenerateDataKey*`.
DATA_KEYS = (
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyPair",
    "kms:GenerateDataKeyPairWithoutPlaintext",
    "kms:GenerateDataKeyWithoutPlaintext",
)
CRYPTOGRAPHIC = (
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyPair",
    "kms:GenerateDataKeyPairWithoutPlaintext",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)


def administration(scope: Scope) -> Statement:
    """The account's identity policies decide who administers; no use is handed to them."""
    return Statement(
        sid="AccountDecidesWhoAdministers",
        principals=account_principals(scope.partition, [scope.account]),
        actions=ADMINISTRATION,
        resources=THIS_KEY,
        reason=ONLY_THIS_KEY,
    )


def use_through(sid: str, scope: Scope, roles: Sequence[str], service: str, actions: Sequence[str]) -> Statement:
    """Roles of the key's account (ARN patterns) use it through one AWS service, on their own behalf."""
    return Statement(
        sid=sid,
        principals=account_principals(scope.partition, [scope.account]),
        actions=actions,
        resources=THIS_KEY,
        conditions={
            "ArnLike": {"aws:PrincipalArn": roles},
            "StringEquals": {"kms:ViaService": scope.service_host(service)},
        },
        reason=ONLY_THIS_KEY,
    )


def _account_and(scope: Scope, roles: Sequence[str]) -> Principals:
    """The account, and the roles that are named whole, for which its identity policies need not allow it too.

    Those ask for the key's tag, which KMS may not know for the first five minutes (AWS KMS Developer Guide, "ABAC for
    AWS KMS"); a role that is made again, and is another principal then, meets them later.
    """
    whole = sorted(role for role in roles if "*" not in role)
    return Principals(aws=[*account_principals(scope.partition, [scope.account]).aws, *whole])


def inspected(scope: Scope, inspectors: Sequence[str]) -> Statement | None:
    """Macie's service-linked role decrypts what it reads, through S3; nothing where it is not told to read.

    The key grants it itself: AWS's policy of the role knows no KMS (Amazon Macie User Guide, "Allowing Macie to use a
    customer managed AWS KMS key"). By a condition, for a role that is not there yet cannot be a principal.
    """
    if not inspectors:
        return None
    return Statement(
        sid="MacieDecryptsWhatItReads",
        principals=Principals(aws=["*"]),
        actions=["kms:Decrypt"],
        resources=THIS_KEY,
        conditions={
            "ArnEquals": {"aws:PrincipalArn": inspectors},
            "Bool": {"aws:PrincipalIsAWSService": "false"},
            "StringEquals": {"kms:CallerAccount": scope.account, "kms:ViaService": scope.service_host("s3")},
        },
        reason=ONLY_THIS_KEY,
    )


def deny_outside_endpoints(elsewhere: Conditions) -> Statement:
    """Direct use from anywhere but KMS endpoints is refused; `elsewhere` is true of what comes not through them.

    S3 asks KMS for its caller without any endpoint, with `aws:ViaAWSService` true: those requests are limited by the
    bucket's own denial. Reads and changes of the key's configuration stay outside, so that its owner is not locked out.
    """
    return Statement(
        sid="DenyNoVPC",
        effect="Deny",
        principals=Principals(aws=["*"]),
        actions=CRYPTOGRAPHIC,
        resources=THIS_KEY,
        conditions={
            **elsewhere,
            "BoolIfExists": {"aws:ViaAWSService": "false", "aws:PrincipalIsAWSService": "false"},
        },
    )


def _read_models(scope: Scope, accounts: WorkloadAccounts, readers: Sequence[str], bucket_arn: str) -> Statement:
    return Statement(
        sid="AllowCrossAccount",
        principals=accounts.principals(),
        actions=READ,
        resources=THIS_KEY,
        conditions=both(
            accounts.callers(readers),
            {
                "StringEquals": {
                    "kms:ViaService": scope.service_host("s3"),
                    # The bucket, not the object: the bucket has a bucket key (Amazon S3 User Guide, "Reducing the cost
                    # of SSE-KMS with Amazon S3 Bucket Keys").
                    "kms:EncryptionContext:aws:s3:arn": bucket_arn,
                }
            },
        ),
        reason=ONLY_THIS_KEY,
    )


def models_key(
    scope: Scope,
    *,
    builders: Sequence[str],
    accounts: WorkloadAccounts,
    readers: Sequence[str],
    bucket_arn: str,
    kms_endpoints: Sequence[str],
    inspectors: Sequence[str] = (),
) -> str:
    """Key of the models bucket.

    `builders` are role ARN patterns of the key's account that write models; `readers` are role ARN patterns of the
    roles that decrypt what the models bucket holds, each with its account while there are few; `kms_endpoints` are KMS
    endpoint ids of all accounts; `inspectors` is Macie's role where it reads the bucket.
    """
    return document(
        administration(scope),
        inspected(scope, inspectors),
        use_through("ProjectRolesWriteModels", scope, builders, "s3", READ_AND_WRITE_OUTPUTS),
        _read_models(scope, accounts, readers, bucket_arn) if accounts.ids else None,
        deny_outside_endpoints(accounts.not_through(kms_endpoints)),
        kind=DocumentKind.KEY,
    )


def code_key(
    scope: Scope, *, builders: Sequence[str], accounts: WorkloadAccounts, readers: Sequence[str], bucket_arn: str
) -> str:
    """Key of the bucket of functions' archives: `builders` write them, `readers` of the workload accounts fetch them.

    Both are role ARN patterns. Lambda fetches an archive for whoever makes the function, and so from no VPC.
    """
    return document(
        administration(scope),
        use_through("BuildsWriteArchives", scope, builders, "s3", READ_AND_WRITE),
        _read_models(scope, accounts, readers, bucket_arn) if accounts.ids else None,
        kind=DocumentKind.KEY,
    )


def storage_key(
    scope: Scope, *, users: Sequence[str], kms_endpoints: Sequence[str], inspectors: Sequence[str] = ()
) -> str:
    """Key of buckets that only roles of its own account use (ARN patterns), through S3."""
    return document(
        administration(scope),
        inspected(scope, inspectors),
        use_through("NamedRolesUseThroughStorage", scope, users, "s3", READ_AND_WRITE_OUTPUTS),
        deny_outside_endpoints(not_through(kms_endpoints)),
        kind=DocumentKind.KEY,
    )


def data_key(
    scope: Scope,
    *,
    users: Sequence[str],
    deployers: Sequence[str],
    seeded_bucket: str,
    kms_endpoints: Sequence[str],
    inspectors: Sequence[str] = (),
) -> str:
    """Key of data, artifacts and images: `users` through S3; deployers only to fill repositories and make registries.

    A project's first repositories are uploaded to `seeded_bucket` (ARN) by whoever deploys the project. ECR makes its
    grants on behalf of whoever makes the registry (Amazon ECR User Guide, "Encryption at rest").
    """
    return document(
        administration(scope),
        inspected(scope, inspectors),
        use_through("NamedRolesUseThroughStorage", scope, users, "s3", READ_AND_WRITE_OUTPUTS),
        *_deployers_fill_and_make(scope, deployers, seeded_bucket),
        deny_outside_endpoints(not_through(kms_endpoints)),
        kind=DocumentKind.KEY,
    )


def _deployers_fill_and_make(scope: Scope, deployers: Sequence[str], seeded_bucket: str) -> tuple[Statement, Statement]:
    root = _account_and(scope, deployers)
    own: Conditions = {"ArnLike": {"aws:PrincipalArn": deployers}}
    seeds = Statement(
        sid="DeployersEncryptSeeds",
        principals=root,
        actions=["kms:GenerateDataKey"],
        resources=THIS_KEY,
        conditions={
            **own,
            "StringEquals": {
                "kms:ViaService": scope.service_host("s3"),
                # The bucket, not the object: the bucket has a bucket key (Amazon S3 User Guide, "Reducing the cost of
                # SSE-KMS with Amazon S3 Bucket Keys").
                "kms:EncryptionContext:aws:s3:arn": seeded_bucket,
            },
        },
        reason=ONLY_THIS_KEY,
    )
    images = Statement(
        sid="DeployersHandTheKeyToImages",
        principals=root,
        actions=["kms:CreateGrant", "kms:RetireGrant"],
        resources=THIS_KEY,
        conditions={**own, "StringEquals": {"kms:ViaService": scope.service_host("ecr")}},
        reason=ONLY_THIS_KEY,
    )
    return seeds, images


def volume_key(scope: Scope, *, users: Sequence[str], services: Sequence[str]) -> str:
    """Key of volumes: AWS services create grants for a role's job, endpoint or space, and for nothing else.

    Grants do not ask for `kms:ViaService`: policies.documents.common_statements.encrypt_volumes says why.
    """
    named: Conditions = {"ArnLike": {"aws:PrincipalArn": users}}
    via: Conditions = {
        **named,
        "StringEquals": {"kms:ViaService": [scope.service_host(service) for service in services]},
    }
    root = _account_and(scope, users)
    grants: Conditions = {**named, "Bool": {"kms:GrantIsForAWSResource": "true"}}
    use = Statement(
        sid="NamedRolesUseThroughVolumes",
        principals=root,
        actions=READ_AND_WRITE,
        resources=THIS_KEY,
        conditions=via,
        reason=ONLY_THIS_KEY,
    )
    grant = Statement(
        sid="NamedRolesGrantToVolumes",
        principals=root,
        actions=["kms:CreateGrant"],
        resources=THIS_KEY,
        conditions=grants,
        reason=ONLY_THIS_KEY,
    )
    return document(administration(scope), use, grant, kind=DocumentKind.KEY)

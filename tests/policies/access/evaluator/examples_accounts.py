"""AWS's published examples of one account and of two, and of who is granted what by a resource policy."""

from __future__ import annotations

from tests.policies.access.evaluator.factories import (
    ACCOUNT,
    FULL,
    OTHER_ACCOUNT,
    ROLE,
    ROOT,
    SESSION,
    Example,
    allow,
    deny,
    example,
    policy,
)

BASICS = 'IAM User Guide, "Policy evaluation for requests within a single account"'

DENY_ALLOW = 'IAM User Guide, "How AWS enforcement code logic evaluates requests to allow or deny access"'

CROSS = 'IAM User Guide, "Cross-account policy evaluation logic"'

PRINCIPAL = 'IAM User Guide, "AWS JSON policy elements: Principal"'

_CARLOS = f"arn:aws:iam::{ACCOUNT}:user/carlossalazar"

_CARLOS_POLICY = policy(
    allow(["s3:GetBucketLocation", "s3:ListAllMyBuckets"], "arn:aws:s3:::*", Sid="AllowS3ListRead"),
    allow("s3:*", ["arn:aws:s3:::carlossalazar/*", "arn:aws:s3:::carlossalazar"], Sid="AllowS3Self"),
    deny("s3:*", "arn:aws:s3:::*log*", Sid="DenyS3Logs"),
)

_CARLOS_BUCKET = policy(allow("s3:*", "arn:aws:s3:::carlossalazar-logs/*", Principal={"AWS": _CARLOS}))

_ABROAD = "arn:aws:iam::111111111111:user/carlossalazar"

_ABROAD_POLICY = policy(
    allow("s3:ListAllMyBuckets", Sid="AllowS3ListRead"),
    allow("s3:*Object*", "arn:aws:s3:::Production/*", Sid="AllowS3ProductionObjectActions"),
    deny("s3:*", ["arn:aws:s3:::*log*", "arn:aws:s3:::*log*/*"], Sid="DenyS3Logs"),
)

_PRODUCTION = policy(
    allow(
        ["s3:GetObject*", "s3:PutObject*", "s3:ReplicateObject", "s3:RestoreObject"],
        "arn:aws:s3:::Production/*",
        Principal={"AWS": _ABROAD},
    )
)


def _abroad(action: str, resource: str, **fields: object) -> dict[str, object]:
    return {
        "principal": _ABROAD,
        "owner": "222222222222",
        "action": action,
        "resource": resource,
        "identity": [_ABROAD_POLICY],
        **fields,
    }


ACCOUNTS = (
    example(
        BASICS,
        "a deny in the identity policy beats the bucket policy that names the user",
        False,
        principal=_CARLOS,
        action="s3:PutObject",
        resource="arn:aws:s3:::carlossalazar-logs/log.txt",
        identity=[_CARLOS_POLICY],
        resource_policy=_CARLOS_BUCKET,
    ),
    example(
        BASICS,
        "an identity policy alone is enough in one account",
        True,
        principal=_CARLOS,
        action="s3:PutObject",
        resource="arn:aws:s3:::carlossalazar/notes.txt",
        identity=[_CARLOS_POLICY],
    ),
    example(
        BASICS,
        "a resource policy alone is enough in one account",
        True,
        principal=_CARLOS,
        action="s3:PutObject",
        resource="arn:aws:s3:::carlossalazar-logs/log.txt",
        resource_policy=_CARLOS_BUCKET,
    ),
    example(DENY_ALLOW, "without any policy a user may do nothing", False, principal=_CARLOS),
    example(DENY_ALLOW, "the root user has full access in its account", True, principal=ROOT),
    example(
        CROSS,
        "an explicit deny in the caller's account ends it",
        False,
        **_abroad("s3:PutObject", "arn:aws:s3:::Production-logs/x"),
    ),
    example(
        CROSS,
        "both accounts allow the save",
        True,
        **_abroad("s3:PutObject", "arn:aws:s3:::Production/x", resource_policy=_PRODUCTION),
    ),
    example(
        CROSS,
        "the bucket's account does not allow deletion",
        False,
        **_abroad("s3:DeleteObject", "arn:aws:s3:::Production/x", resource_policy=_PRODUCTION),
    ),
    example(
        CROSS,
        "the caller's account alone is not enough",
        False,
        **_abroad("s3:PutObject", "arn:aws:s3:::Production/x"),
    ),
    example(
        CROSS,
        "the resource's account alone is not enough",
        False,
        **_abroad("s3:PutObject", "arn:aws:s3:::Production/x", resource_policy=_PRODUCTION, identity=[]),
    ),
)

_NOTHING = policy(allow("ec2:*"))


def _direct(principal: str, named: object, **fields: object) -> dict[str, object]:
    """Only the resource policy speaks: identity, boundary and session policy are silent on S3."""
    return {
        "principal": principal,
        "identity": [_NOTHING],
        "boundary": _NOTHING,
        "resource_policy": policy(allow("s3:GetObject", Principal=named, **fields)),
    }


_USER = f"arn:aws:iam::{ACCOUNT}:user/exampleuser"

_FEDERATED = f"arn:aws:sts::{ACCOUNT}:federated-user/exampleuser"

_BY_ARN = {"ArnEquals": {"aws:PrincipalArn": ROLE}}

GRANTS = (
    example(DENY_ALLOW, "a user's ARN: silence elsewhere does not limit", True, **_direct(_USER, {"AWS": _USER})),
    example(DENY_ALLOW, "a role's ARN: the boundary limits", False, **_direct(ROLE, {"AWS": ROLE})),
    example(
        DENY_ALLOW,
        "a role's ARN: the session policy limits",
        False,
        **{**_direct(SESSION, {"AWS": ROLE}), "boundary": None, "session": _NOTHING},
    ),
    example(
        DENY_ALLOW,
        "a role's ARN: silence of the identity policy does not limit",
        True,
        **{**_direct(SESSION, {"AWS": ROLE}), "boundary": FULL, "session": FULL},
    ),
    example(
        DENY_ALLOW,
        "a session's ARN: nothing but denies limits",
        True,
        **{**_direct(SESSION, {"AWS": SESSION}), "session": _NOTHING},
    ),
    example(
        DENY_ALLOW,
        "a federated user session's ARN: nothing but denies limits",
        True,
        **{**_direct(_FEDERATED, {"AWS": _FEDERATED}), "session": _NOTHING},
    ),
    example(
        DENY_ALLOW,
        "an explicit deny limits even a session's ARN",
        False,
        **{**_direct(SESSION, {"AWS": SESSION}), "session": policy(deny("s3:*"))},
    ),
    example(
        PRINCIPAL,
        "a wildcard with aws:PrincipalArn: boundary and session policy do not limit",
        True,
        **{**_direct(ROLE, "*", Condition=_BY_ARN), "session": _NOTHING},
    ),
    example(
        PRINCIPAL,
        "a wildcard with aws:PrincipalArn of another role grants nothing",
        False,
        **_direct(f"arn:aws:iam::{ACCOUNT}:role/Other", "*", Condition=_BY_ARN),
    ),
    example(PRINCIPAL, "naming the account grants to nobody in it", False, **_direct(_USER, {"AWS": ACCOUNT})),
    example(
        PRINCIPAL,
        "naming the account delegates to identity policies",
        True,
        **{**_direct(_USER, {"AWS": ROOT}), "identity": [FULL], "boundary": None},
    ),
    example(
        PRINCIPAL,
        "root ARN and bare id are the same principal",
        True,
        principal=ROLE,
        owner=OTHER_ACCOUNT,
        identity=[FULL],
        resource_policy=policy(allow("s3:GetObject", Principal={"AWS": [ACCOUNT]})),
    ),
    example(
        PRINCIPAL,
        "a wildcard includes anonymous callers",
        True,
        principal="*",
        resource_policy=policy(allow("s3:GetObject", Principal={"AWS": "*"})),
    ),
    example(
        PRINCIPAL,
        "anonymous callers belong to no account",
        False,
        principal="*",
        resource_policy=policy(allow("s3:GetObject", Principal={"AWS": ACCOUNT})),
    ),
)

EXAMPLES: tuple[Example, ...] = (
    *ACCOUNTS,
    *GRANTS,
)

"""AWS's published examples of permissions boundaries and session policies."""

from __future__ import annotations

from tests.policies.access.evaluator.factories import (
    FULL,
    SESSION,
    Example,
    allow,
    deny,
    example,
    policy,
)

BOUNDARIES = 'IAM User Guide, "Permissions boundaries for IAM entities"'

SESSIONS = (
    'IAM User Guide, "Policies and permissions in AWS Identity and Access Management", section "Session policies"'
)

_SHIRLEY = "arn:aws:iam::123456789012:user/ShirleyRodriguez"

_SHIRLEY_BOUNDARY = policy(allow(["s3:*", "cloudwatch:*", "ec2:*"]))

_ZHANG_BOUNDARY = policy(
    allow(
        ["iam:AttachUserPolicy", "iam:CreateUser", "iam:PutUserPermissionsBoundary", "iam:PutUserPolicy"],
        Condition={"StringEquals": {"iam:PermissionsBoundary": "arn:aws:iam::123456789012:policy/XCompanyBoundaries"}},
        Sid="CreateOrChangeOnlyWithBoundary",
    ),
    {
        "Sid": "CloudWatchAndOtherIAMTasks",
        "Effect": "Allow",
        "Action": ["cloudwatch:*", "iam:CreateAccessKey", "iam:DeleteUser", "iam:DeletePolicy"],
        "NotResource": "arn:aws:iam::123456789012:user/Maria",
    },
    deny("iam:DeletePolicy", "arn:aws:iam::123456789012:policy/XCompanyBoundaries", Sid="NoBoundaryPolicyEdit"),
    deny("iam:DeleteUserPermissionsBoundary", Sid="NoBoundaryUserDelete"),
)

_ZHANG_POLICY = policy(
    allow("iam:*", Sid="IAM"),
    allow(["cloudwatch:GetDashboard", "cloudwatch:ListMetrics"], Sid="CloudWatchLimited"),
    allow("s3:ListBucket", "arn:aws:s3:::ZhangBucket", Sid="S3BucketContents"),
)

_NIKHIL = "arn:aws:iam::123456789012:user/Nikhil"

_NIKHIL_BOUNDARY = policy(
    allow(["s3:*", "cloudwatch:*", "ec2:*", "dynamodb:*"], Sid="ServiceBoundaries"),
    allow(
        ["iam:*AccessKey*", "iam:ChangePassword", "iam:GetUser"],
        "arn:aws:iam::*:user/${aws:username}",
        Sid="AllowManageOwnPasswordAndAccessKeys",
    ),
    deny("s3:*", ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"], Sid="DenyS3Logs"),
)


def _zhang(action: str, resource: str, **context: str) -> dict[str, object]:
    return {
        "principal": "arn:aws:iam::123456789012:user/Zhang",
        "owner": "123456789012",
        "action": action,
        "resource": resource,
        "identity": [_ZHANG_POLICY],
        "boundary": _ZHANG_BOUNDARY,
        "context": {key.replace("_", ":"): value for key, value in context.items()},
    }


def _nikhil(action: str, resource: str, **fields: object) -> dict[str, object]:
    return {
        "principal": _NIKHIL,
        "owner": "123456789012",
        "action": action,
        "resource": resource,
        "identity": [policy(allow(["iam:*", "s3:Get*", "s3:List*"]))],
        "boundary": _NIKHIL_BOUNDARY,
        "context": {"aws:username": "Nikhil"},
        **fields,
    }


LIMITS = (
    example(
        BOUNDARIES,
        "an action outside the boundary fails although the identity policy allows it",
        False,
        principal=_SHIRLEY,
        owner="123456789012",
        action="iam:CreateUser",
        resource="arn:aws:iam::123456789012:user/New",
        identity=[policy(allow("iam:CreateUser"))],
        boundary=_SHIRLEY_BOUNDARY,
    ),
    example(
        BOUNDARIES,
        "a boundary grants nothing by itself",
        False,
        principal=_SHIRLEY,
        owner="123456789012",
        identity=[policy(allow("iam:CreateUser"))],
        boundary=_SHIRLEY_BOUNDARY,
    ),
    example(
        BOUNDARIES,
        "the intersection of boundary and identity policy is allowed",
        True,
        principal=_SHIRLEY,
        owner="123456789012",
        identity=[policy(allow("s3:*"))],
        boundary=_SHIRLEY_BOUNDARY,
    ),
    example(
        BOUNDARIES,
        "a user made without the boundary is refused",
        False,
        **_zhang("iam:CreateUser", "arn:aws:iam::123456789012:user/Nikhil"),
    ),
    example(
        BOUNDARIES,
        "a user made with the boundary is accepted",
        True,
        **_zhang(
            "iam:CreateUser",
            "arn:aws:iam::123456789012:user/Nikhil",
            iam_PermissionsBoundary="arn:aws:iam::123456789012:policy/XCompanyBoundaries",
        ),
    ),
    example(
        BOUNDARIES,
        "a key for any user but the excepted one",
        True,
        **_zhang("iam:CreateAccessKey", "arn:aws:iam::123456789012:user/Nikhil"),
    ),
    example(
        BOUNDARIES,
        "no key for the excepted user",
        False,
        **_zhang("iam:CreateAccessKey", "arn:aws:iam::123456789012:user/Maria"),
    ),
    example(
        BOUNDARIES,
        "the boundary policy itself cannot be deleted",
        False,
        **_zhang("iam:DeletePolicy", "arn:aws:iam::123456789012:policy/XCompanyBoundaries"),
    ),
    example(
        BOUNDARIES,
        "the identity policy narrows what the boundary leaves",
        False,
        **_zhang("cloudwatch:PutMetricData", "*"),
    ),
    example(
        BOUNDARIES,
        "no S3 since the boundary knows none",
        False,
        **_zhang("s3:ListBucket", "arn:aws:s3:::ZhangBucket"),
    ),
    example(
        BOUNDARIES,
        "the own password may be changed",
        True,
        **_nikhil("iam:ChangePassword", "arn:aws:iam::123456789012:user/Nikhil"),
    ),
    example(
        BOUNDARIES,
        "no other user may be made",
        False,
        **_nikhil("iam:CreateUser", "arn:aws:iam::123456789012:user/Other"),
    ),
    example(
        BOUNDARIES,
        "a deny in the boundary beats a bucket policy that names the user",
        False,
        **_nikhil(
            "s3:PutObject",
            "arn:aws:s3:::logs/x",
            resource_policy=policy(allow("s3:PutObject", "arn:aws:s3:::logs/*", Principal={"AWS": _NIKHIL})),
        ),
    ),
    example(
        BOUNDARIES,
        "silence of the boundary does not limit a resource policy that names the user",
        True,
        **_nikhil(
            "secretsmanager:GetSecretValue",
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:s-AbCdEf",
            resource_policy=policy(allow("secretsmanager:GetSecretValue", "*", Principal={"AWS": _NIKHIL})),
        ),
    ),
    example(
        SESSIONS,
        "a session policy narrows the role's identity policy",
        False,
        principal=SESSION,
        identity=[FULL],
        session=policy(allow("s3:ListBucket")),
    ),
    example(
        SESSIONS,
        "the intersection of session policy and identity policy is allowed",
        True,
        principal=SESSION,
        identity=[FULL],
        session=policy(allow("s3:GetObject")),
    ),
    example(
        SESSIONS,
        "a session policy grants nothing by itself",
        False,
        principal=SESSION,
        session=FULL,
    ),
)

EXAMPLES: tuple[Example, ...] = LIMITS

"""AWS's published examples of condition operators."""

from __future__ import annotations

from typing import Any

from tests.policies.access.evaluator.factories import (
    USER,
    Example,
    allow,
    deny,
    example,
    policy,
)

OPERATORS = 'IAM User Guide, "IAM JSON policy elements: Condition operators"'

_ARN = "arn:aws:iam::111122223333:user/x"


def _identity(statement: dict[str, Any], action: str, resource: str, **context: Any) -> dict[str, Any]:
    return {"identity": [policy(statement)], "action": action, "resource": resource, "context": _keys(context)}


def _keys(context: dict[str, Any]) -> dict[str, Any]:
    return {key.replace("__", "/").replace("_", ":", 1): value for key, value in context.items()}


def _denied(statement: dict[str, Any], action: str, resource: str, **context: Any) -> dict[str, Any]:
    return {**_identity(statement, action, resource, **context), "identity": [policy(allow(), statement)]}


_TAGGED = allow(
    "iam:*AccessKey*",
    "arn:aws:iam::111122223333:user/*",
    Condition={"StringEquals": {"aws:PrincipalTag/job-category": "iamuser-admin"}},
)

_MAX_KEYS = allow("s3:ListBucket", "arn:aws:s3:::b", Condition={"NumericLessThanEquals": {"s3:max-keys": "10"}})

_FRESH = allow("iam:*AccessKey*", "*", Condition={"DateGreaterThan": {"aws:TokenIssueTime": "2020-01-01T00:00:01Z"}})

_TLS = deny(
    "s3:*",
    ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
    Sid="BooleanExample",
    Condition={"Bool": {"aws:SecureTransport": "false"}},
)

_OFFICE = allow(
    "iam:*AccessKey*", "*", Condition={"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:DB8:1234:5678::/64"]}}
)

_FINANCE = "arn:aws:someservice:*:111122223333:finance/*"

_STORE = "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt"

_INSTANCE = ["t1.*", "t2.*", "m3.*"]

_LONG_TERM = allow("ec2:*", "*", Condition={"Null": {"aws:TokenIssueTime": "true"}})

CONDITIONS = (
    example(
        OPERATORS,
        "StringEquals of a tag that is there",
        True,
        **_identity(_TAGGED, "iam:CreateAccessKey", _ARN, **{"aws_PrincipalTag__job-category": "iamuser-admin"}),
    ),
    example(
        OPERATORS, "StringEquals of a tag that is missing", False, **_identity(_TAGGED, "iam:CreateAccessKey", _ARN)
    ),
    example(
        OPERATORS,
        "StringEquals looks at case",
        False,
        **_identity(_TAGGED, "iam:CreateAccessKey", _ARN, **{"aws_PrincipalTag__job-category": "IAMUser-Admin"}),
    ),
    example(
        OPERATORS,
        "at most ten keys at a time: ten",
        True,
        **_identity(_MAX_KEYS, "s3:ListBucket", "arn:aws:s3:::b", **{"s3_max-keys": "10"}),
    ),
    example(
        OPERATORS,
        "at most ten keys at a time: eleven",
        False,
        **_identity(_MAX_KEYS, "s3:ListBucket", "arn:aws:s3:::b", **{"s3_max-keys": "11"}),
    ),
    example(
        OPERATORS,
        "credentials issued after the date",
        True,
        **_identity(_FRESH, "iam:ListAccessKeys", _ARN, aws_TokenIssueTime="2020-06-01T10:00:00Z"),
    ),
    example(
        OPERATORS,
        "credentials issued before the date",
        False,
        **_identity(_FRESH, "iam:ListAccessKeys", _ARN, aws_TokenIssueTime="2019-12-31T23:59:59Z"),
    ),
    example(
        OPERATORS,
        "long-term keys have no issue time",
        False,
        principal=USER,
        **_identity(_FRESH, "iam:ListAccessKeys", _ARN),
    ),
    example(
        OPERATORS,
        "a request without TLS is denied",
        False,
        **_denied(_TLS, "s3:GetObject", "arn:aws:s3:::b/k", aws_SecureTransport="false"),
    ),
    example(
        OPERATORS,
        "a request with TLS is not denied",
        True,
        **_denied(_TLS, "s3:GetObject", "arn:aws:s3:::b/k", aws_SecureTransport="true"),
    ),
    example(
        OPERATORS,
        "an address in the IPv4 range",
        True,
        **_identity(_OFFICE, "iam:ListAccessKeys", _ARN, aws_SourceIp="203.0.113.255"),
    ),
    example(
        OPERATORS,
        "an address outside the IPv4 range",
        False,
        **_identity(_OFFICE, "iam:ListAccessKeys", _ARN, aws_SourceIp="203.0.114.0"),
    ),
    example(
        OPERATORS,
        "an address in the IPv6 range",
        True,
        **_identity(_OFFICE, "iam:ListAccessKeys", _ARN, aws_SourceIp="2001:db8:1234:5678::1"),
    ),
    example(
        OPERATORS,
        "through a VPC endpoint there is no source address",
        False,
        **_identity(_OFFICE, "iam:ListAccessKeys", _ARN),
    ),
    example(
        OPERATORS,
        "StringLike runs across the colons of an ARN",
        True,
        **_identity(
            allow(Condition={"StringLike": {"aws:SourceArn": _FINANCE}}), "s3:GetObject", _ARN, aws_SourceArn=_STORE
        ),
    ),
    example(
        OPERATORS,
        "ArnLike does not run across the colons of an ARN",
        False,
        **_identity(
            allow(Condition={"ArnLike": {"aws:SourceArn": _FINANCE}}), "s3:GetObject", _ARN, aws_SourceArn=_STORE
        ),
    ),
    example(
        OPERATORS,
        "an image has no instance type: StringLike fails",
        False,
        **_identity(
            allow("ec2:RunInstances", "*", Condition={"StringLike": {"ec2:InstanceType": _INSTANCE}}),
            "ec2:RunInstances",
            "arn:aws:ec2:us-east-1::image/ami-1",
        ),
    ),
    example(
        OPERATORS,
        "an image has no instance type: StringLikeIfExists holds",
        True,
        **_identity(
            allow("ec2:RunInstances", "*", Condition={"StringLikeIfExists": {"ec2:InstanceType": _INSTANCE}}),
            "ec2:RunInstances",
            "arn:aws:ec2:us-east-1::image/ami-1",
        ),
    ),
    example(
        OPERATORS,
        "StringLikeIfExists still checks a type that is there",
        False,
        **_identity(
            allow("ec2:RunInstances", "*", Condition={"StringLikeIfExists": {"ec2:InstanceType": _INSTANCE}}),
            "ec2:RunInstances",
            "arn:aws:ec2:us-east-1:1:instance/*",
            ec2_InstanceType="c5.large",
        ),
    ),
    example(
        OPERATORS,
        "a Deny with StringNotEqualsIfExists denies when the tag is missing",
        False,
        **_denied(
            deny("s3:*", "*", Condition={"StringNotEqualsIfExists": {"aws:PrincipalTag/team": "a"}}),
            "s3:GetObject",
            "arn:aws:s3:::b/k",
        ),
    ),
    example(
        OPERATORS,
        "a negated operator holds when the key is missing",
        True,
        **_identity(
            allow(Condition={"StringNotLike": {"aws:PrincipalTag/team": "a*"}}), "s3:GetObject", "arn:aws:s3:::b/k"
        ),
    ),
    example(
        OPERATORS,
        "Null true: without temporary credentials",
        True,
        principal=USER,
        **_identity(_LONG_TERM, "ec2:StopInstances", "arn:aws:ec2:us-east-1:1:instance/i-1"),
    ),
    example(
        OPERATORS,
        "Null true: with temporary credentials",
        False,
        **_identity(
            _LONG_TERM,
            "ec2:StopInstances",
            "arn:aws:ec2:us-east-1:1:instance/i-1",
            aws_TokenIssueTime="2020-06-01T10:00:00Z",
        ),
    ),
)

EXAMPLES: tuple[Example, ...] = CONDITIONS

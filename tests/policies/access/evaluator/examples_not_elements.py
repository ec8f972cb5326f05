"""AWS's published examples of NotAction, NotResource and NotPrincipal."""

from __future__ import annotations

from typing import Any

from tests.policies.access.evaluator.factories import (
    FULL,
    ROLE,
    Example,
    allow,
    example,
    policy,
)

NOT_ACTION = 'IAM User Guide, "IAM JSON policy elements: NotAction"'

NOT_RESOURCE = 'IAM User Guide, "IAM JSON policy elements: NotResource"'

NOT_PRINCIPAL = 'IAM User Guide, "AWS JSON policy elements: NotPrincipal"'

_ARN = "arn:aws:iam::111122223333:user/x"


def _identity(statement: dict[str, Any], action: str, resource: str, **context: Any) -> dict[str, Any]:
    return {"identity": [policy(statement)], "action": action, "resource": resource, "context": _keys(context)}


def _keys(context: dict[str, Any]) -> dict[str, Any]:
    return {key.replace("__", "/").replace("_", ":", 1): value for key, value in context.items()}


def _denied(statement: dict[str, Any], action: str, resource: str, **context: Any) -> dict[str, Any]:
    return {**_identity(statement, action, resource, **context), "identity": [policy(allow(), statement)]}


_NOT_DELETE = {"Effect": "Allow", "NotAction": "s3:DeleteBucket", "Resource": "arn:aws:s3:::*"}

_NOT_IAM = {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}

_MFA = {
    "Effect": "Deny",
    "NotAction": "iam:*",
    "Resource": "*",
    "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
}

_PAYROLL = {
    "Effect": "Deny",
    "Action": "s3:*",
    "NotResource": ["arn:aws:s3:::HRBucket/Payroll", "arn:aws:s3:::HRBucket/Payroll/*"],
}

_BOB = "arn:aws:iam::444455556666:user/Bob"

_AUDIT_ROLE = "arn:aws:iam::444455556666:role/cross-account-read-only-role"

_AUDIT = "arn:aws:sts::444455556666:assumed-role/cross-account-read-only-role/cross-account-audit-app"


def _but(named: list[str], principal: str, **fields: Any) -> dict[str, Any]:
    """Everybody is allowed by the bucket policy, and denied by NotPrincipal unless named."""
    with_resource_policy = policy(
        allow(Principal="*"), {"Effect": "Deny", "NotPrincipal": {"AWS": named}, "Action": "s3:*", "Resource": "*"}
    )
    return {"principal": principal, "identity": [FULL], "resource_policy": with_resource_policy, **fields}


_BOB_LISTED = [_BOB, "arn:aws:iam::444455556666:root"]

_AUDIT_LISTED = [_AUDIT, _AUDIT_ROLE, "arn:aws:iam::444455556666:root"]

NEGATED = (
    example(
        NOT_ACTION,
        "every S3 action on S3 resources but one",
        True,
        **_identity(_NOT_DELETE, "s3:GetObject", "arn:aws:s3:::b/k"),
    ),
    example(
        NOT_ACTION, "not the one that is listed", False, **_identity(_NOT_DELETE, "s3:DeleteBucket", "arn:aws:s3:::b")
    ),
    example(
        NOT_ACTION,
        "not an action whose resource is the wildcard",
        False,
        **_identity(_NOT_DELETE, "s3:ListAllMyBuckets", "*"),
    ),
    example(
        NOT_ACTION,
        "not another service's resources",
        False,
        **_identity(_NOT_DELETE, "sqs:SendMessage", "arn:aws:sqs:us-east-1:111122223333:q"),
    ),
    example(
        NOT_ACTION,
        "everything but IAM",
        True,
        **_identity(_NOT_IAM, "sqs:SendMessage", "arn:aws:sqs:us-east-1:111122223333:q"),
    ),
    example(NOT_ACTION, "not IAM", False, **_identity(_NOT_IAM, "iam:CreateUser", _ARN)),
    example(
        NOT_ACTION,
        "without MFA only IAM is left",
        False,
        **_denied(_MFA, "s3:GetObject", "arn:aws:s3:::b/k", aws_MultiFactorAuthPresent="false"),
    ),
    example(
        NOT_ACTION,
        "without MFA IAM is not denied",
        True,
        **_denied(_MFA, "iam:GetUser", _ARN, aws_MultiFactorAuthPresent="false"),
    ),
    example(
        NOT_ACTION,
        "with MFA nothing is denied",
        True,
        **_denied(_MFA, "s3:GetObject", "arn:aws:s3:::b/k", aws_MultiFactorAuthPresent="true"),
    ),
    example(
        NOT_RESOURCE,
        "the folder that is left out is not denied",
        True,
        **_denied(_PAYROLL, "s3:GetObject", "arn:aws:s3:::HRBucket/Payroll/x"),
    ),
    example(
        NOT_RESOURCE,
        "any other folder is denied",
        False,
        **_denied(_PAYROLL, "s3:GetObject", "arn:aws:s3:::HRBucket/Other/x"),
    ),
    example(
        NOT_RESOURCE,
        "other services are not meant",
        True,
        **_denied(_PAYROLL, "ec2:StopInstances", "arn:aws:ec2:us-east-1:1:instance/i-1"),
    ),
    example(NOT_PRINCIPAL, "the user who is listed with the account is not denied", True, **_but(_BOB_LISTED, _BOB)),
    example(
        NOT_PRINCIPAL,
        "another user of the listed account is denied",
        False,
        **_but(_BOB_LISTED, "arn:aws:iam::444455556666:user/Eve"),
    ),
    example(NOT_PRINCIPAL, "another account is denied", False, **_but(_BOB_LISTED, ROLE)),
    example(
        NOT_PRINCIPAL,
        "the session that is listed with role and account is not denied",
        True,
        **_but(_AUDIT_LISTED, _AUDIT),
    ),
    example(
        NOT_PRINCIPAL,
        "another session of the role is denied",
        False,
        **_but(_AUDIT_LISTED, _AUDIT.replace("audit-app", "other")),
    ),
    example(
        NOT_PRINCIPAL,
        "a session without its role in the list is denied",
        False,
        **_but([_AUDIT, "444455556666"], _AUDIT),
    ),
    example(NOT_PRINCIPAL, "a user without the account in the list may be denied", False, **_but([_BOB], _BOB)),
    example(
        'IAM User Guide, "Permissions boundaries for IAM entities"',
        "NotPrincipal always denies whoever has a boundary",
        False,
        **_but(_BOB_LISTED, _BOB, boundary=FULL),
    ),
    example(
        'IAM User Guide, "Permissions boundaries for IAM entities"',
        "NotPrincipal denies whoever has a boundary even when everybody is listed",
        False,
        **_but(["*"], _BOB, boundary=FULL),
    ),
)

EXAMPLES: tuple[Example, ...] = NEGATED

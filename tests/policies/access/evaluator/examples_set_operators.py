"""AWS's published examples of conditions with several keys and several values."""

from __future__ import annotations

from typing import Any

from tests.policies.access.evaluator.factories import (
    ACCOUNT,
    OTHER_ACCOUNT,
    Example,
    allow,
    deny,
    example,
    policy,
)

MULTI = 'IAM User Guide, "Creating a condition with multiple keys or values"'

MULTI_EXAMPLES = 'IAM User Guide, "Multivalued context key examples"'

_ARN = "arn:aws:iam::111122223333:user/x"


def _identity(statement: dict[str, Any], action: str, resource: str, **context: Any) -> dict[str, Any]:
    return {"identity": [policy(statement)], "action": action, "resource": resource, "context": _keys(context)}


def _keys(context: dict[str, Any]) -> dict[str, Any]:
    return {key.replace("__", "/").replace("_", ":", 1): value for key, value in context.items()}


def _denied(statement: dict[str, Any], action: str, resource: str, **context: Any) -> dict[str, Any]:
    return {**_identity(statement, action, resource, **context), "identity": [policy(allow(), statement)]}


_TABLE = "arn:aws:dynamodb:us-east-2:111122223333:table/Thread"

_READ = allow(
    "dynamodb:GetItem",
    "arn:aws:dynamodb:*:*:table/Thread",
    Condition={"ForAllValues:StringEquals": {"dynamodb:Attributes": ["ID", "Message", "Tags"]}},
)

_WRITE = deny(
    "dynamodb:PutItem",
    "arn:aws:dynamodb:*:*:table/Thread",
    Condition={"ForAnyValue:StringEquals": {"dynamodb:Attributes": ["ID", "PostDateTime"]}},
)

_MULTIPLE = allow(
    Condition={
        "StringEqualsIgnoreCase": {
            "aws:PrincipalTag/department": ["finance", "hr", "legal"],
            "aws:PrincipalTag/role": ["audit", "security"],
        },
        "StringEquals": {"aws:PrincipalAccount": ACCOUNT},
    }
)

_TAG_KEYS = deny(["iam:TagUser", "iam:TagRole"], "*", Condition={"ForAnyValue:StringLike": {"aws:TagKeys": "key1*"}})

_TAG_KEYS_ALL = deny(
    ["iam:TagUser", "iam:TagRole"], "*", Condition={"ForAllValues:StringLike": {"aws:TagKeys": ["key1*", "key2*"]}}
)

_TAG_KEYS_NOT_NULL = deny(
    ["iam:TagUser"],
    "*",
    Condition={"ForAllValues:StringLike": {"aws:TagKeys": "key1*"}, "Null": {"aws:TagKeys": "false"}},
)

SETS = (
    example(
        MULTI,
        "ForAllValues: all attributes are listed",
        True,
        **_identity(_READ, "dynamodb:GetItem", _TABLE, dynamodb_Attributes=["ID", "Message", "Tags"]),
    ),
    example(
        MULTI,
        "ForAllValues: one attribute is not listed",
        False,
        **_identity(_READ, "dynamodb:GetItem", _TABLE, dynamodb_Attributes=["ID", "UserName"]),
    ),
    example(MULTI, "ForAllValues: no attributes at all", True, **_identity(_READ, "dynamodb:GetItem", _TABLE)),
    example(
        MULTI,
        "ForAllValues: an empty string is an empty set",
        True,
        **_identity(_READ, "dynamodb:GetItem", _TABLE, dynamodb_Attributes=[""]),
    ),
    example(
        MULTI,
        "ForAnyValue: one forbidden attribute denies",
        False,
        **_denied(_WRITE, "dynamodb:PutItem", _TABLE, dynamodb_Attributes=["UserName", "Message", "PostDateTime"]),
    ),
    example(
        MULTI,
        "ForAnyValue: no forbidden attribute",
        True,
        **_denied(_WRITE, "dynamodb:PutItem", _TABLE, dynamodb_Attributes=["UserName"]),
    ),
    example(MULTI, "ForAnyValue: no attributes at all", True, **_denied(_WRITE, "dynamodb:PutItem", _TABLE)),
    example(
        MULTI,
        "all keys of a block hold, by any value and case",
        True,
        **_identity(
            _MULTIPLE,
            "s3:GetObject",
            "arn:aws:s3:::b/k",
            aws_PrincipalTag__department="HR",
            aws_PrincipalTag__role="audit",
        ),
    ),
    example(
        MULTI,
        "one key of a block does not hold",
        False,
        **_identity(
            _MULTIPLE,
            "s3:GetObject",
            "arn:aws:s3:::b/k",
            aws_PrincipalTag__department="HR",
            aws_PrincipalTag__role="dev",
        ),
    ),
    example(
        MULTI,
        "several values of a negated operator are a NOR",
        False,
        **_identity(
            allow(Condition={"StringNotEquals": {"aws:PrincipalAccount": [ACCOUNT, OTHER_ACCOUNT]}}),
            "s3:GetObject",
            "arn:aws:s3:::b/k",
        ),
    ),
    example(
        MULTI_EXAMPLES,
        "ForAnyValue: a tag key with the prefix is denied",
        False,
        **_denied(_TAG_KEYS, "iam:TagUser", _ARN, aws_TagKeys=["key1:legal", "other"]),
    ),
    example(
        MULTI_EXAMPLES,
        "ForAllValues: a tag key without the prefix lets the deny pass",
        True,
        **_denied(_TAG_KEYS_ALL, "iam:TagUser", _ARN, aws_TagKeys=["key1:hr", "key3"]),
    ),
    example(
        MULTI_EXAMPLES,
        "ForAllValues: all tag keys have a prefix and are denied",
        False,
        **_denied(_TAG_KEYS_ALL, "iam:TagUser", _ARN, aws_TagKeys=["key1:hr", "key2:x"]),
    ),
    example(MULTI_EXAMPLES, "ForAllValues denies without keys", False, **_denied(_TAG_KEYS_ALL, "iam:TagUser", _ARN)),
    example(
        MULTI_EXAMPLES,
        "Null false keeps ForAllValues from denying without keys",
        True,
        **_denied(_TAG_KEYS_NOT_NULL, "iam:TagUser", _ARN),
    ),
)

EXAMPLES: tuple[Example, ...] = SETS

"""AWS's published examples of policy variables and of wildcards in resources."""

from __future__ import annotations

from typing import Any

from tests.policies.access.evaluator.factories import (
    Example,
    allow,
    deny,
    example,
    policy,
)

VARIABLES = 'IAM User Guide, "IAM policy elements: Variables and tags"'

RESOURCE = 'IAM User Guide, "IAM JSON policy elements: Resource"'


def _identity(statement: dict[str, Any], action: str, resource: str, **context: Any) -> dict[str, Any]:
    return {"identity": [policy(statement)], "action": action, "resource": resource, "context": _keys(context)}


def _keys(context: dict[str, Any]) -> dict[str, Any]:
    return {key.replace("__", "/").replace("_", ":", 1): value for key, value in context.items()}


def _denied(statement: dict[str, Any], action: str, resource: str, **context: Any) -> dict[str, Any]:
    return {**_identity(statement, action, resource, **context), "identity": [policy(allow(), statement)]}


_HOME_FOLDER = allow(["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::mybucket/${aws:username}/*")

_LIST_HOME = allow(
    "s3:ListBucket",
    "arn:aws:s3:::mybucket",
    Condition={"StringLike": {"s3:prefix": ["", "home/", "home/${aws:username}/"]}},
)

_TEAM = allow("s3:GetObject", "arn:aws:s3:::example-${aws:PrincipalTag/team, 'company-wide'}/*")

_SAME_TEAM = deny(
    "s3:GetObject",
    "arn:aws:s3:::b/*",
    Condition={"StringNotEquals": {"s3:ExistingObjectTag/Team": "${aws:PrincipalTag/Team}"}},
)

WORDS = (
    example(
        VARIABLES,
        "the caller's own folder",
        True,
        **_identity(_HOME_FOLDER, "s3:GetObject", "arn:aws:s3:::mybucket/David/x", aws_username="David"),
    ),
    example(
        VARIABLES,
        "somebody else's folder",
        False,
        **_identity(_HOME_FOLDER, "s3:GetObject", "arn:aws:s3:::mybucket/Anna/x", aws_username="David"),
    ),
    example(
        VARIABLES,
        "key names of variables have no case",
        True,
        **_identity(_HOME_FOLDER, "s3:GetObject", "arn:aws:s3:::mybucket/David/x", AWS_UserName="David"),
    ),
    example(
        VARIABLES,
        "without a value a resource matches nothing",
        False,
        **_identity(_HOME_FOLDER, "s3:GetObject", "arn:aws:s3:::mybucket/David/x"),
    ),
    example(
        VARIABLES,
        "without the new version a variable is text",
        False,
        identity=[policy(_HOME_FOLDER, version=None)],
        resource="arn:aws:s3:::mybucket/David/x",
        context={"aws:username": "David"},
    ),
    example(
        VARIABLES,
        "a variable in a condition",
        True,
        **_identity(
            _LIST_HOME, "s3:ListBucket", "arn:aws:s3:::mybucket", s3_prefix="home/David/", aws_username="David"
        ),
    ),
    example(
        VARIABLES,
        "an empty text is a value",
        True,
        **_identity(_LIST_HOME, "s3:ListBucket", "arn:aws:s3:::mybucket", s3_prefix="", aws_username="David"),
    ),
    example(
        VARIABLES,
        "the tag's bucket",
        True,
        **_identity(_TEAM, "s3:GetObject", "arn:aws:s3:::example-yellow/x", aws_PrincipalTag__team="yellow"),
    ),
    example(
        VARIABLES,
        "the default's bucket without the tag",
        True,
        **_identity(_TEAM, "s3:GetObject", "arn:aws:s3:::example-company-wide/x"),
    ),
    example(
        VARIABLES,
        "not the default's bucket with the tag",
        False,
        **_identity(_TEAM, "s3:GetObject", "arn:aws:s3:::example-company-wide/x", aws_PrincipalTag__team="yellow"),
    ),
    example(
        VARIABLES,
        "equal tags are not denied",
        True,
        **_denied(
            _SAME_TEAM, "s3:GetObject", "arn:aws:s3:::b/k", s3_ExistingObjectTag__Team="a", aws_PrincipalTag__Team="a"
        ),
    ),
    example(
        VARIABLES,
        "a negated operator matches a variable without value",
        False,
        **_denied(_SAME_TEAM, "s3:GetObject", "arn:aws:s3:::b/k", s3_ExistingObjectTag__Team="a"),
    ),
    example(
        VARIABLES,
        "${*} is a character and no wildcard",
        False,
        **_identity(allow("s3:GetObject", "arn:aws:s3:::b/${*}"), "s3:GetObject", "arn:aws:s3:::b/k"),
    ),
    example(
        VARIABLES,
        "${*} matches the character",
        True,
        **_identity(allow("s3:GetObject", "arn:aws:s3:::b/${*}"), "s3:GetObject", "arn:aws:s3:::b/*"),
    ),
    *(
        example(
            RESOURCE,
            f"wildcards of a segment run across slashes: {key}",
            True,
            **_identity(
                allow("s3:GetObject", "arn:aws:s3:::bucket/*/test/*"), "s3:GetObject", f"arn:aws:s3:::bucket/{key}"
            ),
        )
        for key in (
            "1/test/object.jpg",
            "1/2/3/test/4/object.jpg",
            "1///test///object.jpg",
            "1/test/.jpg",
            "/test/object.jpg",
            "1/test/",
        )
    ),
    example(
        RESOURCE,
        "the slashes of the pattern must be there",
        False,
        **_identity(
            allow("s3:GetObject", "arn:aws:s3:::bucket/*/test/*"),
            "s3:GetObject",
            "arn:aws:s3:::bucket/1-test/object.jpg",
        ),
    ),
    example(
        RESOURCE,
        "the names of users look at case",
        False,
        **_identity(
            allow("iam:GetUser", "arn:aws:iam::111122223333:user/Bob"),
            "iam:GetUser",
            "arn:aws:iam::111122223333:user/bob",
        ),
    ),
    example(
        RESOURCE,
        "a wildcard that ends a segment expands beyond colons",
        True,
        **_identity(
            allow("lambda:*", "arn:aws:lambda:us-east-1:*"),
            "lambda:GetFunction",
            "arn:aws:lambda:us-east-1:111122223333:function:f:1",
        ),
    ),
    example(
        RESOURCE,
        "a wildcard inside a segment stays in it",
        False,
        **_identity(
            allow("sqs:*", "arn:aws:sqs:us-*-1:111122223333:q"),
            "sqs:SendMessage",
            "arn:aws:sqs:us-x:y-1:111122223333:q",
        ),
    ),
)

EXAMPLES: tuple[Example, ...] = WORDS

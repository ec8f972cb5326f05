"""Condition operators: text, ARNs, Booleans, missing keys."""

from __future__ import annotations

from typing import Any

from tests.policies.access.corpus.question import (
    ALLOWED,
    DENIED,
    Answer,
    Question,
    allow,
    deny,
    policy,
    topic,
)

OPERATORS = 'IAM User Guide, "IAM JSON policy elements: Condition operators"'
CONDITION = 'IAM User Guide, "IAM JSON policy elements: Condition"'
SEVERAL = 'IAM User Guide, "Conditions with multiple context keys or values"'
TAGS = 'IAM User Guide, "AWS global condition context keys"'

_of_text = topic("text")
_of_missing = topic("missing keys")
_of_arns = topic("ARNs")
_of_booleans = topic("Booleans")
_of_several = topic("several keys and values")
_TEAM = "aws:PrincipalTag/team"
_SOURCE = {"principal": "events.amazonaws.com"}


def _allow(condition: dict[str, Any], **context: Any) -> dict[str, Any]:
    """An Allow that is all there is, so that the answer is whether its condition holds."""
    return {"identity": [policy(allow("s3:*", Condition=condition))], "context": _keys(context)}


def _deny(condition: dict[str, Any], **context: Any) -> dict[str, Any]:
    """A Deny beside an Allow of everything."""
    return {"identity": [policy(allow(), deny("s3:*", Condition=condition))], "context": _keys(context)}


def _keys(context: dict[str, Any]) -> dict[str, Any]:
    return {_TEAM if name == "team" else name: value for name, value in context.items()}


TEXT = (
    _of_text(OPERATORS, "StringEquals matches the whole text", ALLOWED,
             **_allow({"StringEquals": {_TEAM: "books"}}, team="books")),
    _of_text(OPERATORS, "StringEquals minds the case", DENIED,
             **_allow({"StringEquals": {_TEAM: "books"}}, team="Books")),
    _of_text(OPERATORS, "StringEquals knows no wildcard", DENIED,
             **_allow({"StringEquals": {_TEAM: "book*"}}, team="books")),
    _of_text(OPERATORS, "StringEquals matches a star itself", ALLOWED,
             **_allow({"StringEquals": {_TEAM: "book*"}}, team="book*")),
    _of_text(OPERATORS, "StringNotEquals", DENIED, **_allow({"StringNotEquals": {_TEAM: "books"}}, team="books")),
    _of_text(OPERATORS, "StringNotEquals of another value", ALLOWED,
             **_allow({"StringNotEquals": {_TEAM: "books"}}, team="games")),
    _of_text(OPERATORS, "StringEqualsIgnoreCase", ALLOWED,
             **_allow({"StringEqualsIgnoreCase": {_TEAM: "books"}}, team="BOOKs")),
    _of_text(OPERATORS, "StringNotEqualsIgnoreCase", DENIED,
             **_allow({"StringNotEqualsIgnoreCase": {_TEAM: "books"}}, team="BOOKS")),
    _of_text(OPERATORS, "StringLike with a star for any characters", ALLOWED,
             **_allow({"StringLike": {_TEAM: "b*s"}}, team="books")),
    _of_text(OPERATORS, "a star may stand for nothing", ALLOWED,
             **_allow({"StringLike": {_TEAM: "books*"}}, team="books")),
    _of_text(OPERATORS, "a question mark is one character", ALLOWED,
             **_allow({"StringLike": {_TEAM: "b??ks"}}, team="books")),
    _of_text(OPERATORS, "and not none", DENIED, **_allow({"StringLike": {_TEAM: "books?"}}, team="books")),
    _of_text(OPERATORS, "StringLike minds the case", DENIED, **_allow({"StringLike": {_TEAM: "B*"}}, team="books")),
    _of_text(OPERATORS, "StringNotLike", DENIED, **_allow({"StringNotLike": {_TEAM: "b*"}}, team="books")),
    _of_text(OPERATORS, "StringNotLike of another form", ALLOWED,
             **_allow({"StringNotLike": {_TEAM: "g*"}}, team="books")),
    _of_text(CONDITION, "the name of a key compares without case", ALLOWED,
             **_allow({"StringEquals": {"AWS:principaltag/Team": "books"}}, team="books")),
    _of_text(TAGS, "the value of a tag compares with it", DENIED,
             **_allow({"StringEquals": {"aws:ResourceTag/stage": "Prod"}}, **{"aws:ResourceTag/stage": "prod"})),
)  # fmt: skip

_POSITIVE: tuple[tuple[str, Any], ...] = (
    ("StringEquals", "x"), ("StringEqualsIgnoreCase", "x"), ("StringLike", "*"), ("NumericEquals", "1"),
    ("NumericLessThan", "1"), ("NumericGreaterThanEquals", "1"), ("DateGreaterThan", "2020-01-01T00:00:00Z"),
    ("DateLessThanEquals", "2020-01-01T00:00:00Z"), ("Bool", "true"), ("BinaryEquals", "eA=="),
    ("IpAddress", "0.0.0.0/0"), ("ArnLike", "arn:*:*:*:*:*"), ("ArnEquals", "arn:aws:s3:::b"),
)  # fmt: skip
_NEGATED: tuple[tuple[str, Any], ...] = (
    ("StringNotEquals", "x"), ("StringNotEqualsIgnoreCase", "x"), ("StringNotLike", "*"), ("NumericNotEquals", "1"),
    ("DateNotEquals", "2020-01-01T00:00:00Z"), ("NotIpAddress", "0.0.0.0/0"), ("ArnNotLike", "arn:*:*:*:*:*"),
    ("ArnNotEquals", "arn:aws:s3:::b"),
)  # fmt: skip


def _without_key(operator: str, value: Any, answer: Answer, name: str) -> Question:
    return _of_missing(OPERATORS, name, answer, **_allow({operator: {"s3:example": value}}))


MISSING = (
    *(_without_key(name, value, DENIED, f"{name} fails without the key") for name, value in _POSITIVE),
    *(_without_key(name, value, ALLOWED, f"{name} holds without the key") for name, value in _NEGATED),
    *(
        _without_key(f"{name}IfExists", value, ALLOWED, f"{name}IfExists holds without the key")
        for name, value in (*_POSITIVE, *_NEGATED)
    ),
    _of_missing(OPERATORS, "IfExists with the key compares", DENIED,
                **_allow({"StringEqualsIfExists": {_TEAM: "books"}}, team="games")),
    _of_missing(OPERATORS, "IfExists with the key that fits", ALLOWED,
                **_allow({"StringEqualsIfExists": {_TEAM: "books"}}, team="books")),
    _of_missing(OPERATORS, "a Deny with a negated operator denies requests without the key", DENIED,
                **_deny({"StringNotEquals": {_TEAM: "books"}})),
    _of_missing(OPERATORS, "a Deny with a positive operator does not", ALLOWED,
                **_deny({"StringEquals": {_TEAM: "books"}})),
    _of_missing(OPERATORS, "a Deny with IfExists denies requests without the key", DENIED,
                **_deny({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})),
    _of_missing(OPERATORS, "a Deny with Bool alone lets requests with access keys through", ALLOWED,
                **_deny({"Bool": {"aws:MultiFactorAuthPresent": "false"}})),
    _of_missing(OPERATORS, "Null true holds without the key", ALLOWED, **_allow({"Null": {_TEAM: "true"}})),
    _of_missing(OPERATORS, "Null true fails with it", DENIED, **_allow({"Null": {_TEAM: "true"}}, team="x")),
    _of_missing(OPERATORS, "Null false holds with it", ALLOWED, **_allow({"Null": {_TEAM: "false"}}, team="x")),
    _of_missing(OPERATORS, "Null false fails without it", DENIED, **_allow({"Null": {_TEAM: "false"}})),
    _of_missing(OPERATORS, "Null takes a JSON Boolean", ALLOWED, **_allow({"Null": {_TEAM: True}})),
)  # fmt: skip


def _source(operator: str, pattern: Any, arn: str) -> dict[str, Any]:
    """Whether the source of a service's request fits."""
    statement = allow("s3:*", Principal="*", Condition={operator: {"aws:SourceArn": pattern}})
    return {**_SOURCE, "resource_policy": policy(statement), "context": {"aws:SourceArn": arn}}


_RULE = "arn:aws:events:eu-central-1:111122223333:rule/nightly"

ARNS = (
    _of_arns(OPERATORS, "ArnEquals of the same ARN", ALLOWED, **_source("ArnEquals", _RULE, _RULE)),
    _of_arns(OPERATORS, "ArnEquals knows wildcards as ArnLike does", ALLOWED,
             **_source("ArnEquals", "arn:aws:events:*:111122223333:rule/*", _RULE)),
    _of_arns(OPERATORS, "ArnLike with a wildcard in a part", ALLOWED,
             **_source("ArnLike", "arn:aws:events:eu-*:111122223333:rule/night??", _RULE)),
    _of_arns(OPERATORS, "a wildcard does not go beyond its part", DENIED,
             **_source("ArnLike", "arn:aws:*:111122223333:alerts:9", "arn:aws:sns:eu-central-1:111122223333:alerts:9")),
    _of_arns(OPERATORS, "the last part keeps its colons", ALLOWED,
             **_source("ArnLike", "arn:aws:sns:*:*:alerts*", "arn:aws:sns:eu-central-1:111122223333:alerts:9:8")),
    _of_arns(OPERATORS, "another account", DENIED,
             **_source("ArnLike", "arn:aws:events:*:444455556666:rule/*", _RULE)),
    _of_arns(OPERATORS, "ARNs mind the case", DENIED, **_source("ArnLike", _RULE.replace("rule/n", "rule/N"), _RULE)),
    _of_arns(OPERATORS, "ArnNotEquals of the same ARN", DENIED, **_source("ArnNotEquals", _RULE, _RULE)),
    _of_arns(OPERATORS, "ArnNotLike of another form", ALLOWED,
             **_source("ArnNotLike", "arn:aws:events:us-*:*:rule/*", _RULE)),
    _of_arns(OPERATORS, "StringLike of an ARN goes across its parts", ALLOWED,
             **_source("StringLike", "arn:aws:events:*nightly", _RULE)),
    _of_arns(OPERATORS, "any of several patterns", ALLOWED,
             **_source("ArnLike", ["arn:aws:s3:::*", "arn:aws:events:*:*:rule/*"], _RULE)),
)  # fmt: skip

BOOLEANS = (
    _of_booleans(OPERATORS, "Bool true", ALLOWED,
                 **_allow({"Bool": {"aws:SecureTransport": "true"}}, **{"aws:SecureTransport": "true"})),
    _of_booleans(OPERATORS, "Bool of the opposite", DENIED,
                 **_allow({"Bool": {"aws:SecureTransport": "true"}}, **{"aws:SecureTransport": "false"})),
    _of_booleans(OPERATORS, "a JSON Boolean is the same as its text", ALLOWED,
                 **_allow({"Bool": {"aws:SecureTransport": False}}, **{"aws:SecureTransport": "false"})),
    _of_booleans(OPERATORS, "a deny of what comes without TLS", DENIED,
                 **_deny({"Bool": {"aws:SecureTransport": "false"}}, **{"aws:SecureTransport": "false"})),
)  # fmt: skip

_BOTH = {"StringEquals": {_TEAM: "books", "aws:ResourceTag/stage": "prod"}}

SEVERAL_PARTS = (
    _of_several(SEVERAL, "any of several values", ALLOWED,
                **_allow({"StringEquals": {_TEAM: ["games", "books"]}}, team="books")),
    _of_several(SEVERAL, "none of several values", DENIED,
                **_allow({"StringEquals": {_TEAM: ["games", "books"]}}, team="cars")),
    _of_several(SEVERAL, "a negated operator with several values asks for none of them", DENIED,
                **_allow({"StringNotEquals": {_TEAM: ["games", "books"]}}, team="books")),
    _of_several(SEVERAL, "and holds for another one", ALLOWED,
                **_allow({"StringNotEquals": {_TEAM: ["games", "books"]}}, team="cars")),
    _of_several(SEVERAL, "NotIpAddress with several ranges asks for none of them", DENIED,
                **_allow({"NotIpAddress": {"aws:SourceIp": ["192.0.2.0/24", "203.0.113.0/24"]}},
                         **{"aws:SourceIp": "203.0.113.9"})),
    _of_several(SEVERAL, "several keys of one operator must all hold", ALLOWED,
                **_allow(_BOTH, team="books", **{"aws:ResourceTag/stage": "prod"})),
    _of_several(SEVERAL, "one of them does not", DENIED,
                **_allow(_BOTH, team="books", **{"aws:ResourceTag/stage": "test"})),
    _of_several(SEVERAL, "several operators must all hold", DENIED,
                **_allow({"StringEquals": {_TEAM: "books"}, "Bool": {"aws:SecureTransport": "false"}},
                         team="books", **{"aws:SecureTransport": "true"})),
    _of_several(SEVERAL, "and hold together", ALLOWED,
                **_allow({"StringEquals": {_TEAM: "books"}, "Bool": {"aws:SecureTransport": "true"}},
                         team="books", **{"aws:SecureTransport": "true"})),
    _of_several(SEVERAL, "a Deny with several keys denies only where all hold", ALLOWED,
                **_deny(_BOTH, team="books", **{"aws:ResourceTag/stage": "test"})),
    _of_several(CONDITION, "a condition of one statement says nothing of another", ALLOWED,
                identity=[policy(allow("s3:*", Condition={"StringEquals": {_TEAM: "books"}}), allow("s3:GetObject"))]),
)  # fmt: skip

QUESTIONS = (*TEXT, *MISSING, *ARNS, *BOOLEANS, *SEVERAL_PARTS)

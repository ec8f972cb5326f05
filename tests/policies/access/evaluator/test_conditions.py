"""Every condition operator: matching, not matching, negated, IfExists, missing keys, several values, wrong types."""

from __future__ import annotations

from typing import Any

import pytest

from policies.access.evaluator.operators import OPERATORS, date, number
from tests.policies.access.evaluator.factories import allow, allowed, condition_holds, policy

KEY = "my:Key"
_ROLE = "arn:aws:iam::111122223333:role/a/b"
# Operator, value in the policy, a value of the request that matches and one that does not.
POSITIVE = (
    ("ArnEquals", "arn:aws:iam::*:role/a/?", _ROLE, "arn:aws:iam::111122223333:role/x/b"),
    ("ArnLike", "arn:*:iam::111122223333:role/*", _ROLE, "arn:aws:iam::111122223333:user/a"),
    ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", "QmluYXJZ"),
    ("Bool", "true", "true", "false"),
    ("Bool", True, "TRUE", "no"),
    ("DateEquals", "2026-01-01T00:00:00Z", "1767225600", "1767225601"),
    ("DateGreaterThan", "2026-01-01", "2026-01-01T00:00:01Z", "2026-01-01T00:00:00Z"),
    ("DateGreaterThanEquals", "2026-01", "2026-01-01T00:00:00Z", "2025-12-31T23:59:59.999Z"),
    ("DateLessThan", "2026-01-01T01:00:00+01:00", "2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z"),
    ("DateLessThanEquals", "2026", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z"),
    ("IpAddress", "203.0.113.0/24", "203.0.113.7", "203.0.114.7"),
    ("IpAddress", "203.0.113.7", "203.0.113.7", "203.0.113.8"),
    ("IpAddress", "2001:db8::/32", "2001:DB8:1::1", "2001:db9::1"),
    ("IpAddress", "0.0.0.0/0", "203.0.113.7", "::1"),
    ("NumericEquals", "10", "10.0", "11"),
    ("NumericEquals", 10, "10", "ten"),
    ("NumericGreaterThan", "9", "10", "9"),
    ("NumericGreaterThanEquals", "9", "9", "8.9"),
    ("NumericLessThan", "10", "9", "10"),
    ("NumericLessThanEquals", "-1", "-1", "0"),
    ("StringEquals", "a*", "a*", "ab"),
    ("StringEqualsIgnoreCase", "Abc", "aBC", "abd"),
    ("StringLike", "a*c?", "abcd", "abc"),
    ("StringLike", "A*", "Ab", "ab"),
)
# Negated operators with the positive one that they deny.
NEGATED = (
    ("ArnNotEquals", "ArnEquals"),
    ("ArnNotLike", "ArnLike"),
    ("DateNotEquals", "DateEquals"),
    ("NotIpAddress", "IpAddress"),
    ("NumericNotEquals", "NumericEquals"),
    ("StringNotEquals", "StringEquals"),
    ("StringNotEqualsIgnoreCase", "StringEqualsIgnoreCase"),
    ("StringNotLike", "StringLike"),
)
_OPPOSITES = tuple(
    (negated, value, match, other)
    for negated, positive in NEGATED
    for operator, value, match, other in POSITIVE
    if operator == positive
)


def _holds(operator: str, value: Any, context: Any, version: str = "2012-10-17") -> bool:
    given = {} if context is None else {KEY: context}
    return condition_holds({operator: {KEY: value}}, given, version)


def test_the_tables_here_cover_every_operator() -> None:
    assert {row[0] for row in (*POSITIVE, *NEGATED)} == set(OPERATORS)


@pytest.mark.parametrize(("operator", "value", "match", "other"), POSITIVE)
def test_a_positive_operator_holds_for_its_match_only(operator: str, value: Any, match: str, other: str) -> None:
    assert _holds(operator, value, match)
    assert not _holds(operator, value, other)
    assert not _holds(operator, value, None)
    assert _holds(f"{operator}IfExists", value, match)
    assert not _holds(f"{operator}IfExists", value, other)
    assert _holds(f"{operator}IfExists", value, None)


@pytest.mark.parametrize(("operator", "value", "match", "other"), _OPPOSITES)
def test_a_negated_operator_holds_for_all_but_its_match(operator: str, value: Any, match: str, other: str) -> None:
    assert not _holds(operator, value, match)
    assert _holds(operator, value, other)
    assert _holds(operator, value, None)
    assert not _holds(f"{operator}IfExists", value, match)
    assert _holds(f"{operator}IfExists", value, None)


@pytest.mark.parametrize(("operator", "value", "match", "other"), POSITIVE)
def test_set_operators_ask_all_or_any_of_the_values(operator: str, value: Any, match: str, other: str) -> None:
    every, some = f"ForAllValues:{operator}", f"ForAnyValue:{operator}"
    assert (_holds(every, value, [match, match]), _holds(some, value, [match, match])) == (True, True)
    assert (_holds(every, value, [match, other]), _holds(some, value, [match, other])) == (False, True)
    assert (_holds(every, value, [other]), _holds(some, value, [other])) == (False, False)
    assert (_holds(every, value, None), _holds(some, value, None)) == (True, False)
    assert (_holds(every, value, []), _holds(some, value, [])) == (True, False)
    assert _holds(f"{some}IfExists", value, None)


@pytest.mark.parametrize(("operator", "value", "match", "other"), _OPPOSITES)
def test_negated_set_operators_ask_each_value_to_match_nothing(
    operator: str, value: Any, match: str, other: str
) -> None:
    every, some = f"ForAllValues:{operator}", f"ForAnyValue:{operator}"
    assert (_holds(every, value, [other]), _holds(some, value, [other])) == (True, True)
    assert (_holds(every, value, [match, other]), _holds(some, value, [match, other])) == (False, True)
    assert (_holds(every, value, [match]), _holds(some, value, [match])) == (False, False)
    assert (_holds(every, value, None), _holds(some, value, None)) == (True, False)


def test_several_values_are_an_or_for_positive_and_a_nor_for_negated_operators() -> None:
    assert _holds("StringEquals", ["a", "b"], "b")
    assert not _holds("StringNotEquals", ["a", "b"], "b")
    assert _holds("StringNotEquals", ["a", "b"], "c")


def test_an_empty_list_of_values_matches_nothing() -> None:
    assert not _holds("StringEquals", [], "a")
    assert _holds("StringNotEquals", [], "a")


def test_without_a_set_operator_some_value_must_match_or_none_may() -> None:
    assert _holds("StringEquals", "a", ["a", "b"])
    assert not _holds("StringNotEquals", "a", ["a", "b"])
    assert _holds("StringNotEquals", "c", ["a", "b"])


@pytest.mark.parametrize(
    ("value", "context", "expected"),
    [
        ("true", None, True),
        ("true", "x", False),
        ("true", [], True),
        ("false", None, False),
        ("false", "", True),
        (False, "x", True),
        (["true", "false"], None, True),
    ],
)
def test_null_asks_whether_the_key_is_absent(value: Any, context: Any, expected: bool) -> None:
    assert _holds("Null", value, context) is expected


@pytest.mark.parametrize(
    ("operator", "value", "context"),
    [
        ("BinaryEquals", "not base64!", "not base64!"),
        ("Bool", "yes", "yes"),
        ("DateEquals", "soon", "soon"),
        ("DateLessThan", "2026-13-01", "2020-01-01"),
        ("IpAddress", "somewhere", "somewhere"),
        ("NumericEquals", "1_0", "10"),
        ("NumericLessThan", "10", "few"),
        ("NumericGreaterThan", "NaN", "1"),
        ("ArnLike", "*", "arn:aws:s3:::b"),
        ("ArnLike", "arn:aws:s3:::*", "b"),
    ],
)
def test_a_value_of_the_wrong_type_equals_nothing(operator: str, value: str, context: str) -> None:
    assert not _holds(operator, value, context)


def test_a_value_of_the_wrong_type_satisfies_a_negated_operator() -> None:
    assert _holds("NumericNotEquals", "10", "few")
    assert _holds("NotIpAddress", "203.0.113.0/24", "somewhere")


def test_key_names_have_no_case_and_tag_values_have() -> None:
    condition = {"StringEquals": {"AWS:principaltag/PROJECT": "a"}}
    assert condition_holds(condition, {"aws:PrincipalTag/Project": "a"})
    assert not condition_holds(condition, {"aws:PrincipalTag/Project": "A"})


def test_every_operator_and_key_of_a_condition_must_hold() -> None:
    condition = {"StringEquals": {"a:a": "1", "b:b": "2"}, "Bool": {"c:c": "true"}}
    full = {"a:a": "1", "b:b": "2", "c:c": "true"}
    assert condition_holds(condition, full)
    for key in full:
        assert not condition_holds(condition, {**full, key: "other"})


@pytest.mark.parametrize("operator", ["ArnLike", "StringEquals", "StringEqualsIgnoreCase", "StringLike"])
def test_variables_are_replaced_in_text_and_arn_operators(operator: str) -> None:
    arn = "arn:aws:iam::1:role/${aws:PrincipalTag/p}"
    for value, expected in (("arn:aws:iam::1:role/x", True), ("arn:aws:iam::1:role/y", False)):
        context = {KEY: value, "aws:PrincipalTag/P": "x"}
        assert condition_holds({operator: {KEY: arn}}, context) is expected


def test_variables_are_text_in_other_operators_and_in_old_versions() -> None:
    context = {"my:Limit": "10", KEY: "10"}
    assert not condition_holds({"NumericEquals": {KEY: "${my:Limit}"}}, context)
    assert not condition_holds({"StringEquals": {KEY: "${my:Limit}"}}, context, version="2008-10-17")
    assert condition_holds({"StringEquals": {KEY: "${my:Limit}"}}, {KEY: "${my:Limit}"}, version="2008-10-17")


def test_a_wildcard_inside_the_value_of_a_variable_is_text() -> None:
    for operator in ("ArnLike", "StringLike"):
        condition = {operator: {KEY: "arn:aws:s3:::${aws:PrincipalTag/p}"}}
        assert not condition_holds(condition, {KEY: "arn:aws:s3:::b", "aws:PrincipalTag/p": "*"})
        assert condition_holds(condition, {KEY: "arn:aws:s3:::*", "aws:PrincipalTag/p": "*"})


def test_a_multivalued_key_is_no_variable() -> None:
    condition = {"StringEquals": {KEY: "${aws:TagKeys}"}}
    assert condition_holds(condition, {KEY: "a", "aws:TagKeys": "a"})
    assert not condition_holds(condition, {KEY: "a", "aws:TagKeys": ["a"]})


def test_a_variable_without_value_leaves_the_other_values_in_force() -> None:
    assert condition_holds({"StringEquals": {KEY: ["${aws:username}", "b"]}}, {KEY: "b"})
    assert not condition_holds({"StringNotEquals": {KEY: ["${aws:username}", "b"]}}, {KEY: "b"})
    assert condition_holds({"StringNotEquals": {KEY: ["${aws:username}"]}}, {KEY: "b"})


def test_a_default_is_used_only_without_a_value_and_is_text() -> None:
    condition = {"StringLike": {KEY: "x-${aws:PrincipalTag/p, '*'}"}}
    assert condition_holds(condition, {KEY: "x-*"})
    assert not condition_holds(condition, {KEY: "x-y"})
    assert condition_holds(condition, {KEY: "x-y", "aws:PrincipalTag/p": "y"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970", "0"),
        ("1970-01", "0"),
        ("1970-01-02", "86400"),
        ("1970-01-01T01:00+01:00", "0"),
        ("1970-01-01T00:00:01Z", "1"),
        ("1970-01-01T00:00:00.25Z", "0.25"),
        ("12345", "12345"),
        ("-1", "-1"),
        ("1970-01-01T00:00:00", None),
        ("1970-02-30", None),
        ("1970-1-1", None),
        ("", None),
    ],
)
def test_dates_are_of_the_w3c_profile_or_epoch_seconds(text: str, expected: str | None) -> None:
    assert date(text) == (None if expected is None else number(expected))


def test_a_condition_may_be_empty() -> None:
    assert allowed(identity=[policy(allow(Condition={}))])
    assert condition_holds({"StringEquals": {}}, {})

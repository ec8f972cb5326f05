"""Condition operators: numbers, dates, addresses, binary values, and set operators."""

from __future__ import annotations

from typing import Any

from tests.policies.access.corpus.question import ALLOWED, DENIED, allow, deny, policy, topic

OPERATORS = 'IAM User Guide, "IAM JSON policy elements: Condition operators"'
SETS = 'IAM User Guide, "Set operators for multivalued context keys"'
KINDS = 'IAM User Guide, "Single-valued vs. multivalued context keys"'
KEYS = 'IAM User Guide, "AWS global condition context keys"'

_numbers, _dates, _addresses = topic("numbers"), topic("dates"), topic("addresses")
_binary, _sets = topic("binary values"), topic("sets")


def _allow(operator: str, key: str, wanted: Any, given: Any) -> dict[str, Any]:
    """An Allow with one condition, and the request's values of its key (None: absent)."""
    context = {} if given is None else {key: given}
    return {"identity": [policy(allow("s3:*", Condition={operator: {key: wanted}}))], "context": context}


def _deny(operator: str, key: str, wanted: Any, given: Any) -> dict[str, Any]:
    context = {} if given is None else {key: given}
    statement = deny("s3:*", Condition={operator: {key: wanted}})
    return {"identity": [policy(allow(), statement)], "context": context}


_MAX = "s3:max-keys"

NUMBERS = (
    _numbers(OPERATORS, "NumericEquals", ALLOWED, **_allow("NumericEquals", _MAX, "10", "10")),
    _numbers(OPERATORS, "10.0 equals 10", ALLOWED, **_allow("NumericEquals", _MAX, "10.0", "10")),
    _numbers(OPERATORS, "a JSON number is the same as its text", ALLOWED, **_allow("NumericEquals", _MAX, 10, "10")),
    _numbers(OPERATORS, "numbers compare as numbers, not as text", ALLOWED,
             **_allow("NumericLessThan", _MAX, "100", "9")),
    _numbers(OPERATORS, "NumericLessThan of the bound itself", DENIED, **_allow("NumericLessThan", _MAX, "10", "10")),
    _numbers(OPERATORS, "NumericLessThanEquals of the bound itself", ALLOWED,
             **_allow("NumericLessThanEquals", _MAX, "10", "10")),
    _numbers(OPERATORS, "NumericGreaterThan", ALLOWED, **_allow("NumericGreaterThan", _MAX, "10", "11")),
    _numbers(OPERATORS, "NumericGreaterThan of the bound itself", DENIED,
             **_allow("NumericGreaterThan", _MAX, "10", "10")),
    _numbers(OPERATORS, "NumericGreaterThanEquals of less", DENIED,
             **_allow("NumericGreaterThanEquals", _MAX, "10", "9.5")),
    _numbers(OPERATORS, "NumericNotEquals", ALLOWED, **_allow("NumericNotEquals", _MAX, "10", "11")),
    _numbers(OPERATORS, "negative numbers", ALLOWED, **_allow("NumericLessThan", _MAX, "-1", "-2")),
    _numbers(KEYS, "the age of MFA in seconds", DENIED,
             **_allow("NumericLessThan", "aws:MultiFactorAuthAge", "3600", "3601")),
)  # fmt: skip

_TIME = "aws:CurrentTime"

DATES = (
    _dates(OPERATORS, "DateLessThan before", ALLOWED,
           **_allow("DateLessThan", _TIME, "2026-07-01T00:00:00Z", "2026-06-30T23:59:59Z")),
    _dates(OPERATORS, "DateLessThan of the moment itself", DENIED,
           **_allow("DateLessThan", _TIME, "2026-07-01T00:00:00Z", "2026-07-01T00:00:00Z")),
    _dates(OPERATORS, "DateLessThanEquals of the moment itself", ALLOWED,
           **_allow("DateLessThanEquals", _TIME, "2026-07-01T00:00:00Z", "2026-07-01T00:00:00Z")),
    _dates(OPERATORS, "DateGreaterThan after", ALLOWED,
           **_allow("DateGreaterThan", _TIME, "2026-07-01T00:00:00Z", "2026-07-01T00:00:01Z")),
    _dates(OPERATORS, "DateGreaterThanEquals before", DENIED,
           **_allow("DateGreaterThanEquals", _TIME, "2026-07-01T00:00:00Z", "2026-06-30T00:00:00Z")),
    _dates(OPERATORS, "one moment in two zones", ALLOWED,
           **_allow("DateEquals", _TIME, "2026-07-01T12:00:00+02:00", "2026-07-01T10:00:00Z")),
    _dates(OPERATORS, "DateNotEquals of the same moment", DENIED,
           **_allow("DateNotEquals", _TIME, "2026-07-01T10:00:00Z", "2026-07-01T10:00:00Z")),
    _dates(OPERATORS, "a date without a time", ALLOWED, **_allow("DateGreaterThan", _TIME, "2026-06-30", "2026-07-01")),
    _dates(OPERATORS, "seconds since 1970", ALLOWED,
           **_allow("DateEquals", "aws:EpochTime", "2026-07-01T00:00:00Z", "1782864000")),
    _dates(KEYS, "the request's moment is in both keys", ALLOWED,
           identity=[policy(allow("s3:*", Condition={"NumericEquals": {"aws:EpochTime": "1782864000"}}))],
           context={"aws:CurrentTime": "2026-07-01T00:00:00Z"}),
    _dates(OPERATORS, "a span of time, inside", ALLOWED, context={_TIME: "2026-07-10T08:00:00Z"},
           identity=[policy(allow("s3:*", Condition={"DateGreaterThan": {_TIME: "2026-07-01T00:00:00Z"},
                                                     "DateLessThan": {_TIME: "2026-08-01T00:00:00Z"}}))]),
    _dates(OPERATORS, "a span of time, after it", DENIED, context={_TIME: "2026-08-10T08:00:00Z"},
           identity=[policy(allow("s3:*", Condition={"DateGreaterThan": {_TIME: "2026-07-01T00:00:00Z"},
                                                     "DateLessThan": {_TIME: "2026-08-01T00:00:00Z"}}))]),
    _dates(KEYS, "a question without a moment is asked now", ALLOWED,
           **_allow("DateGreaterThan", _TIME, "2020-01-01T00:00:00Z", None)),
    _dates(KEYS, "and now is not long ago", DENIED, **_allow("DateLessThan", _TIME, "2020-01-01T00:00:00Z", None)),
)  # fmt: skip

_IP = "aws:SourceIp"

ADDRESSES = (
    _addresses(OPERATORS, "an address in a range", ALLOWED,
               **_allow("IpAddress", _IP, "203.0.113.0/24", "203.0.113.9")),
    _addresses(OPERATORS, "an address outside it", DENIED, **_allow("IpAddress", _IP, "203.0.113.0/24", "203.0.114.9")),
    _addresses(OPERATORS, "an address without a prefix is itself", ALLOWED,
               **_allow("IpAddress", _IP, "203.0.113.9", "203.0.113.9")),
    _addresses(OPERATORS, "and no other", DENIED, **_allow("IpAddress", _IP, "203.0.113.9", "203.0.113.8")),
    _addresses(OPERATORS, "IPv6 in a range", ALLOWED, **_allow("IpAddress", _IP, "2001:db8:1::/48", "2001:db8:1::7")),
    _addresses(OPERATORS, "IPv6 outside it", DENIED, **_allow("IpAddress", _IP, "2001:db8:1::/48", "2001:db8:2::7")),
    _addresses(OPERATORS, "IPv6 in another spelling", ALLOWED,
               **_allow("IpAddress", _IP, "2001:db8::/32", "2001:0DB8:0000:0000:0000:0000:0000:0007")),
    _addresses(OPERATORS, "an IPv4 range holds no IPv6 address", DENIED,
               **_allow("IpAddress", _IP, "0.0.0.0/0", "2001:db8::7")),
    _addresses(OPERATORS, "any of several ranges", ALLOWED,
               **_allow("IpAddress", _IP, ["192.0.2.0/24", "203.0.113.0/24"], "203.0.113.9")),
    _addresses(OPERATORS, "NotIpAddress inside", DENIED,
               **_allow("NotIpAddress", _IP, "203.0.113.0/24", "203.0.113.9")),
    _addresses(OPERATORS, "NotIpAddress outside", ALLOWED,
               **_allow("NotIpAddress", _IP, "203.0.113.0/24", "192.0.2.1")),
    _addresses(KEYS, "a deny by address denies what has no public address", DENIED,
               **_deny("NotIpAddress", _IP, "203.0.113.0/24", None)),
    _addresses(KEYS, "by a VPC endpoint the address is another key", ALLOWED,
               **_allow("IpAddress", "aws:VpcSourceIp", "10.1.0.0/16", "10.1.2.3")),
)  # fmt: skip

BINARY = (
    _binary(OPERATORS, "BinaryEquals of the same bytes", ALLOWED,
            **_allow("BinaryEquals", "app:proof", "aGVsbG8=", "aGVsbG8=")),
    _binary(OPERATORS, "BinaryEquals of other bytes", DENIED,
            **_allow("BinaryEquals", "app:proof", "aGVsbG8=", "aGVsbA==")),
)  # fmt: skip

_TAGS = "aws:TagKeys"

SET_OPERATORS = (
    _sets(SETS, "ForAllValues: every value of the request is listed", ALLOWED,
          **_allow("ForAllValues:StringEquals", _TAGS, ["team", "stage"], ["team"])),
    _sets(SETS, "ForAllValues: one is not", DENIED,
          **_allow("ForAllValues:StringEquals", _TAGS, ["team", "stage"], ["team", "cost"])),
    _sets(SETS, "ForAllValues holds without the key", ALLOWED,
          **_allow("ForAllValues:StringEquals", _TAGS, ["team"], None)),
    _sets(SETS, "ForAllValues holds for an empty set", ALLOWED,
          **_allow("ForAllValues:StringEquals", _TAGS, ["team"], [])),
    _sets(SETS, "ForAllValues holds for a value that is empty text", ALLOWED,
          **_allow("ForAllValues:StringEquals", _TAGS, ["team"], [""])),
    _sets(SETS, "with Null it asks for the key as well", DENIED, context={},
          identity=[policy(allow("s3:*", Condition={"ForAllValues:StringEquals": {_TAGS: ["team"]},
                                                    "Null": {_TAGS: "false"}}))]),
    _sets(SETS, "ForAllValues minds the case", DENIED,
          **_allow("ForAllValues:StringEquals", _TAGS, ["team"], ["Team"])),
    _sets(SETS, "ForAllValues with wildcards", ALLOWED,
          **_allow("ForAllValues:StringLike", _TAGS, ["t*"], ["team", "tier"])),
    _sets(SETS, "ForAnyValue: one value is listed", ALLOWED,
          **_allow("ForAnyValue:StringEquals", _TAGS, ["team", "stage"], ["cost", "team"])),
    _sets(SETS, "ForAnyValue: none is", DENIED,
          **_allow("ForAnyValue:StringEquals", _TAGS, ["team", "stage"], ["cost"])),
    _sets(SETS, "ForAnyValue fails without the key", DENIED,
          **_allow("ForAnyValue:StringEquals", _TAGS, ["team"], None)),
    _sets(SETS, "ForAnyValue fails for an empty set", DENIED,
          **_allow("ForAnyValue:StringEquals", _TAGS, ["team"], [])),
    _sets(SETS, "ForAllValues with a negated operator: no value is listed", ALLOWED,
          **_allow("ForAllValues:StringNotEquals", _TAGS, ["secret"], ["team", "stage"])),
    _sets(SETS, "ForAllValues with a negated operator: one is", DENIED,
          **_allow("ForAllValues:StringNotEquals", _TAGS, ["secret"], ["team", "secret"])),
    _sets(SETS, "ForAnyValue with a negated operator: one value is not listed", ALLOWED,
          **_allow("ForAnyValue:StringNotEquals", _TAGS, ["secret"], ["team", "secret"])),
    _sets(SETS, "ForAnyValue with a negated operator: all are listed", DENIED,
          **_allow("ForAnyValue:StringNotEquals", _TAGS, ["secret"], ["secret"])),
    _sets(SETS, "a Deny with ForAllValues and a negated operator denies a request without the key", DENIED,
          **_deny("ForAllValues:StringNotEquals", _TAGS, ["team"], None)),
    _sets(SETS, "a Deny with ForAnyValue does not", ALLOWED,
          **_deny("ForAnyValue:StringNotEquals", _TAGS, ["team"], None)),
    _sets(SETS, "a Deny with ForAnyValue denies where one value is another", DENIED,
          **_deny("ForAnyValue:StringNotEquals", _TAGS, ["team"], ["team", "cost"])),
    _sets(KINDS, "the path of an organization", ALLOWED,
          **_allow("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-books/r-1/ou-1/*",
                   ["o-books/r-1/ou-1/ou-2/"])),
    _sets(KINDS, "of another unit", DENIED,
          **_allow("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-books/r-1/ou-1/*", ["o-books/r-1/ou-9/"])),
    _sets(KINDS, "ForAnyValue with a single value", ALLOWED,
          **_allow("ForAnyValue:StringEquals", "dynamodb:Attributes", ["id"], ["id"])),
    _sets(SETS, "ForAllValues over numbers", ALLOWED,
          **_allow("ForAllValues:NumericLessThan", "app:sizes", "10", ["1", "9"])),
    _sets(SETS, "one number is too large", DENIED,
          **_allow("ForAllValues:NumericLessThan", "app:sizes", "10", ["1", "11"])),
    _sets(SETS, "ForAnyValue over ARNs", ALLOWED,
          **_allow("ForAnyValue:ArnLike", "app:sources", "arn:aws:sns:*:*:a*",
                   ["arn:aws:s3:::b", "arn:aws:sns:x:1:ab"])),
)  # fmt: skip

QUESTIONS = (*NUMBERS, *DATES, *ADDRESSES, *BINARY, *SET_OPERATORS)

"""Actions, resources and principals: what a pattern matches and what it does not."""

from __future__ import annotations

from typing import Any

import pytest

from policies.access.authorization import Document
from tests.policies.access.evaluator.factories import (
    ACCOUNT,
    FULL,
    OTHER_ACCOUNT,
    ROLE,
    ROOT,
    SESSION,
    USER,
    allow,
    allowed,
    deny,
    policy,
)


@pytest.mark.parametrize(
    ("pattern", "action", "expected"),
    [
        ("*", "s3:GetObject", True),
        ("*:*", "s3:GetObject", True),
        ("S3:getobject", "s3:GetObject", True),
        ("s3:*", "s3:GetObject", True),
        ("s3:Get*", "s3:PutObject", False),
        ("s3:GetObjec?", "s3:GetObject", True),
        ("s3:GetObjec?", "s3:GetObjec", False),
        ("s3:*Object*", "s3:GetObjectVersion", True),
        ("s3:GetObject", "s3:GetObjectVersion", False),
        ("s3:*", "s3express:CreateSession", False),
        (["ec2:*", "s3:GetObject"], "s3:GetObject", True),
        ([], "s3:GetObject", False),
    ],
)
def test_actions_match_without_case_and_as_a_whole(pattern: Any, action: str, expected: bool) -> None:
    assert allowed(identity=[policy(allow(pattern))], action=action) is expected
    opposite = {"Effect": "Allow", "NotAction": pattern, "Resource": "*"}
    assert allowed(identity=[policy(opposite)], action=action) is not expected


@pytest.mark.parametrize(
    ("pattern", "resource", "expected"),
    [
        ("*", "arn:aws:s3:::b/k", True),
        ("*", "*", True),
        ("arn:aws:s3:::*", "*", False),
        ("arn:aws:s3:::b", "arn:aws:s3:::b", True),
        ("arn:aws:s3:::b", "arn:aws:s3:::b/k", False),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b", False),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b/k/l:m", True),
        ("arn:aws:s3:::B", "arn:aws:s3:::b", False),
        ("arn:aws:s3:::b.c", "arn:aws:s3:::bxc", False),
        ("arn:aws:s3:::b?", "arn:aws:s3:::bc", True),
        ("arn:aws:s3:::b?", "arn:aws:s3:::b:", False),
        ("arn:*:s3:::b", "arn:aws-cn:s3:::b", True),
        ("arn:aws:sqs:*:111122223333:q", "arn:aws:sqs:eu-west-1:111122223333:q", True),
        ("arn:aws:sqs:*:q", "arn:aws:sqs:eu-west-1:111122223333:q", True),
        ("arn:aws:sqs:eu-*-1:111122223333:q", "arn:aws:sqs:eu-west-1:111122223333:q", True),
        ("arn:aws:s3:::*/x", "arn:aws:s3:::b:c/x", False),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b/line\nbreak", True),
    ],
)
def test_resources_match_with_case_and_inside_their_segments(pattern: str, resource: str, expected: bool) -> None:
    assert allowed(identity=[policy(allow("s3:*", pattern))], resource=resource) is expected
    opposite = {"Effect": "Allow", "Action": "s3:*", "NotResource": pattern}
    assert allowed(identity=[policy(opposite)], resource=resource) is not expected


def test_variables_count_only_after_the_fifth_colon_of_a_resource() -> None:
    late = policy(allow("s3:*", "arn:aws:s3:::${aws:PrincipalTag/p}/*"))
    early = policy(allow("s3:*", "arn:aws:s3::${aws:PrincipalTag/p}:b/*"))
    context = {"aws:PrincipalTag/p": "b"}
    assert allowed(identity=[late], resource="arn:aws:s3:::b/k", context=context)
    assert not allowed(identity=[early], resource="arn:aws:s3::b:b/k", context=context)


def test_wildcards_in_the_value_of_a_variable_are_text_in_a_resource() -> None:
    document = policy(allow("s3:*", "arn:aws:s3:::${aws:PrincipalTag/p}/*"))
    assert not allowed(identity=[document], resource="arn:aws:s3:::b/k", context={"aws:PrincipalTag/p": "*"})
    assert not allowed(identity=[document], resource="arn:aws:s3:::b/k", context={"aws:PrincipalTag/p": "?"})


def test_not_resource_with_a_variable_without_value_leaves_nothing_out() -> None:
    document = policy({"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::${aws:username}"})
    assert allowed(identity=[document], resource="arn:aws:s3:::b")


def _named(principal: Any) -> Document:
    return policy(allow(Principal=principal))


_TEAM = f"arn:aws:iam::{ACCOUNT}:role/team/Reader"
_OTHER_PATH = f"arn:aws:iam::{ACCOUNT}:role/other/Reader"


@pytest.mark.parametrize(
    ("named", "principal", "expected"),
    [
        ({"AWS": ROLE}, ROLE, True),
        ({"AWS": [USER, ROLE]}, ROLE, True),
        ({"AWS": SESSION}, ROLE, False),
        ({"AWS": SESSION}, SESSION, True),
        ({"AWS": SESSION}, SESSION.replace("alice", "bob"), False),
        ({"AWS": _TEAM}, SESSION, True),
        ({"AWS": _OTHER_PATH}, SESSION, True),
        ({"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:role/team/Reader"}, SESSION, False),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/team/Writer"}, SESSION, False),
        ({"AWS": _OTHER_PATH}, ROLE, False),
        ({"AWS": USER}, USER, True),
        ({"AWS": USER.upper().replace("ARN:AWS:IAM", "arn:aws:iam").replace("USER/", "user/")}, USER, False),
        ({"AWS": "AROAEXAMPLEROLEID"}, ROLE, False),
        ("*", "*", True),
        ({"AWS": "*"}, "events.amazonaws.com", True),
        ({"Service": "events.amazonaws.com"}, "events.amazonaws.com", True),
        ({"Service": ["sns.amazonaws.com"]}, "events.amazonaws.com", False),
        ({"Service": "events.amazonaws.com"}, ROLE, False),
        ({"Federated": "accounts.google.com"}, "events.amazonaws.com", False),
        ({"CanonicalUser": "79a5"}, ROLE, False),
    ],
)
def test_principals_match_as_a_whole(named: Any, principal: str, expected: bool) -> None:
    assert allowed(principal=principal, resource_policy=_named(named)) is expected


def test_a_session_is_of_the_role_that_its_principal_arn_says() -> None:
    known = {"aws:PrincipalArn": _TEAM}
    assert allowed(principal=SESSION, resource_policy=_named({"AWS": _TEAM}), context=known)
    assert not allowed(principal=SESSION, resource_policy=_named({"AWS": _OTHER_PATH}), context=known)


def test_a_deny_on_an_account_reaches_everybody_in_it() -> None:
    for principal in (ROLE, SESSION, USER, ROOT):
        with_resource_policy = policy(allow(Principal="*"), deny(Principal={"AWS": ACCOUNT}))
        assert not allowed(principal=principal, identity=[FULL], resource_policy=with_resource_policy)
    assert allowed(
        principal=f"arn:aws:iam::{OTHER_ACCOUNT}:role/x", identity=[FULL], resource_policy=with_resource_policy
    )


@pytest.mark.parametrize(
    ("key", "principal", "value"),
    [
        ("aws:PrincipalArn", ROLE, ROLE),
        ("aws:PrincipalArn", USER, USER),
        ("aws:PrincipalArn", SESSION, f"arn:aws:iam::{ACCOUNT}:role/Reader"),
        ("aws:PrincipalAccount", SESSION, ACCOUNT),
        ("aws:PrincipalAccount", "*", "anonymous"),
        ("aws:PrincipalType", ROLE, "AssumedRole"),
        ("aws:PrincipalType", USER, "User"),
        ("aws:PrincipalType", ROOT, "Account"),
        ("aws:PrincipalType", "*", "Anonymous"),
        ("aws:ResourceAccount", USER, ACCOUNT),
        ("aws:PrincipalIsAWSService", USER, "false"),
        ("aws:PrincipalIsAWSService", "sns.amazonaws.com", "true"),
        ("aws:PrincipalServiceName", "sns.amazonaws.com", "sns.amazonaws.com"),
    ],
)
def test_aws_itself_adds_keys_unless_they_are_given(key: str, principal: str, value: str) -> None:
    with_resource_policy = policy(allow(Principal="*", Condition={"StringEquals": {key: value}}))
    assert allowed(principal=principal, resource_policy=with_resource_policy)
    # A root user is allowed without the statement, and a given aws:PrincipalArn also tells which role a session has.
    if principal != ROOT:
        assert not allowed(principal=principal, resource_policy=with_resource_policy, context={key.upper(): "given"})


@pytest.mark.parametrize(
    ("key", "principal"),
    [
        ("aws:PrincipalArn", "*"),
        ("aws:PrincipalArn", "sns.amazonaws.com"),
        ("aws:PrincipalIsAWSService", "*"),
        ("aws:PrincipalOrgID", ROLE),
        ("aws:PrincipalServiceName", ROLE),
        ("aws:SourceIp", ROLE),
        ("aws:SourceVpce", ROLE),
        ("aws:TokenIssueTime", USER),
        ("aws:UserAgent", ROLE),
        ("aws:username", ROLE),
    ],
)
def test_nothing_else_is_invented(key: str, principal: str) -> None:
    assert allowed(principal=principal, resource_policy=policy(allow(Principal="*", Condition={"Null": {key: "true"}})))

"""Actions, resources, NotAction, NotResource, NotPrincipal and policy variables."""

from __future__ import annotations

from typing import Any

from tests.policies.access.corpus.question import (
    ALLOWED,
    BUCKET,
    DENIED,
    FULL,
    GUEST_ROLE,
    HERE,
    OBJECT,
    QUEUE,
    ROLE,
    ROOT,
    SESSION,
    THERE,
    USER,
    allow,
    deny,
    policy,
    topic,
)

ACTION = 'IAM User Guide, "IAM JSON policy elements: Action"'
NOT_ACTION = 'IAM User Guide, "IAM JSON policy elements: NotAction"'
RESOURCE = 'IAM User Guide, "IAM JSON policy elements: Resource"'
NOT_RESOURCE = 'IAM User Guide, "IAM JSON policy elements: NotResource"'
NOT_PRINCIPAL = 'IAM User Guide, "AWS JSON policy elements: NotPrincipal"'
VARIABLES = 'IAM User Guide, "IAM policy elements: Variables and tags"'
VERSION = 'IAM User Guide, "IAM JSON policy elements: Version"'
STATEMENT = 'IAM User Guide, "IAM JSON policy elements: Statement"'

_actions, _resources = topic("actions"), topic("resources")
_principals, _variables = topic("NotPrincipal"), topic("variables")


def _can(statement: dict[str, Any], version: str | None = "2012-10-17", **fields: Any) -> dict[str, Any]:
    return {"identity": [policy(statement, version=version)], **fields}


ACTIONS = (
    _actions(ACTION, "actions compare without case", ALLOWED, **_can(allow("S3:GETOBJECT"))),
    _actions(ACTION, "a star at the end", ALLOWED, **_can(allow("s3:Get*"))),
    _actions(ACTION, "a star in the middle", ALLOWED, **_can(allow("s3:G*Object"))),
    _actions(ACTION, "a star covers longer names", ALLOWED,
             **_can(allow("s3:GetObject*"), action="s3:GetObjectTagging")),
    _actions(ACTION, "a question mark is one character", ALLOWED, **_can(allow("s3:?etObject"))),
    _actions(ACTION, "and not two", DENIED, **_can(allow("s3:?tObject"))),
    _actions(ACTION, "another service", DENIED, **_can(allow("sqs:*"))),
    _actions(ACTION, "a service's name that begins alike", DENIED, **_can(allow("s3express:*"))),
    _actions(ACTION, "one of several", ALLOWED, **_can(allow(["sqs:SendMessage", "s3:GetObject"]))),
    _actions(ACTION, "all actions", ALLOWED, **_can(allow("*"))),
    _actions(NOT_ACTION, "Allow with NotAction allows what is not listed", ALLOWED,
             **_can(allow(None, NotAction="iam:*"))),
    _actions(NOT_ACTION, "and not what is", DENIED, **_can(allow(None, NotAction="s3:*"))),
    _actions(NOT_ACTION, "what is not allowed there may be allowed elsewhere", ALLOWED,
             identity=[policy(allow(None, NotAction="s3:*")), policy(allow("s3:GetObject"))]),
    _actions(NOT_ACTION, "Deny with NotAction denies what is not listed", DENIED,
             identity=[policy(allow(), deny(None, NotAction="iam:*"))]),
    _actions(NOT_ACTION, "and does not allow what is", DENIED, **_can(deny(None, NotAction="s3:*"))),
    _actions(NOT_ACTION, "nor deny it", ALLOWED, identity=[policy(allow(), deny(None, NotAction="s3:*"))]),
    _actions(NOT_ACTION, "a condition limits the denial", ALLOWED,
             identity=[policy(allow(), deny(None, NotAction="iam:*",
                                            Condition={"BoolIfExists": {"aws:SecureTransport": "false"}}))]),
    _actions(STATEMENT, "one statement need not be a list", ALLOWED,
             identity=[{"Version": "2012-10-17", "Statement": allow("s3:GetObject")}]),
)  # fmt: skip

RESOURCES = (
    _resources(RESOURCE, "the resource itself", ALLOWED, **_can(allow("s3:*", OBJECT))),
    _resources(RESOURCE, "all resources", ALLOWED, **_can(allow("s3:*", "*"))),
    _resources(RESOURCE, "a star covers slashes", ALLOWED, **_can(allow("s3:*", f"{BUCKET}/*"))),
    _resources(RESOURCE, "the bucket is not its objects", DENIED, **_can(allow("s3:*", BUCKET))),
    _resources(RESOURCE, "nor the objects their bucket", DENIED,
               **_can(allow("s3:*", f"{BUCKET}/*"), resource=BUCKET, action="s3:ListBucket")),
    _resources(RESOURCE, "a question mark in a resource", ALLOWED, **_can(allow("s3:*", f"{BUCKET}/2026/0?.pdf"))),
    _resources(RESOURCE, "resources mind the case", DENIED, **_can(allow("s3:*", f"{BUCKET}/2026/07.PDF"))),
    _resources(RESOURCE, "a star for the Region", ALLOWED,
               **_can(allow("sqs:*", f"arn:aws:sqs:*:{HERE}:orders"), action="sqs:SendMessage", resource=QUEUE)),
    _resources(RESOURCE, "a star for the account", ALLOWED,
               **_can(allow("sqs:*", "arn:aws:sqs:eu-central-1:*:orders"), action="sqs:SendMessage", resource=QUEUE)),
    _resources(RESOURCE, "another Region", DENIED,
               **_can(allow("sqs:*", f"arn:aws:sqs:us-east-1:{HERE}:*"), action="sqs:SendMessage", resource=QUEUE)),
    _resources(RESOURCE, "one of several", ALLOWED, **_can(allow("s3:*", ["arn:aws:s3:::else/*", OBJECT]))),
    _resources(NOT_RESOURCE, "Allow with NotResource covers what is not listed", ALLOWED,
               **_can(allow("s3:*", None, NotResource="arn:aws:s3:::payroll/*"))),
    _resources(NOT_RESOURCE, "and not what is", DENIED, **_can(allow("s3:*", None, NotResource=[f"{BUCKET}/*"]))),
    _resources(NOT_RESOURCE, "Deny with NotResource denies all others", DENIED,
               identity=[policy(allow(), deny("s3:*", None, NotResource="arn:aws:s3:::payroll/*"))]),
    _resources(NOT_RESOURCE, "and not what is listed", ALLOWED,
               identity=[policy(allow(), deny("s3:*", None, NotResource=[f"{BUCKET}/*"]))]),
)  # fmt: skip


def _except(*names: str, kind: str = "AWS", **fields: Any) -> dict[str, Any]:
    """A policy that denies everybody but these, beside an identity that may do anything."""
    listed: Any = {kind: list(names)}
    statement = {"Effect": "Deny", "NotPrincipal": listed, "Action": "s3:*", "Resource": f"{BUCKET}/*"}
    return {"identity": [FULL], "resource_policy": policy(statement), **fields}


NOT_PRINCIPALS = (
    _principals(NOT_PRINCIPAL, "who is not listed is denied", DENIED, **_except(f"{USER}2", HERE)),
    _principals(NOT_PRINCIPAL, "a listed user with its account is not", ALLOWED, **_except(USER, HERE)),
    _principals(NOT_PRINCIPAL, "a user without its account in the list is denied", DENIED, **_except(USER)),
    _principals(NOT_PRINCIPAL, "the account alone excepts its root user", ALLOWED, principal=ROOT, **_except(ROOT)),
    _principals(NOT_PRINCIPAL, "and not its users", DENIED, **_except(ROOT)),
    _principals(NOT_PRINCIPAL, "a session needs its account, role and itself in the list", ALLOWED,
                principal=SESSION, **_except(SESSION, ROLE, ROOT)),
    _principals(NOT_PRINCIPAL, "without the session it is denied", DENIED, principal=SESSION, **_except(ROLE, ROOT)),
    _principals(NOT_PRINCIPAL, "a listed user with a boundary is denied all the same", DENIED,
                **_except(USER, HERE, boundary=FULL)),
    _principals(NOT_PRINCIPAL, "a listed service is not denied", ALLOWED, principal="logs.amazonaws.com",
                resource_policy=policy(allow("s3:*", Principal="*"),
                                       {"Effect": "Deny", "NotPrincipal": {"Service": "logs.amazonaws.com"},
                                        "Action": "s3:*", "Resource": "*"})),
    _principals(NOT_PRINCIPAL, "another account is denied", DENIED, principal=GUEST_ROLE, owner=HERE,
                **_except(USER, HERE)),
    _principals(NOT_PRINCIPAL, "excepting an account of others", DENIED, **_except(THERE)),
)  # fmt: skip

_OWN = f"{BUCKET}/${{aws:PrincipalTag/team}}/*"
_TAGGED = {"aws:PrincipalTag/team": "2026"}

VARIABLE = (
    _variables(VARIABLES, "a variable in a resource", ALLOWED, **_can(allow("s3:*", _OWN), context=_TAGGED)),
    _variables(VARIABLES, "with another value", DENIED,
               **_can(allow("s3:*", _OWN), context={"aws:PrincipalTag/team": "2025"})),
    _variables(VARIABLES, "without a value it matches no resource", DENIED, **_can(allow("s3:*", _OWN))),
    _variables(VARIABLES, "without a value NotResource leaves nothing out", DENIED,
               identity=[policy(allow(), deny("s3:*", None, NotResource=_OWN))]),
    _variables(VARIABLES, "its name compares without case", ALLOWED,
               **_can(allow("s3:*", _OWN.replace("aws:PrincipalTag/team", "AWS:principaltag/TEAM")), context=_TAGGED)),
    _variables(VARIABLES, "the user's name", ALLOWED, **_can(allow("s3:*", f"{BUCKET}/${{aws:username}}/*"),
                                                             resource=f"{BUCKET}/nora/a")),
    _variables(VARIABLES, "a role has no user name", DENIED, principal=ROLE,
               **_can(allow("s3:*", f"{BUCKET}/${{aws:username}}/*"), resource=f"{BUCKET}/Auditor/a")),
    _variables(VARIABLES, "a default where there is no value", ALLOWED,
               **_can(allow("s3:*", f"{BUCKET}/${{aws:PrincipalTag/team, '2026'}}/*"))),
    _variables(VARIABLES, "the value goes before the default", DENIED,
               **_can(allow("s3:*", f"{BUCKET}/${{aws:PrincipalTag/team, '2026'}}/*"),
                      context={"aws:PrincipalTag/team": "x"})),
    _variables(VARIABLES, "a wildcard in a value is only text", DENIED,
               **_can(allow("s3:*", _OWN), context={"aws:PrincipalTag/team": "*"})),
    _variables(VARIABLES, "the star itself", ALLOWED,
               **_can(allow("s3:*", f"{BUCKET}/${{*}}.pdf"), resource=f"{BUCKET}/*.pdf")),
    _variables(VARIABLES, "which is no wildcard", DENIED, **_can(allow("s3:*", f"{BUCKET}/2026/${{*}}.pdf"))),
    _variables(VARIABLES, "the dollar itself", ALLOWED,
               **_can(allow("s3:*", f"{BUCKET}/${{$}}x"), resource=f"{BUCKET}/$x")),
    _variables(VARIABLES, "a variable in a condition", ALLOWED,
               **_can(allow("s3:*", Condition={"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}),
                      context={**_TAGGED, "aws:ResourceTag/team": "2026"})),
    _variables(VARIABLES, "two tags that differ", DENIED,
               **_can(allow("s3:*", Condition={"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}),
                      context={**_TAGGED, "aws:ResourceTag/team": "1999"})),
    _variables(VARIABLES, "StringEquals with a variable without a value does not match", DENIED,
               **_can(allow("s3:*", Condition={"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}),
                      context={"aws:ResourceTag/team": "2026"})),
    _variables(VARIABLES, "StringNotEquals with a variable without a value does", DENIED,
               identity=[policy(allow(), deny("s3:*", Condition={
                   "StringNotEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}))],
               context={"aws:ResourceTag/team": "2026"}),
    _variables(VARIABLES, "StringLike with a variable and a star", ALLOWED,
               **_can(allow("s3:*", Condition={"StringLike": {"s3:prefix": "${aws:username}/*"}}),
                      context={"s3:prefix": "nora/2026"})),
    _variables(VARIABLES, "an ARN operator with a variable", ALLOWED, principal=ROLE,
               **_can(allow("s3:*", Condition={"ArnLike": {
                   "aws:PrincipalArn": "arn:aws:iam::${aws:PrincipalAccount}:role/*"}}))),
    _variables(VARIABLES, "no variable before the fifth colon", DENIED,
               **_can(allow("sqs:*", "arn:aws:sqs:eu-central-1:${aws:PrincipalAccount}:orders"),
                      action="sqs:SendMessage", resource=QUEUE)),
    _variables(VERSION, "without the version a variable is text", DENIED,
               **_can(allow("s3:*", _OWN), version=None, context=_TAGGED)),
    _variables(VERSION, "with the older version too", DENIED,
               **_can(allow("s3:*", _OWN), version="2008-10-17", context=_TAGGED)),
    _variables(VERSION, "the older version without variables is read as ever", ALLOWED,
               **_can(allow("s3:*", OBJECT), version="2008-10-17")),
)  # fmt: skip

QUESTIONS = (*ACTIONS, *RESOURCES, *NOT_PRINCIPALS, *VARIABLE)

"""Documents that AWS does not take."""

from __future__ import annotations

from typing import Any

from tests.policies.access.corpus.question import (
    ALLOWED,
    DENIED,
    HERE,
    KEY,
    REFUSED,
    ROLE,
    USER,
    allow,
    deny,
    policy,
    topic,
)

GRAMMAR = 'IAM User Guide, "Grammar of the IAM JSON policy language"'
VERSION = 'IAM User Guide, "IAM JSON policy elements: Version"'
EFFECT = 'IAM User Guide, "IAM JSON policy elements: Effect"'
SID = 'IAM User Guide, "IAM JSON policy elements: Sid"'
ACTION = 'IAM User Guide, "IAM JSON policy elements: Action"'
RESOURCE = 'IAM User Guide, "IAM JSON policy elements: Resource"'
PRINCIPAL = 'IAM User Guide, "AWS JSON policy elements: Principal"'
NOT_PRINCIPAL = 'IAM User Guide, "AWS JSON policy elements: NotPrincipal"'
OPERATORS = 'IAM User Guide, "IAM JSON policy elements: Condition operators"'
ELEMENTS = 'IAM User Guide, "IAM JSON policy element reference"'
KEY_POLICY = 'AWS KMS Developer Guide, "Create a key policy"'

_bad = topic("grammar")


def _identity(*statements: dict[str, Any], **elements: Any) -> dict[str, Any]:
    return {"identity": [{**policy(*statements), **elements}]}


def _when(operator: str, value: Any) -> dict[str, Any]:
    return _identity(allow(Condition={operator: {"s3:prefix": value}}))


DOCUMENTS = (
    _bad(GRAMMAR, "an element of a document that there is not", REFUSED, **_identity(allow(), Statements=[])),
    _bad(GRAMMAR, "an element of a statement that there is not", REFUSED, **_identity(allow(Comment="mine"))),
    _bad(GRAMMAR, "elements mind the case", REFUSED, **_identity({"effect": "Allow", "Action": "*", "Resource": "*"})),
    _bad(GRAMMAR, "no Statement", REFUSED, identity=[{"Version": "2012-10-17"}]),
    _bad(GRAMMAR, "Statement is text", REFUSED, identity=[{"Version": "2012-10-17", "Statement": "Allow"}]),
    _bad(GRAMMAR, "an Id is allowed", ALLOWED, **_identity(allow("s3:GetObject"), Id="mine")),
    _bad(VERSION, "a version that there is not", REFUSED, identity=[policy(allow(), version="2020-01-01")]),
    _bad(VERSION, "no version is the older one", ALLOWED, identity=[policy(allow("s3:GetObject"), version=None)]),
    _bad(EFFECT, "Effect minds the case", REFUSED, **_identity(allow(Effect="allow"))),
    _bad(EFFECT, "no Effect", REFUSED, **_identity({"Action": "*", "Resource": "*"})),
    _bad(EFFECT, "an Effect that there is not", REFUSED, **_identity(allow(Effect="Permit"))),
    _bad(SID, "a Sid twice", REFUSED, **_identity(allow(Sid="A"), deny("iam:*", Sid="A"))),
    _bad(SID, "a Sid with a space", REFUSED, **_identity(allow(Sid="Read all"))),
    _bad(SID, "a Sid with a hyphen", REFUSED, **_identity(allow(Sid="read-all"))),
    _bad(SID, "a Sid of letters and digits", ALLOWED, **_identity(allow(Sid="Read2"))),
    _bad(ELEMENTS, "Action beside NotAction", REFUSED, **_identity(allow(NotAction="iam:*"))),
    _bad(ELEMENTS, "Resource beside NotResource", REFUSED, **_identity(allow(NotResource="*"))),
    _bad(ELEMENTS, "Principal beside NotPrincipal", REFUSED,
         resource_policy=policy(deny(Principal="*", NotPrincipal={"AWS": USER}))),
    _bad(GRAMMAR, "neither Action nor NotAction", REFUSED, **_identity({"Effect": "Allow", "Resource": "*"})),
    _bad(GRAMMAR, "neither Resource nor NotResource in an identity policy", REFUSED, **_identity(allow(resource=None))),
    _bad(ACTION, "an action without a service", REFUSED, **_identity(allow("GetObject"))),
    _bad(ACTION, "an action with a space", REFUSED, **_identity(allow("s3: GetObject"))),
    _bad(ACTION, "an action that is no text", REFUSED, **_identity(allow(["s3:GetObject", 7]))),
    _bad(RESOURCE, "a resource that is no ARN", REFUSED, **_identity(allow("s3:*", "invoices/*"))),
    _bad(RESOURCE, "a wildcard for the service", REFUSED, **_identity(allow("s3:*", "arn:aws:*:::invoices/*"))),
)  # fmt: skip

PRINCIPALS = (
    _bad(PRINCIPAL, "an identity policy has no Principal", REFUSED, **_identity(allow(Principal="*"))),
    _bad(PRINCIPAL, "nor has a boundary", REFUSED, boundary=policy(allow(Principal={"AWS": USER}))),
    _bad(PRINCIPAL, "nor a session policy", REFUSED, principal=ROLE, session=policy(allow(Principal="*"))),
    _bad(PRINCIPAL, "a resource's policy must have one", REFUSED, resource_policy=policy(allow())),
    _bad(PRINCIPAL, "a wildcard within an ARN", REFUSED,
         resource_policy=policy(allow(Principal={"AWS": f"arn:aws:iam::{HERE}:role/*"}))),
    _bad(PRINCIPAL, "a wildcard for all users", REFUSED,
         resource_policy=policy(allow(Principal={"AWS": f"arn:aws:iam::{HERE}:user/*"}))),
    _bad(PRINCIPAL, "a group is no principal", REFUSED,
         resource_policy=policy(allow(Principal={"AWS": f"arn:aws:iam::{HERE}:group/sales"}))),
    _bad(PRINCIPAL, "an account of eleven digits", REFUSED,
         resource_policy=policy(allow(Principal={"AWS": "12345678901"}))),
    _bad(PRINCIPAL, "a kind of principal that there is not", REFUSED,
         resource_policy=policy(allow(Principal={"User": "nora"}))),
    _bad(PRINCIPAL, "a name alone", REFUSED, resource_policy=policy(allow(Principal="nora"))),
    _bad(PRINCIPAL, "a trust policy without a Principal", REFUSED, action="sts:AssumeRole", resource=ROLE,
         resource_policy=policy(allow("sts:AssumeRole", None))),
    _bad(GRAMMAR, "a trust policy has no Resource", REFUSED, action="sts:AssumeRole", resource=ROLE,
         resource_policy=policy(allow("sts:AssumeRole", "*", Principal={"AWS": USER}))),
    _bad(NOT_PRINCIPAL, "an identity policy has no NotPrincipal", REFUSED, **_identity(deny(NotPrincipal="*"))),
    _bad(GRAMMAR, "an endpoint policy has a Principal", REFUSED, endpoint_policy=policy(allow())),
    _bad(GRAMMAR, "a resource's policy may leave Resource out", ALLOWED,
         resource_policy=policy(allow("s3:GetObject", None, Principal={"AWS": USER}))),
    _bad(KEY_POLICY, "a statement of a key policy without Action has no effect", DENIED, action="kms:Decrypt",
         resource=KEY, resource_policy=policy(allow(None, Principal={"AWS": USER}))),
)  # fmt: skip

CONDITIONS = (
    _bad(OPERATORS, "an operator that there is not", REFUSED, **_when("StringMatches", "x")),
    _bad(OPERATORS, "operators mind the case", REFUSED, **_when("stringEquals", "x")),
    _bad(OPERATORS, "Null has no IfExists", REFUSED, **_when("NullIfExists", "true")),
    _bad(OPERATORS, "there is no BinaryNotEquals", REFUSED, **_when("BinaryNotEquals", "eA==")),
    _bad(OPERATORS, "nor NumericLike", REFUSED, **_when("NumericLike", "1*")),
    _bad(OPERATORS, "a set operator that there is not", REFUSED, **_when("ForSomeValues:StringEquals", "x")),
    _bad(OPERATORS, "IfExists stands at the end", REFUSED, **_when("IfExistsStringEquals", "x")),
    _bad(OPERATORS, "a condition without an operator", REFUSED, **_identity(allow(Condition={"s3:prefix": "x"}))),
    _bad(OPERATORS, "a condition that is a list", REFUSED, **_identity(allow(Condition=[]))),
    _bad(OPERATORS, "a value that is an object", REFUSED, **_when("StringEquals", {"a": "b"})),
    _bad(OPERATORS, "Null of neither true nor false", REFUSED, **_when("Null", "maybe")),
    _bad(OPERATORS, "all operators with a set operator", ALLOWED, context={"s3:prefix": ["x"]},
         **_when("ForAnyValue:StringLikeIfExists", "x*")),
)  # fmt: skip

QUESTIONS = (*DOCUMENTS, *PRINCIPALS, *CONDITIONS)

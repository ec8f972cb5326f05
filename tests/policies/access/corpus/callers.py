"""Callers of every kind: what AWS says of them, and what a question may not say."""

from __future__ import annotations

from typing import Any

from tests.policies.access.corpus.question import (
    ALLOWED,
    BUCKET,
    DENIED,
    FEDERATED,
    FULL,
    GUEST_ROLE,
    HERE,
    OBJECT,
    QUEUE,
    REFUSED,
    ROLE,
    ROOT,
    SESSION,
    THERE,
    TOPIC,
    USER,
    Answer,
    Question,
    allow,
    deny,
    everybody,
    policy,
    topic,
)

KEYS = 'IAM User Guide, "AWS global condition context keys"'
TABLE = 'IAM User Guide, "IAM policy elements: Variables and tags"'
PRINCIPAL = 'IAM User Guide, "AWS JSON policy elements: Principal"'
NOT_ACTION = 'IAM User Guide, "IAM JSON policy elements: NotAction"'
MFA = 'IAM User Guide, "Secure API access with MFA"'
REVOKING = 'IAM User Guide, "Revoke IAM role temporary security credentials"'
DEPUTY = 'IAM User Guide, "The confused deputy problem"'
FORWARDED = 'IAM User Guide, "Forward access sessions"'

_filled = topic("keys that AWS fills in")
_contradicting = topic("keys that contradict", identity=[FULL])
_SERVICE = "cloudtrail.amazonaws.com"
_NOBODY = "*"


def _has(principal: str, key: str, value: str, answer: Answer, page: str = TABLE, **fields: Any) -> Question:
    """Whether the key of this caller's request has the value; everybody may do it whose request does."""
    document = everybody("s3:*", Condition={"StringEquals": {key: value}})
    name = f"{key} of {principal} is {value}: {answer.value}"
    given = {"identity": [FULL], "session": FULL} if principal.startswith("arn:aws:sts") else {}
    return _filled(page, name, answer, principal=principal, resource_policy=document, **{**given, **_only(), **fields})


def _only() -> dict[str, Any]:
    """No policy of the caller's own."""
    return {"identity": [], "owner": HERE}


def _lacks(principal: str, key: str, answer: Answer = ALLOWED, page: str = KEYS, **fields: Any) -> Question:
    """Whether the caller's request lacks the key."""
    document = everybody("s3:*", Condition={"Null": {key: "true"}})
    said = "lacks" if answer is ALLOWED else "has"
    return _filled(page, f"the request of {principal} {said} {key}", answer, principal=principal,
                   resource_policy=document, **{**_only(), **fields})  # fmt: skip


VALUES = (
    _has(USER, "aws:username", "nora", ALLOWED),
    _has(f"arn:aws:iam::{HERE}:user/eu/sales/olaf", "aws:username", "olaf", ALLOWED),
    _has(USER, "aws:PrincipalType", "User", ALLOWED),
    _has(ROLE, "aws:PrincipalType", "AssumedRole", ALLOWED),
    _has(SESSION, "aws:PrincipalType", "AssumedRole", ALLOWED),
    _has(FEDERATED, "aws:PrincipalType", "FederatedUser", ALLOWED),
    _has(ROOT, "aws:PrincipalType", "Account", ALLOWED),
    _has(_NOBODY, "aws:PrincipalType", "Anonymous", ALLOWED),
    _has(ROOT, "aws:userid", HERE, ALLOWED),
    _has(FEDERATED, "aws:userid", f"{HERE}:guest", ALLOWED),
    _has(_NOBODY, "aws:userid", "anonymous", ALLOWED),
    _has(_NOBODY, "aws:PrincipalAccount", "anonymous", ALLOWED, KEYS),
    _has(USER, "aws:PrincipalAccount", HERE, ALLOWED, KEYS),
    _has(SESSION, "aws:PrincipalArn", ROLE, ALLOWED, KEYS),
    _has(FEDERATED, "aws:PrincipalArn", FEDERATED, ALLOWED, KEYS),
    _has(ROOT, "aws:PrincipalArn", ROOT, ALLOWED, KEYS),
    _has(_SERVICE, "aws:PrincipalServiceName", _SERVICE, ALLOWED, KEYS),
    _has(USER, "aws:PrincipalIsAWSService", "false", ALLOWED, KEYS),
    _has(_SERVICE, "aws:PrincipalIsAWSService", "true", ALLOWED, KEYS),
    _has(USER, "aws:ResourceAccount", HERE, ALLOWED, KEYS),
    _has(USER, "aws:ViaAWSService", "false", ALLOWED, KEYS),
    _has(USER, "aws:SecureTransport", "true", ALLOWED, KEYS),
    _has(USER, "aws:username", "Nora", DENIED),
)

ABSENT = (
    _lacks(ROLE, "aws:username"),
    _lacks(SESSION, "aws:username"),
    _lacks(ROOT, "aws:username"),
    _lacks(FEDERATED, "aws:username"),
    _lacks(_NOBODY, "aws:username"),
    _lacks(_NOBODY, "aws:PrincipalArn"),
    _lacks(_NOBODY, "aws:PrincipalIsAWSService"),
    _lacks(_NOBODY, "aws:PrincipalOrgID"),
    _lacks(USER, "aws:PrincipalServiceName"),
    _lacks(USER, "aws:TokenIssueTime"),
    _lacks(USER, "aws:MultiFactorAuthPresent"),
    _lacks(USER, "aws:SourceArn"),
    _lacks(USER, "aws:SourceVpce"),
    _lacks(USER, "aws:CalledVia"),
    _lacks(ROLE, "aws:FederatedProvider"),
    _lacks(SESSION, "aws:TokenIssueTime", DENIED),
    _lacks(SESSION, "aws:MultiFactorAuthPresent", DENIED),
    _lacks(FEDERATED, "aws:TokenIssueTime", DENIED),
    _lacks(USER, "aws:CurrentTime", DENIED),
    _lacks(USER, "aws:EpochTime", DENIED),
    _lacks(USER, "aws:SecureTransport", DENIED),
    _lacks(_NOBODY, "aws:ViaAWSService", DENIED),
    _lacks(USER, "aws:username", DENIED),
)

_NOT_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
_OLD = {"DateLessThan": {"aws:TokenIssueTime": "2020-01-01T00:00:00Z"}}
_ABROAD = {"StringNotEquals": {"aws:RequestedRegion": "eu-central-1"}}
_VIA = {"Bool": {"aws:ViaAWSService": "true"}}

MORE = (
    _filled(MFA, "a role's session without MFA is denied by BoolIfExists", DENIED, principal=SESSION,
            identity=[policy(allow(), deny(Condition=_NOT_MFA))]),
    _filled(MFA, "one with MFA is not", ALLOWED, principal=SESSION, context={"aws:MultiFactorAuthPresent": "true"},
            identity=[policy(allow(), deny(Condition=_NOT_MFA))]),
    _filled(KEYS, "a user with temporary credentials and no MFA has the key, and it is false", DENIED,
            identity=[policy(allow(), deny(Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}}))],
            context={"aws:TokenIssueTime": "2026-07-01T00:00:00Z"}),
    _filled(REVOKING, "a session from before the date is denied", DENIED, principal=SESSION,
            identity=[policy(allow(), deny(Condition=_OLD))], context={"aws:TokenIssueTime": "2019-06-01T00:00:00Z"}),
    _filled(REVOKING, "a new session is not", ALLOWED, principal=SESSION,
            identity=[policy(allow(), deny(Condition=_OLD))]),
    _filled(KEYS, "the Region of a resource is the one that is called", DENIED, action="sqs:SendMessage",
            resource=f"arn:aws:sqs:us-west-2:{HERE}:q", identity=[policy(allow(), deny(Condition=_ABROAD))]),
    _filled(KEYS, "IAM is always called in us-east-1", DENIED, action="iam:GetUser", resource=USER,
            identity=[policy(allow(), deny(Condition=_ABROAD))]),
    _filled(NOT_ACTION, "so that denials by Region leave it out", ALLOWED, action="iam:GetUser", resource=USER,
            identity=[policy(allow(), deny(None, NotAction=["iam:*", "organizations:*"], Condition=_ABROAD))]),
    _filled(FORWARDED, "a request that a service forwards", ALLOWED, identity=[policy(allow(Condition=_VIA))],
            context={"aws:ViaAWSService": "true"}),
    _filled(KEYS, "the services in between say so as well", ALLOWED, identity=[policy(allow(Condition=_VIA))],
            context={"aws:CalledVia": ["athena.amazonaws.com"]}),
    _filled(KEYS, "the first of them", ALLOWED, context={"aws:CalledVia": ["a.amazonaws.com", "b.amazonaws.com"]},
            identity=[policy(allow(Condition={"StringEquals": {"aws:CalledViaFirst": "a.amazonaws.com"}}))]),
    _filled(KEYS, "the last of them", DENIED, context={"aws:CalledVia": ["a.amazonaws.com", "b.amazonaws.com"]},
            identity=[policy(allow(Condition={"StringEquals": {"aws:CalledViaLast": "a.amazonaws.com"}}))]),
    _filled(KEYS, "a principal's own call is forwarded by nobody", DENIED, identity=[policy(allow(Condition=_VIA))]),
    _filled(KEYS, "a resource of another account", DENIED, owner=THERE,
            identity=[policy(allow(Condition={"StringEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}}))]),
    _filled(KEYS, "a user id of the role's session", ALLOWED, principal=SESSION,
            identity=[policy(allow(Condition={"StringLike": {"aws:userid": "AROA*:nightly"}}))],
            context={"aws:userid": "AROAEXAMPLE1234567890:nightly"}),
    _filled(KEYS, "an identity provider's session", ALLOWED, principal=SESSION,
            identity=[policy(allow(Condition={"StringEquals": {"aws:FederatedProvider": "accounts.google.com"}}))],
            context={"aws:FederatedProvider": "accounts.google.com"}),
)  # fmt: skip


def _refused(principal: str, key: str, value: Any, why: str) -> Question:
    fields: dict[str, Any] = {"principal": principal, "context": {key: value}, "owner": HERE}
    return _contradicting(KEYS, f"{key} of {principal}: {why}", REFUSED, **fields)


CONTRADICTIONS = (
    _refused(ROLE, "aws:username", "Auditor", "roles have no user name"),
    _refused(USER, "aws:username", "omar", "another user"),
    _refused(USER, "aws:PrincipalAccount", THERE, "another account"),
    _refused(USER, "aws:PrincipalType", "AssumedRole", "it is a user"),
    _refused(USER, "aws:PrincipalArn", ROLE, "another principal"),
    _refused(SESSION, "aws:PrincipalArn", GUEST_ROLE, "a role of another account"),
    _refused(USER, "aws:PrincipalIsAWSService", "true", "it is no service"),
    _refused(USER, "aws:PrincipalServiceName", _SERVICE, "it is no service"),
    _refused(_SERVICE, "aws:PrincipalIsAWSService", "false", "it is a service"),
    _refused(_SERVICE, "aws:PrincipalOrgID", "o-books", "services are of no organization"),
    _refused(_NOBODY, "aws:PrincipalOrgID", "o-books", "nobody is of no organization"),
    _refused(_NOBODY, "aws:PrincipalTag/team", "books", "nobody has no tags"),
    _refused(_NOBODY, "aws:TokenIssueTime", "2026-07-01T00:00:00Z", "nobody has no credentials"),
    _refused(USER, "aws:SourceArn", f"{BUCKET}", "only services act for a resource"),
    _refused(ROLE, "aws:SourceAccount", HERE, "only services act for an account"),
    _refused(USER, "aws:ResourceAccount", THERE, "the owner is another"),
    _refused(ROOT, "aws:userid", THERE, "its id is its account's"),
    _refused(USER, "aws:FederatedProvider", "accounts.google.com", "users come from no provider"),
)

_services = topic("services and nobody", principal=_SERVICE, owner=HERE)
_FOR_TRAIL = policy(
    allow("s3:PutObject", f"{BUCKET}/*", Principal={"Service": _SERVICE}, Condition={
        "ArnEquals": {"aws:SourceArn": f"arn:aws:cloudtrail:eu-central-1:{HERE}:trail/all"}}),
)  # fmt: skip

SERVICES = (
    _services(PRINCIPAL, "a service that the resource's policy names", ALLOWED,
              resource_policy=policy(allow("s3:GetObject", OBJECT, Principal={"Service": _SERVICE}))),
    _services(PRINCIPAL, "another service", DENIED,
              resource_policy=policy(allow("s3:GetObject", OBJECT, Principal={"Service": "config.amazonaws.com"}))),
    _services(PRINCIPAL, "the account in the policy is no service", DENIED,
              resource_policy=policy(allow("s3:GetObject", OBJECT, Principal={"AWS": HERE}))),
    _services(PRINCIPAL, "everybody includes services", ALLOWED, resource_policy=everybody("s3:*")),
    _services(PRINCIPAL, "a service has no policies of its own", DENIED, identity=[FULL]),
    _services(DEPUTY, "for the resource that the policy names", ALLOWED, action="s3:PutObject",
              resource_policy=_FOR_TRAIL,
              context={"aws:SourceArn": f"arn:aws:cloudtrail:eu-central-1:{HERE}:trail/all"}),
    _services(DEPUTY, "for a resource of somebody else", DENIED, action="s3:PutObject", resource_policy=_FOR_TRAIL,
              context={"aws:SourceArn": f"arn:aws:cloudtrail:eu-central-1:{THERE}:trail/all"}),
    _services(DEPUTY, "for nobody in particular", DENIED, action="s3:PutObject", resource_policy=_FOR_TRAIL),
    _services(DEPUTY, "the account of the source", ALLOWED, principal="s3.amazonaws.com", action="sns:Publish",
              resource=TOPIC, context={"aws:SourceAccount": HERE},
              resource_policy=policy(allow("sns:Publish", TOPIC, Principal={"Service": "s3.amazonaws.com"},
                                           Condition={"StringEquals": {"aws:SourceAccount": HERE}}))),
    _services(PRINCIPAL, "everybody includes nobody in particular", ALLOWED, principal=_NOBODY,
              resource_policy=everybody("s3:GetObject")),
    _services(PRINCIPAL, "in a queue's policy too", ALLOWED, principal=_NOBODY, action="sqs:SendMessage",
              resource=QUEUE, resource_policy=everybody("sqs:SendMessage")),
    _services(PRINCIPAL, "an account does not include it", DENIED, principal=_NOBODY,
              resource_policy=policy(allow("s3:GetObject", OBJECT, Principal={"AWS": [HERE, THERE]}))),
    _services(PRINCIPAL, "a denial for everybody binds it", DENIED, principal=_NOBODY,
              resource_policy=policy(allow("s3:GetObject", Principal="*"),
                                     deny("s3:GetObject", Principal="*", Condition={
                                         "StringNotEquals": {"aws:PrincipalOrgID": "o-books"}}))),
)  # fmt: skip

QUESTIONS = (*VALUES, *ABSENT, *MORE, *CONTRADICTIONS, *SERVICES)

"""Cases of the rules on roles, policies and trusts."""

from __future__ import annotations

import json
from typing import Any

from policies.pack.model import UNKNOWN, Resource
from policies.pack.rules import (
    account_trust,
    assume_named_roles,
    bounded_creation,
    long_lived_credentials,
    not_elements,
    oidc_subject,
    open_principal,
    pass_role,
    permissions_boundary,
    policy_size,
    service_source,
    service_trust,
    session_duration,
    wildcard_actions,
)
from tests.policies.pack.cases.case import Cases, Never, on
from tests.policies.pack.pack_factories import (
    ACCOUNT,
    BUCKET_ARN,
    REGION,
    ROLE_ARN,
    ROOT,
    allow,
    deny,
    document,
    having,
    make,
)
from tests.policies.pack.test_pack_identity_rules import (
    ASSUME,
    PASS,
    READ,
    boundary,
    bucket_policy,
    role,
    role_policy,
    trust,
)
from tests.policies.pack.test_pack_key_rules import key

BOUNDARY = "arn:aws:iam::111111111111:policy/mlops/boundary"
GITHUB = "token.actions.githubusercontent.com"
SOURCE = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
BOUNDED = (on(boundary(), role(permissionsBoundary=boundary().props["arn"])), "it is a permissions boundary")
UNREAD = (on(having(role_policy(**READ), policy=UNKNOWN)), "policy of training")
UNREAD_TRUST = (on(role(assumeRolePolicy=UNKNOWN)), "assumeRolePolicy of training")


def federated(provider: str, **elements: Any) -> Resource:
    who = {"Federated": provider}
    return role(assumeRolePolicy=document(allow(Principal=who, Action="sts:AssumeRoleWithWebIdentity", **elements)))


def oidc(**condition: object) -> Resource:
    held = {f"{GITHUB}:{claim}": value for claim, value in condition.items()}
    return federated(f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}", Condition={"StringLike": held})


def long(characters: int) -> str:
    """A document of at least so many characters that are not white space."""
    return document(allow(Action="s3:GetObject", Resource="arn:aws:s3:::" + "x" * characters))


def exactly(characters: int) -> str:
    """A document of so many characters that are not white space."""
    return long(characters - len("".join(long(0).split())))


def spread(characters: int) -> str:
    return json.dumps(json.loads(long(characters)), indent=400)


def topic_policy(**elements: Any) -> Resource:
    text = document(allow(Principal={"Service": "events.amazonaws.com"}, Action="sns:Publish", **elements))
    return make("aws:sns/topicPolicy:TopicPolicy", "alarms-policy", arn="arn:aws:sns:x", policy=text)


def bus_permission(**props: Any) -> Resource:
    right = {"statementId": "Given", "action": "events:PutEvents", "eventBusName": "mlops-events"}
    return make("aws:cloudwatch/eventPermission:EventPermission", "events", **{**right, **props})


def logs_key(condition: dict[str, Any]) -> Resource:
    service = {"Service": f"logs.{REGION}.amazonaws.com"}
    return key(allow(Principal=service, Action=["kms:Encrypt"], Resource="*", Condition=condition))


def makes_roles(**elements: Any) -> Resource:
    return role_policy(Action=["iam:CreateRole", "iam:PutRolePolicy"], Resource=ROLE_ARN, **elements)


CASES = (
    Cases(
        rule=open_principal.RULE,
        passes=[
            on(bucket_policy(Principal={"AWS": ROLE_ARN})),
            on(bus_permission(principal=ACCOUNT)),
            on(bus_permission(principal="*", condition={"key": "aws:PrincipalOrgID", "value": "o-a1b2c3d4e5"})),
        ],
        mistakes=[
            (on(bucket_policy(Principal="*")), "Given allows everybody, and no condition names whom"),
            (on(bus_permission(principal="*")), "everybody may put events on the bus"),
        ],
        unknown=[(on(having(bucket_policy(Principal="*"), policy=UNKNOWN)), "policy of data-policy")],
        excused=[(on(make("aws:sns/topic:Topic", "alarms")), "it has no policy")],
    ),
    Cases(
        rule=wildcard_actions.RULE,
        passes=[on(role_policy(**READ))],
        mistakes=[(on(role_policy(Action="s3:*", Resource="*")), "allows s3:* on every resource")],
        unknown=[UNREAD],
        excused=[BOUNDED],
    ),
    Cases(
        rule=pass_role.RULE,
        passes=[on(role_policy(**PASS))],
        mistakes=[(on(role_policy(**{**PASS, "Resource": "*"})), "Given of policy passes every role")],
        unknown=[UNREAD],
        excused=[BOUNDED],
    ),
    Cases(
        rule=service_trust.RULE,
        passes=[on(trust(Principal={"Service": "sagemaker.amazonaws.com"}, Condition=SOURCE))],
        mistakes=[(on(trust(Principal={"Service": "sagemaker.amazonaws.com"})), "act for any AWS account's resources")],
        unknown=[UNREAD_TRUST],
    ),
    Cases(
        rule=account_trust.RULE,
        passes=[on(trust(Principal={"AWS": ROLE_ARN}))],
        mistakes=[(on(trust(Principal={"AWS": ROOT})), f"Given trusts everybody in {ROOT}")],
        unknown=[UNREAD_TRUST],
    ),
    Cases(
        rule=long_lived_credentials.RULE,
        passes=Never(because="to declare such a resource at all is the mistake"),
        mistakes=[
            (on(make("aws:iam/user:User", "jenkins")), "User jenkins gives credentials that do not expire"),
            (on(make("aws:iam/accessKey:AccessKey", "jenkins", user="jenkins")), "AccessKey jenkins"),
        ],
        unknown=Never(because="no property of such a resource matters"),
    ),
    Cases(
        rule=permissions_boundary.RULE,
        passes=[on(role(permissionsBoundary=BOUNDARY)), on(role(permissionsBoundary=UNKNOWN))],
        mistakes=[
            (on(role()), "the role has no permissions boundary"),
            (on(role(permissionsBoundary="")), "the role has no permissions boundary"),
        ],
    ),
    Cases(
        rule=session_duration.RULE,
        passes=[on(role()), on(role(maxSessionDuration=14_400)), on(role(maxSessionDuration=3_600.0))],
        mistakes=[
            (on(role(maxSessionDuration=43_200)), "maxSessionDuration is 43200 seconds, allowed are at most 14400")
        ],
        unknown=[(on(role(maxSessionDuration=UNKNOWN)), "maxSessionDuration of training")],
    ),
    Cases(
        rule=not_elements.RULE,
        passes=[
            on(role_policy(**READ)),
            on(having(role_policy(**READ), policy=document(deny(NotAction="s3:*", Resource="*")))),
        ],
        mistakes=[
            (on(role_policy(NotAction="iam:*", Resource="*")), "Given of policy allows everything but iam:*"),
            (on(role_policy(Action="s3:GetObject", NotResource=BUCKET_ARN)), f"allows everything but {BUCKET_ARN}"),
            (
                on(role(inlinePolicies=[{"policy": document(allow(NotAction="iam:*", Resource="*"))}])),
                "Given of inline policy 1 allows everything but iam:*",
            ),
        ],
        unknown=[UNREAD],
        excused=[BOUNDED],
    ),
    Cases(
        rule=policy_size.RULE,
        passes=[
            on(having(boundary(), policy=exactly(6_144))),
            on(having(boundary(), policy=spread(5_900))),
            on(role(name="training", assumeRolePolicy=long(1_900)), having(role_policy(**READ), policy=long(10_000))),
            on(role(name="training"), having(role_policy(**READ), role="other", policy=long(20_000))),
        ],
        mistakes=[
            (on(having(boundary(), policy=exactly(6_145))), "the policy has 6145 characters, AWS takes 6144"),
            (on(role(assumeRolePolicy=long(2_048))), "the trust policy has"),
            (
                on(role(name="training"), *[having(role_policy(**READ), policy=long(5_200)) for _ in range(2)]),
                "all inline policies together",
            ),
            (on(role(inlinePolicies=[{"policy": long(10_240)}])), "all inline policies together"),
            (on(having(bucket_policy(), policy=spread(20_000))), "characters, AWS takes 20480"),
            (on(having(key(), policy=long(32_768))), "characters, AWS takes 32768"),
        ],
        unknown=[
            (on(having(bucket_policy(), policy=UNKNOWN)), "policy of data-policy"),
            (on(role(name="training"), having(role_policy(**READ), policy=UNKNOWN)), "policy of training"),
        ],
    ),
    Cases(
        rule=bounded_creation.RULE,
        passes=[
            on(makes_roles(Condition={"StringEquals": {"iam:PermissionsBoundary": BOUNDARY}})),
            on(role_policy(Action=["iam:GetRole", "iam:ListRoles"], Resource="*")),
        ],
        mistakes=[
            (on(makes_roles()), "allows iam:CreateRole, iam:PutRolePolicy without iam:PermissionsBoundary"),
            (
                on(makes_roles(Condition={"StringEqualsIfExists": {"iam:PermissionsBoundary": BOUNDARY}})),
                "without iam:PermissionsBoundary",
            ),
            (
                on(role_policy(Action="iam:DeleteRolePermissionsBoundary", Resource=ROLE_ARN)),
                "Given of policy allows iam:DeleteRolePermissionsBoundary",
            ),
            (on(role_policy(Action="iam:*", Resource=ROLE_ARN)), "iam:DeleteUserPermissionsBoundary"),
        ],
        unknown=[UNREAD],
        excused=[BOUNDED],
    ),
    Cases(
        rule=oidc_subject.RULE,
        passes=[
            on(oidc(aud="sts.amazonaws.com", sub="repo:company/mlops:environment:prod")),
            on(oidc(aud="sts.amazonaws.com", sub="repo:company/mlops:*")),
            on(trust(Principal={"AWS": ROLE_ARN})),
            on(trust(Principal={"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}"})),
            on(federated(f"arn:aws:iam::{ACCOUNT}:saml-provider/company")),
        ],
        mistakes=[
            (on(oidc(aud="sts.amazonaws.com", sub=["repo:company/mlops:*", "*"])), "Given takes any sub"),
            (
                on(oidc(aud="sts.amazonaws.com")),
                f"Given takes any sub of arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}",
            ),
            (on(oidc(aud="sts.amazonaws.com", sub="*")), "Given takes any sub"),
            (on(oidc(aud="sts.amazonaws.com", sub="repo:*")), "Given takes any sub"),
            (on(oidc(sub="repo:company/mlops:*")), "Given takes any aud"),
        ],
        unknown=[UNREAD_TRUST],
    ),
    Cases(
        rule=assume_named_roles.RULE,
        passes=[
            on(role_policy(**ASSUME, Resource=ROLE_ARN)),
            on(role_policy(**ASSUME, Resource="arn:aws:iam::222222222222:role/mlops/projects/*")),
        ],
        mistakes=[
            (on(role_policy(**ASSUME, Resource="*")), "Given of policy assumes every role that trusts it"),
            (on(role_policy(**ASSUME, Resource="arn:aws:iam::*:role/*")), "assumes every role"),
            (on(role_policy(**ASSUME, NotResource=ROLE_ARN)), "assumes every role"),
            (on(role_policy(**ASSUME, Resource=[ROLE_ARN, "*"])), "assumes every role"),
        ],
        unknown=[UNREAD],
        excused=[BOUNDED],
    ),
    Cases(
        rule=service_source.RULE,
        passes=[
            on(topic_policy(Condition=SOURCE)),
            on(bucket_policy(Principal={"AWS": ROLE_ARN})),
            on(logs_key({"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:*"}})),
        ],
        mistakes=[
            (on(topic_policy()), "Given lets events.amazonaws.com act for any AWS account's resources"),
            (on(topic_policy(Condition={"StringLike": {"aws:SourceAccount": "*"}})), "act for any AWS account"),
            (on(logs_key({"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:*:*:*"}})), "logs.eu-west-1"),
        ],
        unknown=[(on(having(topic_policy(), policy=UNKNOWN)), "policy of alarms-policy")],
        excused=[(on(make("aws:sqs/queue:Queue", "events")), "it has no policy")],
    ),
)

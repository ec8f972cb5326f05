"""Trust policies: who assumes a role, with which keys."""

from __future__ import annotations

from tests.policies.access.corpus.question import (
    ALLOWED,
    DENIED,
    FULL,
    GUEST_ROLE,
    GUEST_USER,
    HERE,
    ROLE,
    ROOT,
    SESSION,
    THERE,
    USER,
    allow,
    deny,
    policy,
    topic,
    trust,
)

ASSUME_ROLE = 'AWS Security Token Service API Reference, "AssumeRole"'
TRUST = 'IAM User Guide, "Roles terms and concepts"'
EXTERNAL = 'IAM User Guide, "Access to AWS accounts owned by third parties"'
PRINCIPAL = 'IAM User Guide, "AWS JSON policy elements: Principal"'
KEYS = 'IAM User Guide, "IAM and AWS STS condition context keys"'
MFA = 'IAM User Guide, "Secure API access with MFA"'
TAGS = 'IAM User Guide, "Pass session tags in AWS STS"'
IDENTITY = 'IAM User Guide, "Monitor and control actions taken with assumed roles"'
OIDC = 'AWS Security Token Service API Reference, "AssumeRoleWithWebIdentity"'
SAML = 'AWS Security Token Service API Reference, "AssumeRoleWithSAML"'

_assume = topic("trust", action="sts:AssumeRole", resource=ROLE)
_MAY = policy(allow("sts:AssumeRole", ROLE))
_GITHUB = f"arn:aws:iam::{HERE}:oidc-provider/token.actions.githubusercontent.com"
_ISSUER = "token.actions.githubusercontent.com"
_LOGIN = f"arn:aws:iam::{HERE}:saml-provider/Login"
_WITH_ID = trust({"AWS": THERE}, Condition={"StringEquals": {"sts:ExternalId": "k-77"}})
_WITH_MFA = trust({"AWS": HERE}, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})
_FROM_GITHUB = trust({"Federated": _GITHUB}, "sts:AssumeRoleWithWebIdentity", Condition={
    "StringEquals": {f"{_ISSUER}:aud": "sts.amazonaws.com"},
    "StringLike": {f"{_ISSUER}:sub": "repo:shop/web:*"},
})  # fmt: skip

ASSUMING = (
    _assume(ASSUME_ROLE, "a trust policy that names the user is enough in one account", ALLOWED,
            resource_policy=trust({"AWS": USER})),
    _assume(ASSUME_ROLE, "one that names the account needs the user's policy", DENIED,
            resource_policy=trust({"AWS": HERE})),
    _assume(ASSUME_ROLE, "with the user's policy", ALLOWED, identity=[_MAY], resource_policy=trust({"AWS": HERE})),
    _assume(ASSUME_ROLE, "the user's policy alone is not enough", DENIED, identity=[FULL],
            resource_policy=trust({"AWS": THERE})),
    _assume(TRUST, "a role without a trust policy that is known", DENIED, identity=[FULL]),
    _assume(ASSUME_ROLE, "another account: both allow", ALLOWED, principal=GUEST_USER, owner=HERE, identity=[_MAY],
            resource_policy=trust({"AWS": THERE})),
    _assume(ASSUME_ROLE, "another account: its own policy is missing", DENIED, principal=GUEST_USER, owner=HERE,
            resource_policy=trust({"AWS": GUEST_USER})),
    _assume(ASSUME_ROLE, "another account: the policy is for another role", DENIED, principal=GUEST_USER, owner=HERE,
            identity=[policy(allow("sts:AssumeRole", f"{ROLE}2"))], resource_policy=trust({"AWS": THERE})),
    _assume(TRUST, "a session assumes a further role", ALLOWED, principal=SESSION,
            resource=f"arn:aws:iam::{HERE}:role/Next", resource_policy=trust({"AWS": ROLE})),
    _assume(TRUST, "a denial in the trust policy counts", DENIED, identity=[FULL], resource_policy=policy(
        allow("sts:AssumeRole", None, Principal={"AWS": HERE}), deny("sts:AssumeRole", None, Principal={"AWS": USER}))),
    _assume(TRUST, "a service that the role is for", ALLOWED, principal="lambda.amazonaws.com", owner=HERE,
            resource_policy=trust({"Service": "lambda.amazonaws.com"})),
    _assume(TRUST, "another service", DENIED, principal="ec2.amazonaws.com", owner=HERE,
            resource_policy=trust({"Service": "lambda.amazonaws.com"})),
    _assume(TRUST, "the boundary of the caller must allow as well", DENIED, identity=[_MAY],
            boundary=policy(allow("s3:*")), resource_policy=trust({"AWS": HERE})),
    _assume(PRINCIPAL, "everybody may be trusted, and needs a permission in another account", DENIED,
            principal=GUEST_ROLE, owner=HERE, resource_policy=trust("*")),
    _assume(PRINCIPAL, "and assumes the role with it", ALLOWED, principal=GUEST_ROLE, owner=HERE, identity=[_MAY],
            resource_policy=trust("*")),
    _assume(EXTERNAL, "the agreed external id", ALLOWED, principal=GUEST_ROLE, owner=HERE, identity=[_MAY],
            resource_policy=_WITH_ID, context={"sts:ExternalId": "k-77"}),
    _assume(EXTERNAL, "another one", DENIED, principal=GUEST_ROLE, owner=HERE, identity=[_MAY],
            resource_policy=_WITH_ID, context={"sts:ExternalId": "k-78"}),
    _assume(EXTERNAL, "none", DENIED, principal=GUEST_ROLE, owner=HERE, identity=[_MAY], resource_policy=_WITH_ID),
    _assume(MFA, "a user with MFA", ALLOWED, identity=[_MAY], resource_policy=_WITH_MFA,
            context={"aws:TokenIssueTime": "2026-07-01T00:00:00Z", "aws:MultiFactorAuthPresent": "true"}),
    _assume(MFA, "a user with access keys has no MFA", DENIED, identity=[_MAY], resource_policy=_WITH_MFA),
    _assume(KEYS, "a session must be called as its user is", ALLOWED, identity=[_MAY],
            resource_policy=trust({"AWS": HERE}, Condition={
                "StringLike": {"sts:RoleSessionName": "${aws:username}"}}),
            context={"sts:RoleSessionName": "nora"}),
    _assume(KEYS, "and not otherwise", DENIED, identity=[_MAY],
            resource_policy=trust({"AWS": HERE}, Condition={
                "StringLike": {"sts:RoleSessionName": "${aws:username}"}}),
            context={"sts:RoleSessionName": "omar"}),
    _assume(TAGS, "tags of a session need sts:TagSession in the trust policy", DENIED, action="sts:TagSession",
            identity=[FULL], resource_policy=trust({"AWS": USER})),
    _assume(TAGS, "which may give it", ALLOWED, action="sts:TagSession",
            resource_policy=trust({"AWS": USER}, ["sts:AssumeRole", "sts:TagSession"])),
    _assume(TAGS, "a tag of another value", DENIED, action="sts:TagSession", context={"aws:RequestTag/team": "games"},
            resource_policy=trust({"AWS": USER}, "sts:TagSession", Condition={
                "StringEquals": {"aws:RequestTag/team": "books"}})),
    _assume(IDENTITY, "a source identity needs its own permission", DENIED, action="sts:SetSourceIdentity",
            identity=[FULL], resource_policy=trust({"AWS": USER})),
    _assume(IDENTITY, "with the name that is asked for", ALLOWED, action="sts:SetSourceIdentity",
            resource_policy=trust({"AWS": USER}, "sts:SetSourceIdentity", Condition={
                "StringLike": {"sts:SourceIdentity": "n*"}}), context={"sts:SourceIdentity": "nora"}),
    _assume(TRUST, "the root user in a trust policy is its whole account", ALLOWED, identity=[_MAY],
            resource_policy=trust({"AWS": ROOT})),
)  # fmt: skip

_token = topic("tokens", action="sts:AssumeRoleWithWebIdentity", resource=ROLE, principal=_GITHUB, owner=HERE)

FEDERATED = (
    _token(OIDC, "a token of the provider for the repository", ALLOWED, resource_policy=_FROM_GITHUB,
           context={f"{_ISSUER}:aud": "sts.amazonaws.com", f"{_ISSUER}:sub": "repo:shop/web:ref:refs/heads/main"}),
    _token(OIDC, "for another repository", DENIED, resource_policy=_FROM_GITHUB,
           context={f"{_ISSUER}:aud": "sts.amazonaws.com", f"{_ISSUER}:sub": "repo:shop/site:ref:refs/heads/main"}),
    _token(OIDC, "for another audience", DENIED, resource_policy=_FROM_GITHUB,
           context={f"{_ISSUER}:aud": "other", f"{_ISSUER}:sub": "repo:shop/web:x"}),
    _token(OIDC, "a token without a subject", DENIED, resource_policy=_FROM_GITHUB,
           context={f"{_ISSUER}:aud": "sts.amazonaws.com"}),
    _token(OIDC, "a role that trusts another provider", DENIED,
           resource_policy=trust({"Federated": "accounts.google.com"}, "sts:AssumeRoleWithWebIdentity")),
    _token(OIDC, "a provider that AWS knows by name", ALLOWED, principal="accounts.google.com",
           resource_policy=trust({"Federated": "accounts.google.com"}, "sts:AssumeRoleWithWebIdentity")),
    _token(OIDC, "Amazon Cognito", ALLOWED, principal="cognito-identity.amazonaws.com",
           resource_policy=trust({"Federated": "cognito-identity.amazonaws.com"}, "sts:AssumeRoleWithWebIdentity")),
    _token(OIDC, "trust for AssumeRole is not trust for tokens", DENIED,
           resource_policy=trust({"Federated": _GITHUB}, "sts:AssumeRole")),
    _token(SAML, "an assertion of the provider", ALLOWED, principal=_LOGIN, action="sts:AssumeRoleWithSAML",
           context={"SAML:aud": "https://signin.aws.amazon.com/saml"},
           resource_policy=trust({"Federated": _LOGIN}, "sts:AssumeRoleWithSAML", Condition={
               "StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}})),
    _token(SAML, "for another audience", DENIED, principal=_LOGIN, action="sts:AssumeRoleWithSAML",
           context={"SAML:aud": "https://example.com"},
           resource_policy=trust({"Federated": _LOGIN}, "sts:AssumeRoleWithSAML", Condition={
               "StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}})),
    _token(SAML, "a provider of another account", DENIED, action="sts:AssumeRoleWithSAML",
           principal=f"arn:aws:iam::{THERE}:saml-provider/Login",
           resource_policy=trust({"Federated": _LOGIN}, "sts:AssumeRoleWithSAML")),
)  # fmt: skip

QUESTIONS = (*ASSUMING, *FEDERATED)

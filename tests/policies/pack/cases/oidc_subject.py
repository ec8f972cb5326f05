"""Cases of the rule in `policies/pack/rules/oidc_subject.py`."""

from __future__ import annotations

from typing import Any

from policies.pack.model import StackResource
from policies.pack.rules import oidc_subject
from tests.policies.pack.pack_factories import ACCOUNT, ROLE_ARN, allow, document
from tests.policies.pack.resources.identity import UNREAD_TRUST, role, trust
from tests.policies.pack.rule_cases import Cases, on

GITHUB = "token.actions.githubusercontent.com"


def federated(provider: str, **elements: Any) -> StackResource:
    who = {"Federated": provider}
    return role(assumeRolePolicy=document(allow(Principal=who, Action="sts:AssumeRoleWithWebIdentity", **elements)))


def oidc(**condition: object) -> StackResource:
    held = {f"{GITHUB}:{claim}": value for claim, value in condition.items()}
    return federated(f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}", Condition={"StringLike": held})


CASES = Cases(
    rule=oidc_subject.RULE,
    passes=[
        on(oidc(aud="sts.amazonaws.com", sub="repo:company/mlops:environment:prod")),
        on(oidc(aud="sts.amazonaws.com", sub="repo:company/mlops:*")),
        on(trust(Principal={"AWS": ROLE_ARN})),
        on(trust(Principal={"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}"})),
        on(federated(f"arn:aws:iam::{ACCOUNT}:saml-provider/company")),
    ],
    violations=[
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
)

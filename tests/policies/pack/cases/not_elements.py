"""Cases of the rule in `policies/pack/rules/not_elements.py`."""

from __future__ import annotations

from policies.pack.rules import not_elements
from tests.policies.pack.pack_factories import BUCKET_ARN, allow, deny, document, having
from tests.policies.pack.resources.identity import BOUNDED, READ, UNREAD, role, role_policy
from tests.policies.pack.rule_cases import Cases, on

CASES = Cases(
    rule=not_elements.RULE,
    passes=[
        on(role_policy(**READ)),
        on(having(role_policy(**READ), policy=document(deny(NotAction="s3:*", Resource="*")))),
    ],
    violations=[
        (on(role_policy(NotAction="iam:*", Resource="*")), "Given of policy allows everything but iam:*"),
        (on(role_policy(Action="s3:GetObject", NotResource=BUCKET_ARN)), f"allows everything but {BUCKET_ARN}"),
        (
            on(role(inlinePolicies=[{"policy": document(allow(NotAction="iam:*", Resource="*"))}])),
            "Given of inline policy 1 allows everything but iam:*",
        ),
    ],
    unknown=[UNREAD],
    not_applicable=[BOUNDED],
)
